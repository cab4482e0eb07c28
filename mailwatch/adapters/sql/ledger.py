"""The ledger's end of a transaction: entries are sealed at once and written in bulk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from mailwatch.adapters.sql.project import Projector
from mailwatch.adapters.sql.tables import ledger, texts
from mailwatch.core.canonical import to_milliseconds
from mailwatch.core.entries import Entry
from mailwatch.core.ledger import Head, Sealed, Stamp, link, month
from mailwatch.core.message import Message
from mailwatch.core.texts import SALT_BYTES, TextRow, commit_text, readable, text_line
from mailwatch.ports import JournalLine


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes: the ledger's UUID and the version of the software."""

    ledger: str
    sw: str


class SqlLedger:
    """See ``ports.Ledger``."""

    def __init__(
        self, connection: Connection, projector: Projector, origin: Origin, clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._projector = projector
        self._origin = origin
        self._clock = clock
        self._head = head(connection)
        self._sealed: list[tuple[str, Sealed]] = []
        self._texts: list[tuple[str, int, TextRow]] = []
        self._shared: dict[str | bytes, str] = {}
        self._written = 0

    def record(
        self,
        entry: Entry,
        message: Message | None = None,
        *,
        at: datetime | None = None,
        actor: str = "program",
    ) -> int:
        """See ``ports.Ledger``."""
        ts = to_milliseconds(self._clock())
        filed = month(ts)

        def commit(value: str | bytes, *, shared: bool = False) -> str:
            if shared and value in self._shared:
                return self._shared[value]
            row = commit_text(value, secrets.token_bytes(SALT_BYTES))
            self._texts.append((filed, self._head.seq + 1, row))
            if shared:
                self._shared[value] = row.commit
            return row.commit

        sealed = link(self._head, entry, Stamp(self._origin.ledger, self._origin.sw, ts, actor, at), commit)
        self._sealed.append((filed, sealed))
        self._head = sealed.head
        self._projector.project(sealed.seq, ts, entry, message, at)
        return sealed.seq

    def flush(self) -> None:
        """Write entries and texts; called once, before the commit."""
        if self._sealed:
            rows = [{"seq": s.seq, "hash": s.hash, "canonical": s.canonical} for _, s in self._sealed]
            self._connection.execute(ledger.insert(), rows)
        if self._texts:
            self._connection.execute(texts.insert(), [text_columns(seq, row) for _, seq, row in self._texts])

    def lines(self) -> tuple[list[JournalLine], list[JournalLine]]:
        """What the journal must hold after the commit: entries and texts."""
        return (
            [JournalLine(filed, sealed.canonical) for filed, sealed in self._sealed],
            [JournalLine(filed, text_line(row)) for filed, _, row in self._texts],
        )


def text_columns(seq: int, row: TextRow) -> dict[str, object]:
    """A text as a row; the very bytes that were committed to."""
    raw = row.value.encode("utf-8") if isinstance(row.value, str) else row.value
    return {"commit": row.commit, "seq": seq, "salt": row.salt, "text": raw}


def head(connection: Connection) -> Head:
    """The end of the chain in the database."""
    row = connection.execute(
        select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
    ).first()
    return Head() if row is None else Head(row.seq, row.hash)


def sealed_after(connection: Connection, seq: int, limit: int) -> Sequence[Sealed]:
    """The next links after ``seq``, in order."""
    rows = connection.execute(select(ledger).where(ledger.c.seq > seq).order_by(ledger.c.seq).limit(limit))
    return [Sealed(row.seq, row.hash, row.canonical) for row in rows]


def texts_between(connection: Connection, first: int, last: int) -> list[tuple[int, TextRow]]:
    """The texts that entries first..last spoke of first, with the seq of the entry."""
    rows = connection.execute(
        select(texts).where(texts.c.seq.between(first, last)).order_by(texts.c.seq, texts.c["commit"])
    ).mappings()
    return [
        (
            row["seq"],
            TextRow(row["commit"], row["salt"], None if row["text"] is None else readable(row["text"])),
        )
        for row in rows
    ]
