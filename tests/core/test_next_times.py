"""When digests will be due, told beforehand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.reminders import DigestSpec, digest_due
from mailwatch.core.timetable import next_times

EVERY_DAY = frozenset(range(1, 8))
WORKDAYS = frozenset(range(1, 6))


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "days", "now", "expected"),
    [
        # Friday 09:00 in Seoul is over at 00:00 UTC; the next is Monday's.
        ("Asia/Seoul", time(9), WORKDAYS, utc(3, 6, 0), [utc(3, 9, 0), utc(3, 10, 0)]),
        ("Asia/Seoul", time(9), WORKDAYS, utc(3, 5, 23, 59), [utc(3, 6, 0), utc(3, 9, 0)]),
        # Berlin: the clock goes from 02:00 to 03:00 on 29 March (01:00 UTC).
        ("Europe/Berlin", time(2, 30), EVERY_DAY, utc(3, 28, 12), [utc(3, 29, 1), utc(3, 30, 0, 30)]),
        ("Europe/Berlin", time(9), EVERY_DAY, utc(3, 28, 7), [utc(3, 28, 8), utc(3, 29, 7)]),
        # New York: 01:30 comes twice on 1 November, by daylight saving first (05:30 UTC).
        ("America/New_York", time(1, 30), EVERY_DAY, utc(11, 1, 4), [utc(11, 1, 5, 30), utc(11, 2, 6, 30)]),
        ("America/New_York", time(1, 30), EVERY_DAY, utc(11, 1, 6), [utc(11, 2, 6, 30), utc(11, 3, 6, 30)]),
        # Lord Howe jumps by half an hour: 02:00 to 02:30 on 4 October (15:30 UTC the day before).
        (
            "Australia/Lord_Howe",
            time(2, 15),
            EVERY_DAY,
            utc(10, 3, 12),
            [utc(10, 3, 15, 30), utc(10, 4, 15, 15)],
        ),
        # Samoa had no 30 December 2011.
        (
            "Pacific/Apia",
            time(9),
            EVERY_DAY,
            utc(12, 29, 20, year=2011),
            [utc(12, 30, 19, year=2011), utc(12, 31, 19, year=2011)],
        ),
    ],
)
def test_the_next_times(
    zone: str, at: time, days: frozenset[int], now: datetime, expected: list[datetime]
) -> None:
    """By the wall clock of the reader, the days on which it jumps included."""
    told = next_times(at, days, ZoneInfo(zone), now, len(expected))
    assert expected == [moment.astimezone(UTC) for moment in told]


@given(
    zone=st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    at=st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(1, 7), min_size=1),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_what_is_told_beforehand_is_when_it_is_due(
    zone: str, at: time, days: frozenset[int], now: datetime
) -> None:
    """At each of these moments a digest turns due, for that day, and a second before it was not."""
    where = ZoneInfo(zone)
    spec = DigestSpec("daily", "us@contoso.example", (), at, days)
    told = next_times(at, days, where, now, 5)
    assert all(one < two for one, two in pairwise(m.astimezone(UTC) for m in told))
    for moment in told:
        day: date = moment.date()
        before = moment.astimezone(UTC) - timedelta(seconds=1)
        assert day == digest_due(spec, moment, where, None)
        assert day != digest_due(spec, before, where, None)
