"""The ledger and the texts read back, for ``reindex`` and ``verify``."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from mailwatch.adapters.sql.engine import reader, writer
from mailwatch.adapters.sql.ledger import head, sealed_after, texts_between
from mailwatch.adapters.sql.read_only import reads_only
from mailwatch.adapters.sql.reconcile import reconcile
from mailwatch.adapters.sql.tables import texts
from mailwatch.core.entrycodec import Lookup
from mailwatch.core.ledger import Head, Recorded, Sealed, unlink
from mailwatch.core.texts import TextRow, readable
from mailwatch.errors import ConfigError
from mailwatch.ports import Journal


class SqlEvidence:
    """See ``ports.Evidence``."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine = engine
        self._journal = journal

    def settle(self) -> Head:
        """See ``ports.Evidence``."""
        if reads_only(self._engine):
            with self._journal.locked(reading=True):
                return self.head()
        with self._journal.locked(), writer(self._engine) as connection:
            reconcile(connection, self._journal)
            self._journal.close_lines()
            return head(connection)

    def head(self) -> Head:
        """See ``ports.Evidence``."""
        with reader(self._engine) as connection:
            return head(connection)

    def links(self, after: int, limit: int) -> Sequence[Sealed]:
        """See ``ports.Evidence``."""
        with reader(self._engine) as connection:
            return sealed_after(connection, after, limit)

    def texts(self, first: int, last: int) -> Sequence[TextRow]:
        """See ``ports.Evidence``."""
        with reader(self._engine) as connection:
            return [row for _, row in texts_between(connection, first, last)]

    def recorded(self, after: int, limit: int) -> Sequence[Recorded]:
        """See ``ports.Evidence``."""
        with reader(self._engine) as connection:
            return recorded_after(connection, after, limit)


def recorded_after(connection: Connection, after: int, limit: int) -> list[Recorded]:
    """The next entries after ``after``, read back with their texts."""
    links = sealed_after(connection, after, limit)
    if not links:
        return []
    known = {row.commit: row.value for _, row in texts_between(connection, links[0].seq, links[-1].seq)}

    def lookup(commit: str) -> str | bytes | None:
        # One commitment may be shared within a transaction, and a page may begin in the middle of it.
        if commit not in known:
            known[commit] = _text(connection, commit)
        return known[commit]

    return [_recorded(link, lookup) for link in links]


def _recorded(link: Sealed, lookup: Lookup) -> Recorded:
    try:
        return unlink(link.canonical, lookup)
    except ValueError:
        raise ConfigError(
            "entry {seq} of the ledger cannot be read",
            mend="see what was changed: mailwatch verify",
            seq=link.seq,
        ) from None


def _text(connection: Connection, commit: str) -> str | bytes | None:
    raw = connection.scalar(select(texts.c.text).where(texts.c["commit"] == commit))
    return None if raw is None else readable(raw)
