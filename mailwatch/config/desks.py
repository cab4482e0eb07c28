"""The desks whose hours are known, and how a desk becomes a calendar of certain years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from mailwatch.config.public_holidays import public_days
from mailwatch.core.business_time import ALL_DAY, Calendar, Window

Week = tuple[tuple[Window, ...], ...]


def _weekdays(start: int, end: int) -> Week:
    """Monday to Friday, in minutes since midnight."""
    return ((Window(start, end),),) * 5 + ((),) * 2


_NINE_TO_FIVE = _weekdays(9 * 60, 17 * 60)


@dataclass(frozen=True, slots=True)
class Desk:
    """A calendar without its dates.

    ``certain`` False: what holidays it has is not known for any year. ``holidays``, ``worked`` and
    ``years`` are a user's additions to those of ``country``.
    """

    zone: tzinfo
    week: Week
    country: str | None = None
    certain: bool = True
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()


_KOREA = Desk(ZoneInfo("Asia/Seoul"), _NINE_TO_FIVE, "KR")
_CHINA = Desk(ZoneInfo("Asia/Shanghai"), _NINE_TO_FIVE, "CN")
_JAPAN = Desk(ZoneInfo("Asia/Tokyo"), _weekdays(9 * 60, 17 * 60 + 30), "JP")
_NORTH_AMERICA = Desk(ZoneInfo("America/Los_Angeles"), _weekdays(6 * 60, 18 * 60), "US")

LOCAL = "local"
BUILT_IN: Mapping[str, Desk] = MappingProxyType(
    {
        "24x7": Desk(UTC, ((ALL_DAY,),) * 7),
        # Severity B and C of 21Vianet: 09:00 to 24:00 in Beijing on all 365 days.
        "21vianet": Desk(ZoneInfo("Asia/Shanghai"), ((Window(9 * 60, 24 * 60),),) * 7),
        "china": _CHINA,
        "korea": _KOREA,
        "japan": _JAPAN,
        "north-america": _NORTH_AMERICA,
        # What it is follows from the configuration's time zone; see ``local``.
        LOCAL: Desk(UTC, _NINE_TO_FIVE, certain=False),
    }
)
"""By name. Sources: docs/deadlines.md."""

_BY_ZONE = MappingProxyType(
    {
        "Asia/Seoul": _KOREA,
        "Asia/Tokyo": _JAPAN,
        "Asia/Shanghai": _CHINA,
        "America/New_York": _NORTH_AMERICA,
        "America/Chicago": _NORTH_AMERICA,
        "America/Denver": _NORTH_AMERICA,
        "America/Phoenix": _NORTH_AMERICA,
        "America/Los_Angeles": _NORTH_AMERICA,
    }
)


def local(zone: ZoneInfo) -> Desk:
    """Business hours where the user is: those that are known of the zone, else Monday to Friday, 9 to 17.

    In the second case no holiday is known, and every year is told as uncertain.
    """
    return _BY_ZONE.get(zone.key) or Desk(zone, _NINE_TO_FIVE, certain=False)


def calendar(name: str, desk: Desk, years: range) -> Calendar:
    """The calendar of a desk, with the holidays of ``years``."""
    if desk.country is None:
        return Calendar(name, desk.zone, desk.week, desk.holidays, desk.worked, _known_by_hand(desk))
    public = public_days(desk.country, years)
    return Calendar(
        name,
        desk.zone,
        desk.week,
        public.holidays | desk.holidays,
        public.worked | desk.worked,
        public.years | desk.years,
    )


def _known_by_hand(desk: Desk) -> frozenset[int] | None:
    """Without a country, what a user gives is all there is, unless years are named."""
    return desk.years if desk.years or not desk.certain else None
