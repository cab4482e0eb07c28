"""Which day a sentence names, seen from the day it was written on."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.case_events import Day
from mailwatch.core.named_days import AHEAD, named_day

FRIDAY = date(2026, 11, 20)
NOV_24 = Day(date(2026, 11, 24))


def november(day: int, hour: time | None = None) -> Day:
    return Day(date(2026, 11, day), hour)


@pytest.mark.parametrize(
    "text",
    [
        "will be closing this ticket on November 24 as a result",
        "closing on Nov. 24th, 2026",
        "if we do not hear from you by 24 Nov",
        "by the 24th of November 2026",
        "by the 24th",
        "closing on 11/24",
        "closing on 11/24/2026",
        "closing on 24/11",  # there is no month 24
        "by 2026-11-24",
        "11월 24일까지 회신이 없으시면",
        "2026년 11월 24일(화)까지",
        "2026. 11. 24.까지",
        "24일(화)까지 확인 후 회신",
        "24일 까지",
        "2026年11月24日までに",
        "如果在11月24日前",
        "by Tuesday",
        "화요일까지",
        "on November\n24",  # a broken line
        "the mail of 11/18, closing on 11/24",  # that one has passed
        "18일에 요청드린 자료를 24일까지",
        "by Friday, November 24",  # a date says more than a weekday
    ],
)
def test_a_day_is_read_in_every_form(text: str) -> None:
    """All of these, written on Friday 20 November 2026, mean the 24th, without an hour."""
    found = named_day(text, FRIDAY)
    assert found is not None
    assert NOV_24 == found.day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20일까지 확인 후 회신드리겠습니다", Day(FRIDAY)),  # today lies ahead
        ("by Friday", Day(FRIDAY)),
        ("by the 19th", Day(date(2026, 12, 19))),
        ("by the 31st", Day(date(2026, 12, 31))),  # November has none
        ("by January 5", Day(date(2027, 1, 5))),
        ("by tomorrow", Day(date(2026, 11, 21))),
        ("내일까지", Day(date(2026, 11, 21))),
    ],
)
def test_a_year_or_month_not_written_is_the_next(text: str, day: Day) -> None:
    """The next such day, today included."""
    found = named_day(text, FRIDAY)
    assert found is not None
    assert day == found.day


@pytest.mark.parametrize(
    "text",
    [
        "February 30",
        "by the 45th",
        "2026-13-01",
        "11월 31일까지",
        "February 29",  # 2027 has none
        "2025-11-24",  # passed
        "the mail of 11/18",
        "we are open 24/7",
        "3일 이내에 회신",
        "3日前に",
        "version 10.11.24",
        "in 48 hours",
        "다음 주 금요일까지",  # which one is not certain
        "next Friday",
        "soon",
    ],
)
def test_what_is_no_day_ahead_is_none(text: str) -> None:
    """Days that no calendar has, days that passed, stretches of time and versions name no day."""
    assert named_day(text, FRIDAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("by 5 PM on November 24", november(24, time(17))),
        ("on November 24 at 12 a.m.", november(24, time(0))),
        ("by 9:30am on November 24", november(24, time(9, 30))),
        ("11월 24일 17시까지", november(24, time(17))),
        ("11월 24일 오후 5시 30분까지", november(24, time(17, 30))),
        ("24일 오전 9시까지", november(24, time(9))),
        ("11月24日17時まで", november(24, time(17))),
        ("2026-11-24 18:00", november(24, time(18))),
        ("11월 24일 24시까지", NOV_24),  # the end of the day is no hour of it
        ("최근 48시간 로그를 11월 24일까지", NOV_24),  # a stretch of time
        ("on November 24, as said long ago when it was not yet 9:30", NOV_24),  # not beside it
    ],
)
def test_an_hour_is_taken_where_one_is_written(text: str, day: Day) -> None:
    """And only where it stands next to the day."""
    found = named_day(text, FRIDAY)
    assert found is not None
    assert day == found.day


def test_the_place_is_that_of_the_day() -> None:
    """What is shown is cut from there."""
    text = "회신은 11월 24일까지"
    found = named_day(text, FRIDAY)
    assert found is not None
    assert "11월 24일" == text[found.start : found.end]


@pytest.mark.parametrize("text", ["by the 31st", "by December 31", "by Friday"])
def test_the_end_of_all_dates_is_no_fault(text: str) -> None:
    """The last year that can be written has no next: a mail that claims it names no day."""
    assert named_day(text, date(9999, 12, 31)) is None


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, AHEAD.days))
def test_every_day_ahead_is_read_back(on: date, ahead: int) -> None:
    """A month and a day, written in either language, mean that very day, unless it lies too far ahead."""
    day = date.fromordinal(on.toordinal() + ahead)
    for text in (f"{day.month}월 {day.day}일까지", f"by {day:%B} {day.day}"):
        found = named_day(text, on)
        assert found is not None
        assert Day(day) == found.day


@given(st.text(alphabet="0123456789/-.: 월일까지bythe", max_size=60), st.dates())
def test_no_text_makes_it_fail(text: str, on: date) -> None:
    """Whatever stands there, the day found lies ahead."""
    found = named_day(text, on)
    assert found is None or on <= found.day.date
