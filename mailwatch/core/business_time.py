"""Open time: when a support desk works, how much of it has passed, and when an amount of it is used up.

The definitions on which every deadline rests:

1. A minute is open if its local date in the calendar's zone is no holiday, or is a weekend day that is
   worked, and its local time lies in a window ``[start, end)`` of that day; 24:00 is the end of the day. On
   days on which clocks change a window has the minutes that really pass.
2. An amount is used up at the earliest instant at which nothing of it is left: four hours from 13:00 at a
   desk that closes at 17:00 are used up at 17:00, and not when it opens next.
3. A business day is a date with any open minute. N business days end with the closing of the Nth
   business day after the local date they are counted from; that date is day 0, whatever the hour.

Instants are aware datetimes, results are in UTC, and amounts are kept to the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES_OF_A_DAY = 24 * 60
_DAYS_OF_A_WEEK = 7
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
# A local date lies between UTC-12 and UTC+14. No zone changes its clocks twice within these hours.
_BEFORE = timedelta(hours=14)
_AFTER = timedelta(hours=12)
_HORIZON = timedelta(days=5 * 366)
"""An amount that is not used up within this time never is: the desk hardly ever opens."""

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of what has not ended yet."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``start`` up to but not including ``end``, both in UTC."""

    start: datetime
    end: datetime = FOREVER

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    def common(self, other: Span) -> Span | None:
        """What lies in both, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from ``start`` up to but not including ``end``, in minutes since local midnight; 1440 is 24:00."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_OF_A_DAY:
            raise ValueError("a window lies within one day")


ALL_DAY = Window(0, MINUTES_OF_A_DAY)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a desk is open.

    ``week`` holds the windows of each weekday, Monday first. ``holidays`` are closed.
    ``worked`` are weekend days that are worked, as China does around long
    holidays: they have the windows of Monday, and win over ``holidays``. ``years``
    are those whose holidays are known; None where there is nothing to know.
    """

    name: str
    zone: tzinfo
    week: tuple[tuple[Window, ...], ...]
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if len(self.week) != _DAYS_OF_A_WEEK:
            raise ValueError("a week has seven days")

    def local_date(self, at: datetime) -> date:
        """The date that the desk's clock shows."""
        return at.astimezone(self.zone).date()

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows of a local date."""
        if day in self.worked:
            return self.week[0]
        return () if day in self.holidays else self.week[day.weekday()]

    def openings(self, day: date) -> tuple[Span, ...]:
        """The stretches in which the desk is open on a local date, in order and without overlap."""
        windows = self.windows(day)
        return _joined(_real(self.zone, day, windows)) if windows else ()

    def is_business_day(self, day: date) -> bool:
        """Whether any minute of the local date is open."""
        return bool(self.openings(day))

    def knows(self, day: date) -> bool:
        """Whether the holidays of the date's year are known."""
        return self.years is None or day.year in self.years


def always(name: str = "24x7") -> Calendar:
    """A desk that never closes."""
    return Calendar(name, UTC, ((ALL_DAY,),) * _DAYS_OF_A_WEEK)


def open_within(calendar: Calendar, span: Span) -> timedelta:
    """How much open time passes within ``span``, which must have an end."""
    return sum((part.length for part in _open_parts(calendar, span)), timedelta())


def used_up(calendar: Calendar, amount: timedelta, running: Iterable[Span]) -> datetime | None:
    """When ``amount`` of the open time within ``running`` has passed.

    Args:
        calendar: when the desk is open.
        amount: open time.
        running: disjoint spans in order; the last may have no end.

    Returns:
        The earliest instant at which nothing is left, or None where that never comes.
    """
    left = amount
    for span in running:
        if left <= timedelta():
            return span.start
        for part in _open_parts(calendar, span):
            if part.length >= left:
                return part.start + left
            left -= part.length
    return None


def nth_closing(calendar: Calendar, since: datetime, days: int) -> datetime | None:
    """The closing of the Nth business day after the local date of ``since``; None where there are too few."""
    day = calendar.local_date(since)
    last = day + _HORIZON
    left = days
    closing = None
    while left and day < last:
        day += _DAY
        openings = calendar.openings(day)
        if openings:
            left -= 1
            closing = openings[-1].end
    return None if left else closing


def open_of_days(calendar: Calendar, since: datetime, days: int) -> timedelta | None:
    """The open time of the first N business days, the local date of ``since`` included; None: too few."""
    day = calendar.local_date(since)
    last = day + _HORIZON
    total = timedelta()
    left = days
    while left and day < last:
        openings = calendar.openings(day)
        total += sum((opening.length for opening in openings), timedelta())
        left -= bool(openings)
        day += _DAY
    return None if left else total


def unknown_years(calendar: Calendar, span: Span) -> tuple[int, ...]:
    """The years that ``span``, which must have an end, touches without their holidays being known."""
    first, last = calendar.local_date(span.start), calendar.local_date(span.end)
    return tuple(year for year in range(first.year, last.year + 1) if not calendar.knows(date(year, 1, 1)))


def whole_minute(at: datetime) -> datetime:
    """The minute that ``at`` lies in."""
    return at.replace(second=0, microsecond=0)


def is_past(due: datetime, at: datetime) -> bool:
    """Whether ``at`` is too late: in the minute that is due itself, one is still in time."""
    return whole_minute(at.astimezone(UTC)) > whole_minute(due.astimezone(UTC))


# ── real minutes ──────────────────────────────────────────────────────────────


def _open_parts(calendar: Calendar, span: Span) -> Iterator[Span]:
    """The open stretches within ``span``, in order, as far as the horizon."""
    day = calendar.local_date(span.start)
    last = calendar.local_date(min(span.end, span.start + _HORIZON))
    while day <= last:
        for opening in calendar.openings(day):
            part = opening.common(span)
            if part is not None:
                yield part
        day += _DAY


def _real(zone: tzinfo, day: date, windows: Iterable[Window]) -> list[Span]:
    """Windows of a local date as they really pass: twice where clocks go back, not at all in a gap."""
    midnight = datetime.combine(day, time(), UTC)
    found = []
    for stretch, offset in _offsets(zone, Span(midnight - _BEFORE, midnight + _DAY + _AFTER)):
        for window in windows:
            start = midnight + window.start * _MINUTE - offset
            part = stretch.common(Span(start, start + (window.end - window.start) * _MINUTE))
            if part is not None:
                found.append(part)
    return sorted(found)


def _offsets(zone: tzinfo, span: Span) -> list[tuple[Span, timedelta]]:
    """``span`` cut where the zone's clocks change, each piece with its distance from UTC."""
    first, last = _offset(zone, span.start), _offset(zone, span.end)
    if first == last:
        return [(span, first)]
    low, high = span.start, span.end
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(zone, middle) == first:
            low = middle
        else:
            high = middle
    return [(Span(span.start, high), first), (Span(high, span.end), last)]


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone tells its distance from UTC"
    return offset


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Stretches that touch or overlap, made one."""
    found: list[Span] = []
    for span in spans:
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)
