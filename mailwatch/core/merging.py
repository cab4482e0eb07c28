"""Cases that a person has said to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwatch.core.casenumber import CaseNumber


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
