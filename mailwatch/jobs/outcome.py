"""What became of a batch, in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailwatch.core.filing import Filing, Verdict
from mailwatch.jobs.reading import Reading


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch. ``wanted`` counts sightings that must be fetched now."""

    fetched: int = 0
    filed: int = 0
    same: int = 0
    unfiled: int = 0
    unnumbered: int = 0
    quarantined: int = 0
    wanted: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def without_fetched(self) -> Outcome:
        """For mails that were fetched before, and come once more."""
        return replace(self, fetched=0)


def count(
    readings: Sequence[Reading],
    fresh: Sequence[Reading],
    filings: Mapping[str, Filing],
    kept: frozenset[str],
    wanted: int,
) -> Outcome:
    """Every mail of a batch counted once.

    Args:
        readings: the whole batch.
        fresh: those that were decided on, in the batch's order.
        filings: what was decided, by sha256.
        kept: all bytes of the batch that are kept now.
        wanted: how many sightings must be fetched.
    """
    verdicts = [filings[r.fetched.sha256].verdict for r in fresh if r.fetched.sha256 in filings]
    filed, unnumbered = verdicts.count(Verdict.FILED), verdicts.count(Verdict.UNNUMBERED)
    quarantined = sum(r.unreadable is not None for r in fresh)
    first = {id(r) for r in fresh}
    seen = sum(id(r) not in first and r.fetched.sha256 in kept for r in readings)
    same = verdicts.count(Verdict.SAME) + seen
    ours = verdicts.count(Verdict.OURS)
    return Outcome(
        fetched=len(readings),
        filed=filed,
        same=same,
        unnumbered=unnumbered,
        unfiled=len(readings) - filed - unnumbered - quarantined - same - ours,
        quarantined=quarantined,
        wanted=wanted,
    )
