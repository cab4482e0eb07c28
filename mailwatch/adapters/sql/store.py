"""The store: one database with its journal, one writer at a time, readers beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from mailwatch.adapters.sql import engine as engines
from mailwatch.adapters.sql import read_only, schema
from mailwatch.adapters.sql.batch import Batch
from mailwatch.adapters.sql.digests import SqlDigestShelf
from mailwatch.adapters.sql.duplicate import duplicate
from mailwatch.adapters.sql.evidence import SqlEvidence
from mailwatch.adapters.sql.ledger import Origin, head
from mailwatch.adapters.sql.library import SqlLibrary
from mailwatch.adapters.sql.looks import all_looks
from mailwatch.adapters.sql.projections import projections
from mailwatch.adapters.sql.rebuild import SqlRebuild, SqlRestore
from mailwatch.adapters.sql.reconcile import end_of, reconcile, refuse_journal_ahead
from mailwatch.adapters.sql.transaction import SqlTransaction
from mailwatch.adapters.sql.waiting import Waiting, waiting
from mailwatch.adapters.sql.work import SqlQuarantine
from mailwatch.core.casenumber import Scheme
from mailwatch.core.entries import Start
from mailwatch.core.ledger import Head
from mailwatch.core.schemes import BUILTIN
from mailwatch.errors import ConfigError
from mailwatch.ports import (
    DigestShelf,
    Held,
    Journal,
    Library,
    Looks,
    Transaction,
)


class SqlStore:
    """See ``ports.Store``. May be shared by threads: each transaction has a connection of its own."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        clock: Callable[[], datetime],
        software_version: str,
        schemes: Sequence[Scheme],
    ) -> None:
        self._engine = engine
        # While it is open, closing another connection does not move SQLite's write-ahead log into the
        # database, which would cost every transaction some 40 ms.
        self._anchor = engine.raw_connection() if engine.dialect.name == "sqlite" else None
        self._journal = journal
        self._clock = clock
        self._version = software_version
        self._schemes = schemes

    @classmethod
    def open(
        cls,
        url: str,
        *,
        journal: Journal,
        clock: Callable[[], datetime],
        software_version: str,
        upgrade: schema.Upgrade,
        schemes: Sequence[Scheme] = BUILTIN,
        stale: bool = False,
        looking: bool = False,
        reading: bool = False,
    ) -> SqlStore:
        """Open the database of ``url`` (an SQLAlchemy URL), made or migrated first where needed.

        Args:
            url: ``sqlite:////path/to/file`` or ``postgresql://user@host/name``.
            journal: the lines beside it; compared with the database at once.
            clock: tells the time, UTC.
            software_version: stands in every entry.
            upgrade: migrates a database of an earlier version, or an empty one.
            schemes: how numbers are written, for tokens and titles.
            stale: open with projections that another version made, and with a database behind
                its journal, for reindex and backup. Writing is still refused there.
            looking: open with a journal whose end cannot be read, for verify. Writing is refused, too.
            reading: open an SQLite database that may not be written to. Writing is refused there.

        Raises:
            ConfigError: the database is newer than this version, cannot be used, was lost or
                set back behind its journal, or holds projections of another version; or the
                end of the journal cannot be read.
            TemporaryError: it is busy.
        """
        # Looked at first: the journal follows the database, so it may only be behind.
        end = end_of(journal, looking=looking)
        engine = engines.connect(url, reading=reading)
        with ExitStack() as on_failure:
            on_failure.callback(engine.dispose)
            schema.prepare(engine, upgrade)
            store = cls(engine, journal, clock, software_version, schemes)
            on_failure.callback(store.close)
            if not stale:
                store._refuse_unfit(end)
            on_failure.pop_all()
        return store

    def _refuse_unfit(self, end: Head) -> None:
        self.refuse_half()
        with engines.reader(self._engine) as connection:
            refuse_journal_ahead(end, head(connection))
            if self._settings(connection).stale:
                raise ConfigError(
                    "the tables were made by another version of mailwatch", mend="run: mailwatch reindex"
                )

    def refuse_half(self) -> None:
        """Nothing may go on from a database that was not filled to its end: it would not know what it filed.

        Raises:
            ConfigError: a rebuild from journals has begun and not ended.
        """
        with engines.reader(self._engine) as connection:
            if self._settings(connection).restoring:
                raise ConfigError(
                    "the database is only half rebuilt",
                    mend="run the rebuild again, it goes on from there: mailwatch reindex --from DIR",
                )

    @property
    def place(self) -> str:
        """Where the database is, without a password."""
        return engines.place(self._engine)

    def close(self) -> None:
        """Let go of the database.

        Raises:
            TemporaryError: it was written to while it was opened as one that nobody can write to.
        """
        if self._anchor is not None:
            self._anchor.close()
        self._engine.dispose()
        read_only.refuse_changed(self._engine)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """See ``ports.Store``."""
        with self._journal.locked():
            with engines.writer(self._engine) as connection:
                reconcile(connection, self._journal)
                transaction = self._begin(connection)
                yield transaction
                ledger = transaction.finish()
            entries, texts = ledger.lines()
            if entries:
                self._journal.append(entries, texts)

    def _begin(self, connection: Connection) -> SqlTransaction:
        settings = self._settings(connection)
        origin = Origin(settings.ledger, self._version)
        transaction = SqlTransaction(connection, settings.generation, origin, self._clock)
        if head(connection).seq == 0:
            transaction.ledger.record(Start(self._version))
        return transaction

    @contextmanager
    def reading(self) -> Iterator[Library]:
        """See ``ports.Store``."""
        with engines.reader(self._engine) as connection:
            yield SqlLibrary(connection, projections(self._settings(connection).generation), self._schemes)

    def evidence(self) -> SqlEvidence:
        """Ledger and texts read back."""
        return SqlEvidence(self._engine, self._journal)

    @contextmanager
    def digesting(self) -> Iterator[tuple[Library, DigestShelf]]:
        """See ``ports.DigestStore``."""
        with engines.reader(self._engine) as connection:
            tables = projections(self._settings(connection).generation)
            yield SqlLibrary(connection, tables, self._schemes), SqlDigestShelf(connection, tables)

    def waiting(self, mailboxes: Sequence[str]) -> Waiting:
        """What waits, read beside whoever is writing."""
        with engines.reader(self._engine) as connection:
            return waiting(connection, projections(self._settings(connection).generation), mailboxes)

    def held(self) -> tuple[Held, ...]:
        """Mails in quarantine, oldest first, read beside whoever is writing."""
        with engines.reader(self._engine) as connection:
            tables = projections(self._settings(connection).generation)
            return SqlQuarantine(Batch(connection, tables)).held()

    def looks(self) -> tuple[Looks, ...]:
        """What became of all looks at mailboxes, read beside whoever is writing."""
        with engines.reader(self._engine) as connection:
            return tuple(all_looks(connection))

    def identity(self) -> tuple[str, Head]:
        """The ledger's UUID, and the chain's end."""
        with engines.reader(self._engine) as connection:
            return self._settings(connection).ledger, head(connection)

    def copy_to(self, target: Path, noted: Callable[[], None]) -> tuple[Head, bool]:
        """Copy the database into the file ``target`` while others write.

        ``noted`` is called while database and journal tell the same story and nobody writes.

        Returns:
            The chain's end at that moment, and whether there is a copy: PostgreSQL makes its own.

        Raises:
            TemporaryError: there is no room.
        """
        self.evidence().settle()
        with ExitStack() as stack:
            stack.enter_context(self._journal.locked(reading=True))
            end = self.identity()[1]

            def begun() -> None:
                noted()
                stack.close()

            if self._engine.dialect.name != "sqlite":
                begun()
                return end, False
            duplicate(Path(str(self._engine.url.database)), target, begun)
            return end, True

    def rebuild(self) -> SqlRebuild:
        """Fresh projections beside those in use."""
        return SqlRebuild(self._engine)

    def restore(self) -> SqlRestore:
        """An empty database to be filled from journals."""
        return SqlRestore(self._engine)

    @staticmethod
    def _settings(connection: Connection) -> schema.Settings:
        settings = schema.read_settings(connection)
        assert settings is not None  # ``prepare`` has seen to it.
        return settings
