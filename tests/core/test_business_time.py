"""Open time against the definitions, and against a simulation that looks at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.business_time import (
    ALL_DAY,
    FOREVER,
    Calendar,
    Span,
    Window,
    always,
    is_past,
    nth_closing,
    open_within,
    used_up,
)

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NINE_TO_FIVE = (Window(9 * 60, 17 * 60),)
# In 2026 the 9th of October (Hangeul day) is a Friday.
KOREA = Calendar("korea", SEOUL, (NINE_TO_FIVE,) * 5 + ((),) * 2, frozenset({date(2026, 10, 9)}))
# The desk of 21Vianet: 09:00 to 24:00, all days of the year.
CHINA = Calendar("china", SHANGHAI, ((Window(9 * 60, 24 * 60),),) * 7)


def seoul(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SEOUL)


def due(calendar: Calendar, amount: timedelta, start: datetime) -> datetime | None:
    return used_up(calendar, amount, [Span(start.astimezone(UTC))])


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        # Four hours from 13:00, closing at 17:00, are due at 17:00, not next morning.
        (seoul(6, 13), 4 * HOUR, seoul(6, 17)),
        (seoul(6, 13, 0, 1), 4 * HOUR, seoul(7, 9, 0, 1)),
        (seoul(6, 16), 2 * HOUR, seoul(7, 10)),
        # Before opening, after closing, on a holiday and at the week's end the clock waits.
        (seoul(6, 7), HOUR, seoul(6, 10)),
        (seoul(6, 20), HOUR, seoul(7, 10)),
        (seoul(8, 16, 30), HOUR, seoul(12, 9, 30)),
        (seoul(9, 12), HOUR, seoul(12, 10)),
        (seoul(10, 12), 8 * HOUR, seoul(12, 17)),
        (seoul(6, 13), timedelta(), seoul(6, 13)),
    ],
)
def test_an_amount_is_used_up_in_open_minutes(start: datetime, amount: timedelta, expected: datetime) -> None:
    """2026-10-06 is a Tuesday; the 9th is a holiday, and a Friday."""
    assert expected == due(KOREA, amount, start)


def test_a_day_may_end_at_24_00() -> None:
    """09:00 to 24:00 in Beijing: an hour from 23:30 goes on at 09:00."""
    start = datetime(2026, 10, 6, 23, 30, tzinfo=SHANGHAI)
    assert datetime(2026, 10, 7, 9, 30, tzinfo=SHANGHAI) == due(CHINA, HOUR, start)
    assert datetime(2026, 10, 7, tzinfo=SHANGHAI) == due(CHINA, HOUR / 2, start)


@pytest.mark.parametrize(
    ("since", "days", "expected"),
    [
        (seoul(6, 7), 1, seoul(7, 17)),
        (seoul(6, 13), 1, seoul(7, 17)),
        (seoul(6, 23, 59), 1, seoul(7, 17)),
        (seoul(8, 10), 1, seoul(12, 17)),
        (seoul(10, 10), 1, seoul(12, 17)),
        (seoul(6, 10), 3, seoul(12, 17)),
        (seoul(6, 10), 0, None),
    ],
)
def test_business_days_end_with_a_closing(since: datetime, days: int, expected: datetime | None) -> None:
    """The date they are counted from is day 0, before, in and after hours alike."""
    assert expected == nth_closing(KOREA, since, days)


def test_the_date_is_that_of_the_desk() -> None:
    """23:30 in Seoul is 14:30 UTC of the same date, and 00:30 in Seoul is the day before in UTC."""
    assert seoul(8, 17) == nth_closing(KOREA, datetime(2026, 10, 6, 15, 30, tzinfo=UTC), 1)
    assert seoul(7, 17) == nth_closing(KOREA, datetime(2026, 10, 6, 14, 30, tzinfo=UTC), 1)


def test_a_weekend_day_that_is_worked_has_the_windows_of_monday() -> None:
    """China works on some Saturdays and Sundays around long holidays; they win over a holiday."""
    day = date(2026, 10, 10)
    calendar = Calendar(
        "china-business",
        SHANGHAI,
        (NINE_TO_FIVE,) * 5 + ((),) * 2,
        holidays=frozenset({day}),
        worked=frozenset({day}),
    )
    assert calendar.is_business_day(day)
    assert not calendar.is_business_day(date(2026, 10, 11))
    assert 8 * HOUR == sum((o.length for o in calendar.openings(day)), timedelta())


@pytest.mark.parametrize(
    ("day", "window", "passes"),
    [
        # 29 March 2026: from 02:00 to 03:00 nothing passes. 25 October: that hour passes twice.
        (date(2026, 3, 29), ALL_DAY, 23 * HOUR),
        (date(2026, 3, 29), Window(2 * 60, 3 * 60), timedelta()),
        (date(2026, 3, 29), Window(2 * 60 + 30, 4 * 60), HOUR),
        (date(2026, 10, 25), ALL_DAY, 25 * HOUR),
        (date(2026, 10, 25), Window(2 * 60, 3 * 60), 2 * HOUR),
        (date(2026, 10, 25), Window(2 * 60 + 15, 2 * 60 + 30), 30 * MINUTE),
        (date(2026, 10, 26), ALL_DAY, 24 * HOUR),
    ],
)
def test_a_window_has_the_minutes_that_really_pass(day: date, window: Window, passes: timedelta) -> None:
    """On the days on which Berlin's clocks change."""
    calendar = Calendar("berlin", BERLIN, ((window,),) * 7)
    assert passes == sum((o.length for o in calendar.openings(day)), timedelta())
    assert calendar.is_business_day(day) is (passes > timedelta())


