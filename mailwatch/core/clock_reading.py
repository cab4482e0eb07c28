"""The two places where the published definitions may be read in another way, and the other readings.

What vendors publish leaves them open, so mailwatch has decided, in the definitions (5) and (7), and a user
may decide otherwise for a plan, by these names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BusinessDays(StrEnum):
    """When N business days are over: definition (5) and its other reading."""

    CLOSING = "closing"
    """With the closing of the Nth business day after the date of opening."""

    HOURS = "hours"
    """When as much open time has passed as the first N business days have, the date of opening included."""


class SeverityChange(StrEnum):
    """From when a changed severity counts: definition (7) and its other readings."""

    SOONER = "sooner"
    """Raised: from the change, and never later than before. Lowered: from when the case last rose to it."""

    RESTART = "restart"
    """In full from the change, whether raised or lowered."""

    OPENING = "opening"
    """As if the case had been opened with it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a clock reads what the vendor leaves open."""

    business_days: BusinessDays = BusinessDays.CLOSING
    severity_change: SeverityChange = SeverityChange.SOONER


AS_PUBLISHED = Reading()
"""The definitions as they are printed."""


@dataclass(frozen=True, slots=True)
class Rise:
    """The case stood at ``level`` from ``at`` on; 0 is the most severe."""

    at: datetime
    level: int


def levelled(
    rises: tuple[Rise, ...], new: Rise, opened_at: datetime, change: SeverityChange
) -> tuple[Rise, ...]:
    """The levels that count after a change to ``new``, each more severe than the one before.

    A lower level takes the place of all that were above it, from when the first of them began:
    the case is judged as if it had stood there since it last rose to it.
    """
    if rises and rises[-1].level == new.level:
        return rises
    if change is SeverityChange.RESTART:
        return (new,)
    if change is SeverityChange.OPENING:
        return (Rise(opened_at, new.level),)
    below = tuple(rise for rise in rises if rise.level > new.level)
    above = rises[len(below) :]
    return (*below, Rise(above[0].at if above else new.at, new.level))
