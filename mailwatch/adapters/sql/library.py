"""What the faces read, out of the projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from mailwatch.adapters.sql import search
from mailwatch.adapters.sql.batch import chunks
from mailwatch.adapters.sql.case_mail import SqlCaseMails
from mailwatch.adapters.sql.cases import CaseQuery
from mailwatch.adapters.sql.projections import Projections
from mailwatch.adapters.sql.rows import filing, mentions
from mailwatch.adapters.sql.said import SaidQuery
from mailwatch.adapters.sql.said_cases import SaidCases
from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.filing import Filing, Verdict
from mailwatch.core.standing import Standing
from mailwatch.core.statements import Statement
from mailwatch.ports import CaseMails, CaseRow, Hit, MessageRow, OriginalRow

_LOOSE_LIMIT = 10_000


class SqlLibrary:
    """See ``ports.Library``."""

    def __init__(self, connection: Connection, tables: Projections, schemes: Sequence[Scheme]) -> None:
        self._connection = connection
        self._tables = tables
        self._schemes = schemes
        self.mails: CaseMails = SqlCaseMails(connection, tables)

    def cases(self) -> tuple[CaseRow, ...]:
        """See ``ports.Library``."""
        return self._cases().all()

    def case(self, alias: str) -> CaseRow | None:
        """See ``ports.Library``."""
        return self._cases().named(alias)

    def _cases(self) -> SaidCases:
        query = CaseQuery(self._connection, self._tables, self._schemes)
        return SaidCases(query, SaidQuery(self._connection, self._tables), self._schemes)

    def messages(self, number: CaseNumber) -> tuple[MessageRow, ...]:
        """See ``ports.Library``."""
        t = self._tables
        statement = (
            self._messages()
            .where(
                t.filings.c.number == number.canonical,
                t.filings.c.scheme == number.scheme,
                t.filings.c.verdict == Verdict.FILED.value,
            )
            .order_by(t.originals.c.date, t.originals.c.sha256)
        )
        return self._rows(statement)

    def loose(self, verdict: str) -> tuple[MessageRow, ...]:
        """See ``ports.Library``."""
        t = self._tables
        statement = (
            self._messages()
            .where(t.filings.c.verdict == verdict)
            .order_by(t.originals.c.date.desc(), t.originals.c.sha256)
            .limit(_LOOSE_LIMIT)
        )
        return self._rows(statement)

    def statements(self, number: CaseNumber) -> tuple[Statement, ...]:
        """See ``ports.Library``."""
        return SaidQuery(self._connection, self._tables).of(number)

    def all_statements(self) -> Mapping[CaseNumber, tuple[Statement, ...]]:
        """See ``ports.Library``."""
        return SaidQuery(self._connection, self._tables).all()

    def search(self, text: str, limit: int = 50) -> tuple[Hit, ...]:
        """See ``ports.Library``."""
        found = search.find(self._connection, self._tables.search, text, limit)
        t = self._tables
        by_seq: dict[int, Hit] = {}
        for some in chunks(found):
            rows = self._connection.execute(
                select(t.originals, t.filings.c.scheme, t.filings.c.number)
                .join(t.filings, t.filings.c.sha256 == t.originals.c.sha256, isouter=True)
                .where(t.originals.c.seq.in_(some), t.originals.c.readable)
            )
            by_seq.update((row.seq, _hit(row)) for row in rows)
        return tuple(by_seq[seq] for seq in found if seq in by_seq)

    # ── messages ──────────────────────────────────────────────────────────────

    def _messages(self) -> Any:
        t = self._tables
        return select(t.originals, *(c for c in t.filings.c if c.name not in t.originals.c)).join(
            t.filings, t.filings.c.sha256 == t.originals.c.sha256
        )

    def _rows(self, statement: Any) -> tuple[MessageRow, ...]:
        rows = list(self._connection.execute(statement).mappings())
        firsts = [row["sha256"] for row in rows]
        originals = self._originals(firsts)
        names = [sha for group in originals.values() for sha in group]
        places = self._places(names)
        subjects = self._standard_subjects(names)
        return tuple(_message(row, originals[row["sha256"]], places, subjects) for row in rows)

    def _originals(self, firsts: Sequence[str]) -> dict[str, list[str]]:
        """The originals of each message, its first in front."""
        table = self._tables.filings
        found = {sha: [sha] for sha in firsts}
        for some in chunks(firsts):
            rows = self._connection.execute(
                select(table.c.sha256, table.c.via)
                .where(table.c.via.in_(some), table.c.verdict == Verdict.SAME.value)
                .order_by(table.c.sha256)
            )
            for row in rows:
                found[row.via].append(row.sha256)
        return found

    def _places(self, shas: Sequence[str]) -> dict[str, tuple[OriginalRow, Any]]:
        """Where each original was seen last, and when it was received first."""
        table = self._tables.places
        found: dict[str, tuple[OriginalRow, Any]] = {}
        for some in chunks(shas):
            rows = self._connection.execute(
                select(table).where(table.c.sha256.in_(some)).order_by(table.c.live, table.c.seq)
            )
            for row in rows:
                before = found.get(row.sha256)
                received = [m for m in (before[1] if before else None, row.internaldate) if m is not None]
                found[row.sha256] = (
                    OriginalRow(row.sha256, row.mailbox, row.folder, row.uid),
                    min(received, default=None),
                )
        return found

    def _standard_subjects(self, shas: Sequence[str]) -> dict[str, str]:
        table = self._tables.renames
        found: dict[str, str] = {}
        for some in chunks(shas):
            rows = self._connection.execute(
                select(table.c.original, table.c.subject_to).where(
                    table.c.original.in_(some), table.c.standing
                )
            )
            found.update((row.original, row.subject_to) for row in rows)
        return found

    def counts(self) -> Mapping[str, int]:
        """How many mails have which verdict."""
        table = self._tables.filings
        rows = self._connection.execute(
            select(table.c.verdict, func.count()).group_by(table.c.verdict).order_by(table.c.verdict)
        )
        return {row[0]: row[1] for row in rows}


def _message(
    row: RowMapping,
    originals: Sequence[str],
    places: Mapping[str, tuple[OriginalRow, Any]],
    subjects: Mapping[str, str],
) -> MessageRow:
    filed: Filing = filing(row)
    received = [places[sha][1] for sha in originals if sha in places and places[sha][1] is not None]
    return MessageRow(
        message_id=row["message_id"],
        date=row["date"],
        received_at=min(received, default=None),
        direction="out" if filed.standing is Standing.OWN else "in",
        from_addr=row["from_addr"],
        from_name=row["from_name"],
        subject=row["subject"],
        standard_subject=next((subjects[sha] for sha in originals if sha in subjects), None),
        filing=filed,
        matched=_matched(row, filed),
        automatic=row["automatic"],
        originals=tuple(
            places[sha][0] if sha in places else OriginalRow(sha, None, None, None) for sha in originals
        ),
    )


def _matched(row: RowMapping, filed: Filing) -> str | None:
    """The words that decided: out of the subject, else the spelling that was recorded."""
    if filed.where is None or filed.number is None:
        return None
    if filed.part is None and filed.start is not None and filed.end is not None:
        return str(row["subject"][filed.start : filed.end]) or None
    return next(
        (
            m.alias
            for m in mentions(row["mentions"])
            if (m.part, m.start, m.end) == (filed.part, filed.start, filed.end)
        ),
        None,
    )


def _hit(row: Any) -> Hit:
    number = None if row.number is None else CaseNumber(row.scheme, row.number)
    return Hit(number, row.sha256, row.date, row.from_addr, row.subject)
