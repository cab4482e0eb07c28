"""The other readings of definitions 5 and 7 that a user may choose, and years that are not certain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.business_time import Calendar, Span, Window, always, open_of_days, unknown_years
from mailwatch.core.clock_facts import Event, Target, What
from mailwatch.core.clock_reading import AS_PUBLISHED, BusinessDays, Reading, SeverityChange
from mailwatch.core.response_clock import wind

HOUR = timedelta(hours=1)
ALWAYS = always()
# 09:00 to 17:00 from Monday to Friday, and Saturday until noon.
OFFICE = Calendar("office", UTC, (*((Window(540, 1020),),) * 5, (Window(540, 720),), ()))
A, B, C = range(3)
PLAN = {A: Target(ALWAYS, 2 * HOUR), B: Target(ALWAYS, 4 * HOUR), C: Target(ALWAYS, 8 * HOUR)}


def at(day: int, hour: int) -> datetime:
    """November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        (at(2, 14), 1, at(3, 14)),  # Monday's eight hours, from 14:00 on
        (at(2, 8), 1, at(2, 17)),  # before hours: the day of opening itself
        (at(7, 10), 1, at(9, 10)),  # Saturday's three hours: two until noon, one on Monday
        (at(8, 10), 1, at(9, 17)),  # Sunday is none; Monday's eight
        (at(2, 14), 3, at(5, 14)),
    ],
)
def test_business_days_read_as_hours(opened: datetime, days: int, due: datetime) -> None:
    """As much open time as the first N business days have, the day of opening included."""
    plan = {B: Target(OFFICE, business_days=days, reading=BusinessDays.HOURS)}
    assert due == wind([Event(opened, What.OPENED, B)], plan, opened).due


def test_days_that_never_come_have_no_open_time() -> None:
    """A desk that never opens."""
    closed = Calendar("closed", UTC, ((),) * 7)
    assert open_of_days(closed, at(2, 9), 1) is None


STORY = (
    Event(at(2, 9), What.OPENED, C),
    Event(at(2, 10), What.SEVERITY, A),
    Event(at(2, 11), What.SEVERITY, B),
)


@pytest.mark.parametrize(
    ("change", "dues"),
    [
        # C until 17:00; raised: two hours from 10:00; lowered: four hours from the rise at 10:00.
        (SeverityChange.SOONER, [at(2, 17), at(2, 12), at(2, 14)]),
        # Each in full from its change.
        (SeverityChange.RESTART, [at(2, 17), at(2, 12), at(2, 15)]),
        # Each from 09:00.
        (SeverityChange.OPENING, [at(2, 17), at(2, 11), at(2, 13)]),
    ],
)
def test_a_changed_severity_by_each_reading(change: SeverityChange, dues: list[datetime]) -> None:
    """Opened as C, raised to A, lowered to B."""
    found = wind(STORY, PLAN, at(2, 11), change)
    assert dues == [step.due for step in found.steps]


def test_raised_late_by_restart_is_due_later_than_before() -> None:
    """This is what the published reading rules out."""
    events = (Event(at(2, 9), What.OPENED, C), Event(at(2, 16), What.SEVERITY, A))
    due = {change: wind(events, PLAN, at(2, 16), change).due for change in SeverityChange}
    assert (at(2, 17), at(2, 18)) == (due[SeverityChange.SOONER], due[SeverityChange.RESTART])


def test_as_published_is_what_holds_unless_a_user_says_otherwise() -> None:
    """The closing of the Nth day; never later than before."""
    assert Reading(BusinessDays.CLOSING, SeverityChange.SOONER) == AS_PUBLISHED


_MOMENTS = st.integers(0, 72).map(lambda n: at(2, 9) + n * HOUR)
_CHANGES = st.lists(
    st.builds(Event, _MOMENTS, st.just(What.SEVERITY), st.sampled_from([A, B, C])), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(_CHANGES, st.sampled_from(SeverityChange), st.integers(0, 7))
def test_the_same_severity_again_changes_nothing_by_any_reading(
    changes: Sequence[Event], change: SeverityChange, hours: int
) -> None:
    """A mail that repeats what holds already moves no deadline."""
    first = Event(at(2, 8), What.OPENED, C)
    story = sorted(changes, key=lambda event: event.at)
    last = (story or [first])[-1]
    again = Event(last.at + hours * HOUR, What.SEVERITY, last.level)
    now = again.at
    before, after = (wind([first, *story, *more], PLAN, now, change) for more in ([], [again]))
    assert (before.state, before.due) == (after.state, after.due)


def test_years_that_a_calendar_does_not_know() -> None:
    """Every year that is touched, by the date at the desk."""
    known = Calendar("k", UTC, OFFICE.week, years=frozenset({2025, 2026}))
    assert (2027, 2028) == unknown_years(known, Span(at(2, 9), datetime(2028, 1, 1, tzinfo=UTC)))
    assert () == unknown_years(known, Span(at(2, 9), at(3, 9)))
    assert () == unknown_years(ALWAYS, Span(at(2, 9), datetime(2090, 1, 1, tzinfo=UTC)))
    assert not known.knows(date(2027, 1, 1))
