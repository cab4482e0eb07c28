"""Fresh projections filled beside those in use, and a lost database filled from its journals."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Engine, delete, except_, select

from mailwatch.adapters.sql.batch import Batch, chunks, upsert
from mailwatch.adapters.sql.engine import writer
from mailwatch.adapters.sql.ledger import head, text_columns
from mailwatch.adapters.sql.project import Projector
from mailwatch.adapters.sql.projections import VERSION, Projections, projections
from mailwatch.adapters.sql.rows import filing
from mailwatch.adapters.sql.schema import RESTORING, Settings, create_generation, drop_others, read_settings
from mailwatch.adapters.sql.strays import forget_looks
from mailwatch.adapters.sql.tables import ledger, settings, texts
from mailwatch.core.filing import Filing, Verdict
from mailwatch.core.ledger import Recorded, Sealed
from mailwatch.core.message import Message
from mailwatch.core.texts import TextRow
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import Change

_log = logging.getLogger(__name__)

_COMPARED = ("sha256", "verdict", "scheme", "number", "standing", "rule", "confidence", "via", "named_number")


class SqlRebuild:
    """See ``ports.Rebuild``. One at a time: a second one makes the first give up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ticket = secrets.token_hex(8)
        self._generation = 0

    def begin(self) -> None:
        """See ``ports.Rebuild``."""
        with writer(self._engine) as connection:
            current = _settings(connection).generation
            drop_others(connection, current)
            self._generation = current + 1
            create_generation(connection, self._generation)
            _set(connection, "rebuilding", self._ticket)

    def replay(self, entries: Sequence[tuple[Recorded, Message | None]]) -> None:
        """See ``ports.Rebuild``."""
        with writer(self._engine) as connection:
            self._refuse_another(connection)
            batch = Batch(connection, projections(self._generation))
            projector = Projector(batch)
            for recorded, message in entries:
                assert recorded.entry is not None  # The job refuses unknown types before it begins.
                projector.project(recorded.seq, recorded.ts, recorded.entry, message, recorded.at)
            batch.flush()

    def finish(self, last: int) -> tuple[Change, ...] | None:
        """See ``ports.Rebuild``."""
        with writer(self._engine) as connection:
            self._refuse_another(connection)
            if head(connection).seq != last:
                return None
            before = _settings(connection)
            changed = () if before.stale else _changes(connection, before.generation, self._generation)
            _set(connection, "generation", str(self._generation))
            _set(connection, "version", str(VERSION))
            connection.execute(delete(settings).where(settings.c.name == "rebuilding"))
        self._drop_old()
        return changed

    def _drop_old(self) -> None:
        """On its own: where a reader still holds the old tables, the new ones are in use all the same."""
        try:
            with writer(self._engine) as connection:
                if connection.dialect.name == "sqlite":
                    # What an index must not hold any more shall not stay in the file's free pages.
                    connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
                drop_others(connection, self._generation)
        except TemporaryError as error:
            _log.info("the old tables stay until the next reindex: %s", error)

    def _refuse_another(self, connection: Connection) -> None:
        ticket = connection.scalar(select(settings.c.value).where(settings.c.name == "rebuilding"))
        if ticket != self._ticket:
            raise TemporaryError("another reindex has begun; this one gives up")


class SqlRestore:
    """See ``ports.Restore``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, ledger_id: str) -> None:
        """See ``ports.Restore``."""
        with writer(self._engine) as connection:
            if head(connection).seq and not _settings(connection).restoring:
                raise ConfigError(
                    "the database is not empty, so nothing was rebuilt",
                    mend="put the database file aside first",
                )
            _set(connection, RESTORING, "yes")
            _set(connection, "ledger", ledger_id)
            forget_looks(connection)

    def links(self, links: Sequence[Sealed]) -> None:
        """See ``ports.Restore``."""
        with writer(self._engine) as connection:
            known = head(connection).seq
            _refuse_other(connection, [s for s in links if s.seq <= known])
            rows = [{"seq": s.seq, "hash": s.hash, "canonical": s.canonical} for s in links if s.seq > known]
            if rows:
                connection.execute(ledger.insert(), rows)

    def texts(self, rows: Sequence[tuple[int, TextRow]]) -> None:
        """See ``ports.Restore``."""
        with writer(self._engine) as connection:
            upsert(connection, texts, [text_columns(seq, row) for seq, row in rows], ["commit"])

    def end(self) -> None:
        """See ``ports.Restore``."""
        with writer(self._engine) as connection:
            connection.execute(delete(settings).where(settings.c.name == RESTORING))


def _refuse_other(connection: Connection, known: Sequence[Sealed]) -> None:
    """What an earlier try has left must be the same ledger; each hash stands for all before it."""
    if not known:
        return
    held = connection.scalar(select(ledger.c.hash).where(ledger.c.seq == known[-1].seq))
    if held != known[-1].hash:
        raise ConfigError(
            "this database was begun to be rebuilt from another ledger",
            mend="put the database file aside first",
        )


def _settings(connection: Connection) -> Settings:
    found = read_settings(connection)
    assert found is not None  # ``prepare`` has seen to it.
    return found


def _set(connection: Connection, name: str, value: str) -> None:
    upsert(connection, settings, [{"name": name, "value": value}], ["name"])


def _changes(connection: Connection, old: int, new: int) -> tuple[Change, ...]:
    """Where the new tables tell another decision than the old ones: something else wrote to the old."""
    before, after = projections(old), projections(new)
    names = [row.sha256 for row in connection.execute(_difference(before, after))]
    names += [row.sha256 for row in connection.execute(_difference(after, before))]
    wanted = sorted(set(names))
    told = [_filings(connection, tables, wanted) for tables in (before, after)]
    return tuple(Change(told[0].get(sha), told[1].get(sha, Filing(sha, Verdict.UNFILED))) for sha in wanted)


def _difference(one: Projections, other: Projections) -> CompoundSelect[Any]:
    return except_(*(select(*(t.filings.c[name] for name in _COMPARED)) for t in (one, other)))


def _filings(connection: Connection, tables: Projections, shas: Sequence[str]) -> dict[str, Filing]:
    table = tables.filings
    found: dict[str, Filing] = {}
    for some in chunks(shas):
        rows = connection.execute(select(table).where(table.c.sha256.in_(some))).mappings()
        found.update((row["sha256"], filing(row)) for row in rows)
    return found
