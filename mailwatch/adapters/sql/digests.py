"""What a digest is made from, out of the ledger, the projections and the work tables of one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from mailwatch.adapters.sql.projections import Projections
from mailwatch.adapters.sql.tables import cursors, held, ledger, outbox, texts
from mailwatch.core.canonical import parse_object
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import FolderFacts, GapFacts, HeldFacts, ReviewFacts, Tally
from mailwatch.core.entries import Watch
from mailwatch.core.entrycodec import decode
from mailwatch.core.filing import Verdict
from mailwatch.core.renaming import PlanState
from mailwatch.core.texts import readable
from mailwatch.ports import OutboxItem

MOST_EARLIER = 31
MOST_GAPS = 20

_WATCH = b'"type":"watch"'
_TOLD = (Verdict.FILED.value, Verdict.UNNUMBERED.value)


class SqlDigestShelf:
    """See ``ports.DigestShelf``."""

    def __init__(self, connection: Connection, tables: Projections) -> None:
        self._connection = connection
        self._tables = tables

    def tally(self) -> Tally:
        """See ``ports.DigestShelf``."""
        position = self._connection.scalar(select(func.max(ledger.c.seq)))
        originals = self._connection.scalar(select(func.count()).select_from(self._tables.originals))
        return Tally(originals or 0, position or 0)

    def decided(self, after: int) -> Mapping[str, CaseNumber | None]:
        """See ``ports.DigestShelf``."""
        table = self._tables.filings
        rows = self._connection.execute(
            select(table.c.sha256, table.c.scheme, table.c.number).where(
                table.c.seq > after, table.c.verdict.in_(_TOLD)
            )
        )
        return {
            row.sha256: None if row.number is None else CaseNumber(row.scheme, row.number) for row in rows
        }

    def troubles(self) -> tuple[tuple[HeldFacts, ...], tuple[ReviewFacts, ...]]:
        """See ``ports.DigestShelf``."""
        rows = self._connection.execute(select(held).order_by(held.c.at, held.c.sha256))
        unread = tuple(HeldFacts(row.sha256, row.why, row.at, row.tries) for row in rows)
        return unread, tuple(_review(row) for row in self._connection.execute(self._in_review()))

    def _in_review(self) -> Any:
        """The renames whose newest word is ``review``."""
        table = self._tables.renames
        newest = select(func.max(table.c.seq)).group_by(table.c.original, table.c.mailbox)
        return (
            select(table)
            .where(table.c.seq.in_(newest), table.c.state == PlanState.REVIEW.value)
            .order_by(table.c.seq)
        )

    def watch(self, after: int) -> tuple[tuple[FolderFacts, ...], tuple[GapFacts, ...]]:
        """See ``ports.DigestShelf``."""
        # Sorted here: a database sorts words by its own locale.
        rows = sorted(self._connection.execute(select(cursors)), key=lambda r: (r.mailbox, r.folder))
        folders = tuple(
            FolderFacts(r.mailbox, r.folder, r.last_good, r.backfilled, r.older, r.older_seconds)
            for r in rows
        )
        gaps = [_gap(entry) for entry in self._watch_entries(after) if entry.what != "first-good-poll"]
        return folders, tuple(gaps[-MOST_GAPS:])

    def _watch_entries(self, after: int) -> Iterator[Watch]:
        rows = self._connection.execute(
            select(ledger.c.canonical).where(ledger.c.seq > after).order_by(ledger.c.seq)
        )
        for (line,) in rows:
            # Entries hold no free text, so that these bytes stand in watch entries alone.
            if _WATCH in line:
                entry = decode(parse_object(bytes(line)), self._text)
                if isinstance(entry, Watch):
                    yield entry

    def _text(self, commit: str) -> str | bytes | None:
        raw = self._connection.scalar(select(texts.c.text).where(texts.c["commit"] == commit))
        return None if raw is None else readable(raw)

    def earlier(self, name: str, recipient: str, until: date) -> tuple[OutboxItem, ...]:
        """See ``ports.DigestShelf``."""
        chosen = (
            select(outbox)
            .where(
                outbox.c.name == name,
                outbox.c.recipient == recipient,
                outbox.c.date <= until.isoformat(),
            )
            .order_by(outbox.c.date.desc())
        )
        items = self._items(chosen.limit(MOST_EARLIER))
        if any(item.state == "sent" for item in items):
            return items
        # However long nothing arrived: the next digest tells everything since this one.
        return items + self._items(chosen.where(outbox.c.state == "sent").limit(1))

    def _items(self, query: Select[Any]) -> tuple[OutboxItem, ...]:
        return tuple(OutboxItem(**row) for row in self._connection.execute(query).mappings())


def _review(row: Any) -> ReviewFacts:
    return ReviewFacts(
        sha256=row.original,
        number=None if row.number is None else CaseNumber(row.scheme, row.number),
        mailbox=row.mailbox,
        folder=row.folder,
        at=row.recorded_at,
        why=row.why,
    )


def _gap(entry: Watch) -> GapFacts:
    folder = None if entry.folder is None else entry.folder.value
    return GapFacts(
        what=entry.what,
        mailbox=entry.mailbox,
        folder=folder.decode("utf-8", "replace") if isinstance(folder, bytes) else folder,
        since=entry.since,
        until=entry.until,
    )