def test_what_never_opens_is_never_due() -> None:
    """A calendar without windows ends the search."""
    closed = Calendar("closed", UTC, ((),) * 7)
    assert due(closed, MINUTE, seoul(6, 13)) is None
    assert nth_closing(closed, seoul(6, 13), 1) is None
    assert due(KOREA, HOUR, seoul(6, 13)) is not None
    ended = [Span(seoul(6, 13).astimezone(UTC), seoul(6, 13, 30).astimezone(UTC))]
    assert used_up(KOREA, HOUR, ended) is None


def test_what_runs_in_pieces_is_added_up() -> None:
    """Pauses between the pieces do not count, open or closed."""
    pieces = [Span(seoul(6, 10), seoul(6, 11)), Span(seoul(6, 16), seoul(6, 18)), Span(seoul(7, 12), FOREVER)]
    assert seoul(7, 13) == used_up(KOREA, 3 * HOUR, pieces)
    assert seoul(6, 17) == used_up(KOREA, 2 * HOUR, pieces)


def test_windows_that_touch_are_one_opening() -> None:
    """09:00 to 12:00 and 12:00 to 17:00 is open all day."""
    calendar = Calendar("two", SEOUL, ((Window(540, 720), Window(720, 1020)),) * 7)
    assert 1 == len(calendar.openings(date(2026, 10, 6)))


@pytest.mark.parametrize("edges", [(10, 10), (-1, 5), (0, 1441), (20, 10)])
def test_a_window_lies_within_one_day(edges: tuple[int, int]) -> None:
    """24:00 is as far as it goes."""
    with pytest.raises(ValueError, match="window"):
        Window(*edges)


def test_a_week_has_seven_days() -> None:
    """A shorter one is a mistake of ours."""
    with pytest.raises(ValueError, match="seven"):
        Calendar("short", UTC, ((),) * 6)


def test_years_whose_holidays_are_not_published_are_not_known() -> None:
    """None says that there is nothing to know."""
    some = Calendar("korea", SEOUL, (NINE_TO_FIVE,) * 7, years=frozenset({2026}))
    assert some.knows(date(2026, 12, 31))
    assert not some.knows(date(2027, 1, 1))
    assert always().knows(date(2099, 1, 1))


