"""Cases that a person has said to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing


@dataclass(frozen=True, slots=True)
class Merged:
    """Which case was merged into which. A case is merged into one other at most, and never in a circle."""

    pairs: Mapping[CaseNumber, CaseNumber] = field(default_factory=dict)

    def case(self, number: CaseNumber) -> CaseNumber:
        """The case that ``number`` is today: itself, unless it was merged into another."""
        seen = {number}
        while (found := self.pairs.get(number)) is not None and found not in seen:
            seen.add(found)
            number = found
        return number

    def into(self, number: CaseNumber) -> tuple[CaseNumber, ...]:
        """The cases that have become part of ``number``, straight or over others; in order."""
        parts = {part for part in self.pairs if part != number and self.case(part) == number}
        return tuple(sorted(parts))


NOTHING_MERGED = Merged()


def as_of_today(filing: Filing, merged: Merged) -> Filing:
    """A filing under the case that its number is today; ``named`` is the number, where that is another."""
    told = filing.named or filing.number
    today = merged.case(told) if told else None
    named = told if told != today else None
    if (filing.number, filing.named) == (today, named):
        return filing
    return replace(filing, number=today, named=named)
