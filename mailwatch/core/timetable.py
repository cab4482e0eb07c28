"""When digests will be due, told beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo


def next_times(
    at: time, weekdays: frozenset[int], zone: ZoneInfo, now: datetime, count: int
) -> tuple[datetime, ...]:
    """The next ``count`` moments after ``now`` at which ``reminders.digest_due`` turns true, in ``zone``.

    ``weekdays`` are ISO weekdays, at least one. Where daylight saving leaves the
    hour out, the first minute that exists counts; where it comes twice, the first one.
    """
    return tuple(islice(_after(at, weekdays, zone, now), count))


def _after(at: time, weekdays: frozenset[int], zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    # Two times of one zone compare by their wall clocks, so that the hour that comes twice needs UTC.
    now, day = now.astimezone(UTC), now.astimezone(zone).date()
    while True:
        moment = _moment(day, at, zone)
        # A day that a country left out altogether has no such moment.
        if day.isoweekday() in weekdays and moment > now and moment.date() == day:
            yield moment
        day += timedelta(days=1)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first moment of ``day`` whose wall clock shows ``at`` or later."""
    first, second = (datetime.combine(day, at, zone).replace(fold=fold) for fold in (0, 1))
    jump = first.utcoffset(), second.utcoffset()
    assert jump[0] is not None
    assert jump[1] is not None
    if jump[0] >= jump[1]:
        return first
    # In a gap, fold=0 counts by the offset before it, and fold=1 by the one after (PEP 495). By UTC the
    # gap ends where the clock before it would show the first minute that is left out.
    return _end_of_gap(second, first, zone)


def _end_of_gap(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The moment of the jump, which lies between these two; found by halving, to the second."""
    low, high = early.astimezone(UTC), late.astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.astimezone(zone)
