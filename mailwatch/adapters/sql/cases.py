"""Cases, added up from their mails at the moment of reading: there is nothing that could be out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, or_, select, tuple_

from mailwatch.adapters.sql.batch import chunks
from mailwatch.adapters.sql.projections import Projections
from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.filing import Verdict
from mailwatch.core.standing import Standing
from mailwatch.core.subject import topic
from mailwatch.ports import CaseRow

DORMANT_AFTER = timedelta(days=30)
MOST_ALIASES = 50

_THEM = (Standing.VOUCHED.value, Standing.CLAIMED.value)
TRUSTED = (Standing.OWN.value, *_THEM)
"""Whose mail may move a case."""

Key = tuple[str, str]  # number and scheme


@dataclass(slots=True)
class _Found:
    """What the queries say of one case, before it becomes a row."""

    sums: Any = None
    kept: Any = None
    subject: str = ""
    forms: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    mentioned_by: list[str] = field(default_factory=list)


class CaseQuery:
    """Reads cases out of one generation of projections."""

    def __init__(self, connection: Connection, tables: Projections, schemes: Sequence[Scheme]) -> None:
        self._connection = connection
        self._tables = tables
        self._schemes = schemes
        self._by_name = {scheme.name: scheme for scheme in schemes}

    def all(self) -> tuple[CaseRow, ...]:
        """Every case under which a mail is filed, newest activity first."""
        rows = self._cases(None)
        return tuple(sorted(rows, key=lambda row: (row.last_message_at, row.number), reverse=True))

    def named(self, alias: str) -> CaseRow | None:
        """The case of this canonical form, token or alias; else a number that is only related."""
        spellings = sorted({alias.strip(), alias.strip().upper(), alias.strip().strip("[]")})
        for keys in (self._canonical(spellings), self._aliases(spellings)):
            found = self._cases(keys)
            if found:
                return found[0]
        return self._only_related(spellings)

    # ── looking up ────────────────────────────────────────────────────────────

    def _canonical(self, spellings: Sequence[str]) -> list[Key]:
        t = self._tables.cases
        rows = self._connection.execute(
            select(t.c.number, t.c.scheme).where(or_(t.c.number.in_(spellings), t.c.token.in_(spellings)))
        )
        return sorted((row.number, row.scheme) for row in rows)

    def _aliases(self, spellings: Sequence[str]) -> list[Key]:
        t = self._tables.mentions
        rows = self._connection.execute(
            select(t.c.number, t.c.scheme).where(t.c.alias.in_(spellings)).distinct()
        )
        return sorted((row.number, row.scheme) for row in rows)

    def _only_related(self, spellings: Sequence[str]) -> CaseRow | None:
        r, f, o = self._tables.related, self._tables.filings, self._tables.originals
        named = or_(r.c.number.in_(spellings), r.c.number.in_([n for n, _ in self._aliases(spellings)]))
        rows = self._connection.execute(
            select(r.c.number, r.c.scheme, f.c.number.label("by"), o.c.date, o.c.first_seen)
            .join(f, f.c.sha256 == r.c.sha256)
            .join(o, o.c.sha256 == r.c.sha256)
            .where(named)
            .order_by(o.c.date, o.c.sha256)
        ).all()
        if not rows:
            return None
        number = CaseNumber(rows[0].scheme, rows[0].number)
        same = [row for row in rows if row.number == number.canonical]
        return CaseRow(
            number=number,
            token=self._token(number, ()),
            title="",
            status="related",
            messages=0,
            opened_at=same[0].date,
            last_message_at=same[-1].date,
            last_from_us_at=None,
            last_from_them_at=None,
            mentioned_by=tuple(dict.fromkeys(row.by for row in same if row.by is not None)),
            first_recorded_at=min(row.first_seen for row in same),
        )

    # ── adding up ─────────────────────────────────────────────────────────────

    def _cases(self, keys: Sequence[Key] | None) -> list[CaseRow]:
        if keys is None:
            return self._some(None)
        return [row for some in chunks(keys) for row in self._some(some)]

    def _some(self, keys: Sequence[Key] | None) -> list[CaseRow]:
        found: dict[Key, _Found] = {}
        for row in self._connection.execute(self._sums(keys)):
            found[row.number, row.scheme] = _Found(sums=row)
        if not found:
            return []
        self._add_kept(found, keys)
        self._add_subjects(found, keys)
        self._add_forms(found, keys)
        self._add_related(found, keys)
        return [self._row(CaseNumber(scheme, number), one) for (number, scheme), one in found.items()]

    def _of(self, keys: Sequence[Key] | None, table: Any) -> Any:
        if keys is None:
            return table.c.number.is_not(None)
        return tuple_(table.c.number, table.c.scheme).in_(keys)

    def _sums(self, keys: Sequence[Key] | None) -> Any:
        f, o = self._tables.filings, self._tables.originals
        trusted = f.c.standing.in_(TRUSTED)
        return (
            select(
                f.c.number,
                f.c.scheme,
                func.count().label("messages"),
                func.min(o.c.date).label("first"),
                func.min(case((trusted, o.c.date))).label("first_trusted"),
                func.max(o.c.date).label("last"),
                func.max(case((trusted, o.c.date))).label("last_trusted"),
                func.max(case((f.c.standing == Standing.OWN.value, o.c.date))).label("last_us"),
                func.max(case((f.c.standing.in_(_THEM), o.c.date))).label("last_them"),
            )
            .join(o, o.c.sha256 == f.c.sha256)
            .where(f.c.verdict == Verdict.FILED.value, self._of(keys, f))
            .group_by(f.c.number, f.c.scheme)
        )

    def _add_kept(self, found: Mapping[Key, _Found], keys: Sequence[Key] | None) -> None:
        table = self._tables.cases
        for row in self._connection.execute(select(table).where(self._of(keys, table))):
            if (row.number, row.scheme) in found:
                found[row.number, row.scheme].kept = row

    def _add_subjects(self, found: Mapping[Key, _Found], keys: Sequence[Key] | None) -> None:
        """The subject of each case's earliest mail of a trusted sender, else of its earliest mail.

        A stranger, who chooses his Date field, must not give the case of other people its title.
        """
        f, o = self._tables.filings, self._tables.originals
        stranger = case((f.c.standing.in_(TRUSTED), 0), else_=1)
        place = func.row_number().over(
            partition_by=(f.c.number, f.c.scheme), order_by=(stranger, o.c.date, o.c.sha256)
        )
        ranked = (
            select(f.c.number, f.c.scheme, o.c.subject, place.label("place"))
            .join(o, o.c.sha256 == f.c.sha256)
            .where(f.c.verdict == Verdict.FILED.value, self._of(keys, f))
            .subquery()
        )
        for row in self._connection.execute(select(ranked).where(ranked.c.place == 1)):
            found[row.number, row.scheme].subject = row.subject

    def _add_forms(self, found: Mapping[Key, _Found], keys: Sequence[Key] | None) -> None:
        """How each number was written, in the order of the mails that wrote it so first."""
        m, o = self._tables.mentions, self._tables.originals
        statement = (
            select(m.c.number, m.c.scheme, m.c.alias, func.min(o.c.date).label("date"))
            .join(o, o.c.sha256 == m.c.sha256)
            .where(self._of(keys, m))
            .group_by(m.c.number, m.c.scheme, m.c.alias)
        )
        for row in sorted(self._connection.execute(statement), key=lambda row: (row.date, row.alias)):
            one = found.get((row.number, row.scheme))
            if one is not None and len(one.forms) < MOST_ALIASES:
                one.forms.append(row.alias)

    def _add_related(self, found: Mapping[Key, _Found], keys: Sequence[Key] | None) -> None:
        f, r = self._tables.filings, self._tables.related
        both = select(f.c.number.label("case"), f.c.scheme.label("case_scheme"), r.c.number, r.c.scheme).join(
            r, r.c.sha256 == f.c.sha256
        )
        statement = both.where(f.c.number.is_not(None), or_(self._of(keys, f), self._of(keys, r))).distinct()
        for row in sorted(self._connection.execute(statement)):
            mentioning = found.get((row.case, row.case_scheme))
            if mentioning is not None:
                mentioning.related.append(row.number)
            mentioned = found.get((row.number, row.scheme))
            if mentioned is not None:
                mentioned.mentioned_by.append(row.case)

    def _row(self, number: CaseNumber, one: _Found) -> CaseRow:
        token = (one.kept.token if one.kept else None) or self._token(number, one.forms)
        title = one.kept.title if one.kept and one.kept.title is not None else None
        first = one.kept.first_recorded_at if one.kept else None
        last = _moment(one.sums.last_trusted) or one.sums.last
        return CaseRow(
            number=number,
            token=token,
            title=topic(one.subject, number, self._schemes, token) if title is None else title,
            status=_status(last, first, trusted=one.sums.last_trusted is not None),
            messages=one.sums.messages,
            opened_at=_moment(one.sums.first_trusted) or one.sums.first,
            last_message_at=last,
            last_from_us_at=one.sums.last_us,
            last_from_them_at=one.sums.last_them,
            aliases=_without(number.canonical, one.forms),
            related=tuple(dict.fromkeys(one.related)),
            mentioned_by=_without(number.canonical, one.mentioned_by),
            first_recorded_at=first,
            frozen=bool(one.kept and one.kept.token),
        )

    def _token(self, number: CaseNumber, forms: Sequence[str]) -> str:
        """The earliest official form. A scheme that the config no longer names has its canonical form."""
        scheme = self._by_name.get(number.scheme)
        return number.canonical if scheme is None else scheme.tokens(number.canonical, forms)[0]


def _moment(value: datetime | None) -> datetime | None:
    return value


def _without(canonical: str, forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(form for form in dict.fromkeys(forms) if form != canonical)


def _status(last: datetime, first_recorded: datetime | None, *, trusted: bool) -> str:
    if not trusted:
        return "unverified"
    if first_recorded is not None and last < first_recorded - DORMANT_AFTER:
        return "dormant"
    return "open"
