"""Cases as people's words complete them: those added without a mail, those merged, those linked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailwatch.adapters.sql.cases import CaseQuery
from mailwatch.adapters.sql.said import SaidQuery
from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.merging import Merged
from mailwatch.core.spoken import CaseLink, CaseSet, Key, Tie
from mailwatch.core.statements import Statement, settings, standing
from mailwatch.ports import CaseRow


class SaidCases:
    """Reads cases, with what people said of them."""

    def __init__(self, cases: CaseQuery, said: SaidQuery, schemes: Sequence[Scheme]) -> None:
        self._cases = cases
        self._said = said
        self._schemes = {scheme.name: scheme for scheme in schemes}

    def all(self) -> tuple[CaseRow, ...]:
        """Every case that has a mail, or of which a person has said anything; newest activity first."""
        every = self._said.all()
        rows = [self._completed(row, every.get(row.number, ())) for row in self._cases.all()]
        mailed = {row.number for row in rows}
        rows += [self._added(number, some) for number, some in self._unmailed(every) if number not in mailed]
        return tuple(sorted(rows, key=lambda row: (row.last_message_at, row.number), reverse=True))

    def named(self, alias: str) -> CaseRow | None:
        """The case of this spelling, or what it was merged into; else a number that is only related."""
        row = self._cases.named(alias)
        if row is None or row.status == "related":
            number = self._spelled(alias)
            return row if number is None else self._of(number)
        return self._completed(row, self._said.of(row.number))

    def _of(self, number: CaseNumber) -> CaseRow:
        statements = self._said.of(number)
        row = self._cases.named(number.canonical)
        if row is None or row.status == "related" or row.number != number:
            return self._added(number, statements)
        return self._completed(row, statements)

    def _spelled(self, alias: str) -> CaseNumber | None:
        """The case that people's words alone know by this canonical form or token."""
        typed = alias.strip().strip("[]").upper()
        merged = self._said.merged()
        said = [number for number, _ in self._unmailed(self._said.all())]
        for number in (*said, *merged.pairs):
            if typed in {number.canonical.upper(), self._token(number).upper()}:
                return merged.case(number)
        return None

    @staticmethod
    def _unmailed(
        every: Mapping[CaseNumber, tuple[Statement, ...]],
    ) -> list[tuple[CaseNumber, tuple[Statement, ...]]]:
        """What makes a case without a mail: that a person added it, or spoke of it while it had one."""
        return [(number, some) for number, some in every.items() if _makes_case(some)]

    def _token(self, number: CaseNumber) -> str:
        scheme = self._schemes.get(number.scheme)
        return number.canonical if scheme is None else scheme.tokens(number.canonical, ())[0]

    def _completed(self, row: CaseRow, statements: Sequence[Statement]) -> CaseRow:
        if not statements:
            return row
        merged = self._said.merged()
        parts = tuple(part.canonical for part in merged.into(row.number))
        return replace(
            row,
            aliases=tuple(dict.fromkeys((*row.aliases, *parts))),
            related=tuple(dict.fromkeys((*row.related, *_links(row.number, statements, merged)))),
            merged=parts,
            opened_at=min(row.opened_at, _opened(statements) or row.opened_at),
            title=row.title or _title(statements),
        )

    def _added(self, number: CaseNumber, statements: Sequence[Statement]) -> CaseRow:
        merged = self._said.merged()
        parts = tuple(part.canonical for part in merged.into(number))
        opened = _opened(statements) or statements[0].at
        return CaseRow(
            number=number,
            token=self._token(number),
            title=_title(statements),
            status="open",
            messages=0,
            opened_at=opened,
            last_message_at=opened,
            last_from_us_at=None,
            last_from_them_at=None,
            aliases=parts,
            related=_links(number, statements, merged),
            first_recorded_at=min(one.recorded_at for one in statements),
            merged=parts,
        )


def _makes_case(statements: Sequence[Statement]) -> bool:
    """One that was added is a case until that is taken back, whatever else was said."""
    added = [one for one in statements if isinstance(one.said, CaseSet) and one.said.key is Key.OPENED]
    if added:
        return Key.OPENED in settings(statements)
    return any(not isinstance(one.said, CaseLink) for one in standing(statements))


def _links(number: CaseNumber, statements: Sequence[Statement], merged: Merged) -> tuple[str, ...]:
    """The cases that a person linked with it."""
    said = [one.said for one in standing(statements)]
    ties = [one for one in said if isinstance(one, CaseLink) and one.tie is Tie.RELATED]
    ends = dict.fromkeys(merged.case(end) for tie in ties for end in (tie.number, tie.other))
    return tuple(end.canonical for end in ends if end != number)


def _opened(statements: Sequence[Statement]) -> datetime | None:
    found = settings(statements).get(Key.OPENED)
    return found.at if found else None


def _title(statements: Sequence[Statement]) -> str:
    found = settings(statements).get(Key.TITLE)
    return str(found.value) if found else ""