def test_in_the_due_minute_one_is_in_time() -> None:
    """17:00:59 is in time for 17:00; 17:01 is not."""
    assert not is_past(seoul(6, 17), seoul(6, 17, 0, 59))
    assert is_past(seoul(6, 17), seoul(6, 17, 1))
    assert not is_past(seoul(6, 17, 0, 30), seoul(6, 17, 0, 45).astimezone(UTC))


# ── against a simulation, minute by minute ────────────────────────────────────

ZONES = [
    ZoneInfo(name) for name in ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
]
# Around the changes of clocks in 2026, and around the new year.
STARTS = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
]


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Window(15 * a, 15 * b) for a, b in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    first = draw(windows())
    week = tuple(draw(st.lists(st.sampled_from([first, draw(windows()), ()]), min_size=7, max_size=7)))
    days = st.sets(
        st.sampled_from([s.date() + timedelta(days=n) for s in STARTS for n in range(4)]), max_size=4
    )
    holidays, worked = frozenset(draw(days)), frozenset(draw(days))
    return Calendar("random", draw(st.sampled_from(ZONES)), (first, *week[1:]), holidays, worked)


@st.composite
def runs(draw: st.DrawFn) -> list[Span]:
    """Up to three disjoint spans, in whole minutes, within four days."""
    start = draw(st.sampled_from(STARTS))
    edges = sorted(draw(st.sets(st.integers(0, 4 * 24 * 60), min_size=2, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [Span(start + a * MINUTE, start + b * MINUTE) for a, b in pairs]


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Definition 1, word for word."""
    local = at.astimezone(calendar.zone)
    day = local.date()
    if day in calendar.worked:
        windows = calendar.week[0]
    elif day in calendar.holidays:
        return False
    else:
        windows = calendar.week[day.weekday()]
    minute = local.hour * 60 + local.minute
    return any(window.start <= minute < window.end for window in windows)


def minutes(calendar: Calendar, spans: list[Span]) -> list[datetime]:
    """Every open minute within the spans, by its beginning."""
    found = []
    for span in spans:
        at = span.start
        while at < span.end:
            if is_open(calendar, at):
                found.append(at)
            at += MINUTE
    return found


@settings(max_examples=60, deadline=None)
@given(calendars(), runs(), st.data())
def test_arithmetic_agrees_with_looking_at_every_minute(
    calendar: Calendar, spans: list[Span], data: st.DataObject
) -> None:
    """Sums and deadlines over random calendars, zones and pauses, on days on which clocks change."""
    passed = minutes(calendar, spans)
    assert len(passed) * MINUTE == sum((open_within(calendar, span) for span in spans), timedelta())
    amount = data.draw(st.integers(1, 4 * 24 * 60))
    found = used_up(calendar, amount * MINUTE, spans)
    expected = passed[amount - 1] + MINUTE if amount <= len(passed) else None
    assert expected == found
    if found is not None:
        # Never in closed hours; the closing instant itself is the end of an open minute.
        assert is_open(calendar, found - MINUTE)


@settings(max_examples=40, deadline=None)
@given(calendars(), runs(), st.integers(1, 600), st.integers(0, 5), st.integers(1, 900))
def test_a_pause_never_makes_it_earlier(
    calendar: Calendar, spans: list[Span], amount: int, where: int, length: int
) -> None:
    """Taking a piece out of what runs can only move the deadline back, or make it none."""
    span = spans[where % len(spans)]
    pause = Span(span.start, span.start + length * MINUTE)
    rest = [s for s in (Span(min(pause.end, span.end), span.end),) if s.start < s.end]
    paused = sorted([s for s in spans if s is not span] + rest)
    before, after = (used_up(calendar, amount * MINUTE, some) for some in (spans, paused))
    assert after is None or (before is not None and before <= after)
