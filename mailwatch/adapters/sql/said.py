"""What people said, read out of the projections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, or_, select, tuple_

from mailwatch.adapters.sql.batch import chunks
from mailwatch.adapters.sql.project_said import statement
from mailwatch.adapters.sql.projections import Projections
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.merging import Merged
from mailwatch.core.spoken import CaseLink, CaseSet, Key, Tie
from mailwatch.core.statements import Statement, in_time, settings


class SaidQuery:
    """Reads statements out of one generation of projections."""

    def __init__(self, connection: Connection, tables: Projections) -> None:
        self._connection = connection
        self._table = tables.said

    def of(self, number: CaseNumber) -> tuple[Statement, ...]:
        """What was said of a case, of those that were merged into it, and of what it is tied to, in time."""
        t = self._table
        cases = [(n.canonical, n.scheme) for n in (number, *self.merged().into(number))]
        here = tuple_(t.c.number, t.c.scheme).in_(cases)
        tied = tuple_(t.c.other_number, t.c.other_scheme).in_(cases)
        return in_time(self._read(or_(here, tied)))

    def all(self) -> Mapping[CaseNumber, tuple[Statement, ...]]:
        """The same of every case of which anything was said, but for those that are merged into others."""
        merged = self.merged()
        found: dict[CaseNumber, dict[int, Statement]] = {}
        for one in self._read(None):
            said = one.said
            named = (said.number, said.other) if isinstance(said, CaseLink) else (said.number,)
            for number in named:
                found.setdefault(merged.case(number), {})[one.entry] = one
        return {number: in_time(some.values()) for number, some in found.items()}

    def entry(self, seq: int) -> Statement | None:
        """The statement of this entry."""
        return next(iter(self._read(self._table.c.seq == seq)), None)

    def known(self, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
        """See ``ports.Statements``."""
        wanted = [(number.canonical, number.scheme) for number in numbers]
        added: dict[CaseNumber, list[Statement]] = {}
        t = self._table
        for some in chunks(wanted):
            here = and_(t.c.type == CaseSet.TYPE, tuple_(t.c.number, t.c.scheme).in_(some))
            for one in self._read(here):
                added.setdefault(one.said.number, []).append(one)
        found = {number for number, said in added.items() if Key.OPENED in settings(said)}
        return frozenset(found | (numbers & self.merged().pairs.keys()))

    def merged(self) -> Merged:
        """Which cases persons have merged."""
        links = self._read(and_(self._table.c.type == CaseLink.TYPE, self._table.c.withdrawn_at.is_(None)))
        said = (one.said for one in links)
        return Merged(
            {
                link.other: link.number
                for link in said
                if isinstance(link, CaseLink) and link.tie is Tie.MERGED
            }
        )

    def _read(self, which: Any) -> Iterable[Statement]:
        t = self._table
        wanted = select(t) if which is None else select(t).where(which)
        return [statement(row) for row in self._connection.execute(wanted.order_by(t.c.seq)).mappings()]
