"""The published definitions of a deadline, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.business_time import Calendar, Window, always
from mailwatch.core.clock_facts import Clock, Event, State, Target, What
from mailwatch.core.response_clock import wind

SEOUL = ZoneInfo("Asia/Seoul")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALWAYS = always()
OFFICE = Calendar("office", SEOUL, ((Window(9 * 60, 17 * 60),),) * 5 + ((),) * 2)
A, B, C = 0, 1, 2
# As a partner's plan has it: two hours around the clock, four and eight office hours.
PARTNER = {A: Target(ALWAYS, 2 * HOUR), B: Target(OFFICE, 4 * HOUR), C: Target(OFFICE, 8 * HOUR)}
# As 21Vianet has it for B and C.
DAYS = {B: Target(OFFICE, business_days=1), C: Target(OFFICE, business_days=3)}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In Seoul, November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def opened(when: datetime, level: int | None = B) -> Event:
    return Event(when, What.OPENED, level)


def clock(*events: Event, now: datetime, plan: dict[int, Target] | None = None) -> Clock:
    return wind(events, PARTNER if plan is None else plan, now)


def severity(when: datetime, level: int) -> Event:
    return Event(when, What.SEVERITY, level)


def test_it_runs_from_the_opening_to_the_target() -> None:
    """Four office hours from 13:00 are due at 17:00."""
    found = clock(opened(at(2, 13)), now=at(2, 14))
    assert (State.RUNNING, at(2, 17), 3 * HOUR) == (found.state, found.due, found.left)


@pytest.mark.parametrize(("hour", "minute", "state"), [(17, 0, State.MET), (17, 1, State.LATE)])
def test_in_the_due_minute_a_response_is_in_time(hour: int, minute: int, state: State) -> None:
    """At 17:00 it is met, a minute later it is late, seen from any later time."""
    responded = Event(at(2, hour, minute), What.RESPONDED)
    found = clock(opened(at(2, 13)), responded, now=at(9, 9))
    assert (state, at(2, 17)) == (found.state, found.due)
    assert responded.at == found.responded_at


def test_a_question_pauses_it_until_our_answer() -> None:
    """Asked twice and answered once is answered; the pause moves the deadline by as much open time."""
    events = (
        opened(at(2, 9)),
        Event(at(2, 10), What.ASKED),
        Event(at(2, 15), What.ASKED),
        Event(at(3, 11), What.ANSWERED),
    )
    paused = clock(*events[:3], now=at(2, 16))
    assert (State.PAUSED, None, 3 * HOUR) == (paused.state, paused.due, paused.left)
    assert at(3, 14) == clock(*events, now=at(3, 11)).due


def test_a_response_during_a_pause_is_in_time() -> None:
    """Nobody can be late who waits for us."""
    found = clock(
        opened(at(2, 9)), Event(at(2, 10), What.ASKED), Event(at(20, 9), What.RESPONDED), now=at(23, 9)
    )
    assert (State.MET, at(2, 13)) == (found.state, found.due)


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (at(2, 9, 30), at(2, 11, 30)),  # two hours from the change
        (at(2, 12), at(2, 13)),  # never later than the old deadline
    ],
)
def test_raised_counts_from_the_change_and_never_later_than_before(raised: datetime, due: datetime) -> None:
    """B from 09:00 is due at 13:00; then it is raised to A."""
    assert due == clock(opened(at(2, 9)), severity(raised, A), now=raised).due


def test_lowered_is_judged_as_if_it_had_stood_there_since_it_last_rose_to_it() -> None:
    """Opened with C, raised to A, lowered to B: B counts from the rise; C's deadline stays a limit."""
    events = (opened(at(2, 9), C), severity(at(2, 10), A), severity(at(2, 11), B))
    assert at(2, 14) == clock(*events, now=at(2, 11)).due
    late_rise = (opened(at(2, 9), C), severity(at(2, 15), A), severity(at(2, 16), B))
    assert at(2, 17) == clock(*late_rise, now=at(2, 16)).due
    back = (opened(at(2, 9), B), severity(at(2, 10), A), severity(at(2, 11), C))
    assert at(2, 17) == clock(*back, now=at(2, 11)).due


def test_the_same_severity_again_changes_nothing() -> None:
    """A mail that repeats it, or a plan that caps what was asked for."""
    assert at(2, 13) == clock(opened(at(2, 9)), severity(at(2, 12), B), now=at(2, 12)).due


def test_from_no_target_a_new_one_counts_in_full() -> None:
    """C has no target here, and B has four hours from the change."""
    plan = {B: Target(OFFICE, 4 * HOUR)}
    without = clock(opened(at(2, 9), C), now=at(2, 10), plan=plan)
    assert (State.NONE, None) == (without.state, without.due)
    assert at(2, 16) == clock(opened(at(2, 9), C), severity(at(2, 12), B), now=at(2, 12), plan=plan).due
    unknown = clock(opened(at(2, 9), None), severity(at(2, 12), B), now=at(2, 12), plan=plan)
    assert at(2, 16) == unknown.due


@pytest.mark.parametrize(
    ("when", "level", "due"),
    [
        (at(2, 8), B, at(3, 17)),
        (at(2, 12), B, at(3, 17)),
        (at(2, 20), B, at(3, 17)),
        (at(5, 9), C, at(10, 17)),
    ],
)
def test_business_days_end_with_the_closing_of_the_last(when: datetime, level: int, due: datetime) -> None:
    """Before, in and after hours alike; the 7th and 8th are a weekend."""
    assert due == clock(opened(when, level), now=when, plan=DAYS).due


def test_a_pause_suspends_the_open_minutes_up_to_that_closing() -> None:
    """Opened at 12:00, due next day at 17:00: thirteen open hours. Two open hours of pause go on top."""
    events = (opened(at(2, 12)), Event(at(2, 16), What.ASKED), Event(at(3, 10), What.ANSWERED))
    assert at(4, 11) == clock(*events, now=at(3, 10), plan=DAYS).due


def test_closed_unanswered_is_withdrawn_and_the_rest_runs_on_from_reopening() -> None:
    """An hour was gone; three are left."""
    events = (opened(at(2, 9)), Event(at(2, 10), What.CLOSED))
    closed = clock(*events, now=at(3, 9))
    assert (State.WITHDRAWN, None, None) == (closed.state, closed.due, closed.left)
    again = clock(*events, Event(at(4, 9), What.REOPENED), now=at(4, 9))
    assert (State.RUNNING, at(4, 12)) == (again.state, again.due)


def test_a_response_once_given_stays_given() -> None:
    """Closing, reopening and a higher severity start no second clock."""
    events = (
        opened(at(2, 9)),
        Event(at(2, 10), What.RESPONDED),
        Event(at(2, 11), What.CLOSED),
        Event(at(3, 9), What.REOPENED),
        severity(at(3, 10), A),
    )
    assert State.MET is clock(*events, now=at(20, 9)).state


@pytest.mark.parametrize(
    "later",
    [
        Event(at(3, 9), What.ASKED),
        Event(at(3, 9), What.CLOSED),
        Event(at(3, 9), What.SEVERITY, C),
        Event(at(3, 9), What.SEVERITY, A),
        Event(at(3, 9), What.RESPONDED),
    ],
    ids=lambda event: event.what.value + str(event.level or ""),
)
def test_late_is_final(later: Event) -> None:
    """No pause, change, closing or response takes it back; the due time that passed is kept."""
    found = clock(opened(at(2, 9)), later, now=at(4, 9))
    assert State.LATE is found.state
    assert at(2, 13) == found.passed[0].due == found.due


def test_by_how_much_is_told_in_open_time_and_on_the_wall() -> None:
    """Due at 13:00, answered next day at 10:00: five open hours, 21 on the wall."""
    found = clock(opened(at(2, 9)), Event(at(3, 10), What.RESPONDED), now=at(9, 9))
    (passed,) = found.passed
    assert (5 * HOUR, 21 * HOUR) == (passed.support, passed.wall)
    running = clock(opened(at(2, 9)), now=at(2, 14)).passed[0]
    assert (HOUR, HOUR) == (running.support, running.wall)


def test_what_passed_is_confirmed_by_a_person_alone() -> None:
    """Until then it is only not seen in mail."""
    events = (opened(at(2, 9)), Event(at(3, 9), What.CONFIRMED))
    assert [False] == [p.confirmed for p in clock(events[0], now=at(3, 9)).passed]
    assert [True] == [p.confirmed for p in clock(*events, now=at(3, 9)).passed]


def test_each_due_time_that_passed_is_kept() -> None:
    """Late for B at 13:00; lowered to C, whose eight hours are over at 17:00."""
    events = (opened(at(2, 9)), severity(at(2, 14), C))
    assert [at(2, 13), at(2, 17)] == [p.due for p in clock(*events, now=at(3, 9)).passed]


def test_what_lies_in_the_future_does_not_count_yet() -> None:
    """The clock of any past instant can be told."""
    events = (opened(at(2, 9)), Event(at(2, 10), What.RESPONDED))
    assert State.RUNNING is clock(*events, now=at(2, 9, 59)).state
    assert State.NONE is clock(*events, now=at(1, 9)).state


def test_nothing_counts_before_the_opening_and_a_second_opening_changes_nothing() -> None:
    """A case opens once; a mail from before is not about its clock."""
    events = (Event(at(2, 8), What.RESPONDED), opened(at(2, 9)), opened(at(2, 12), A))
    found = clock(*events, now=at(2, 12))
    assert (State.RUNNING, at(2, 13)) == (found.state, found.due)


def test_each_step_tells_by_when_it_was_due_from_then_on() -> None:
    """People can follow how a deadline came about."""
    events = (
        opened(at(2, 9)),
        Event(at(2, 10), What.ASKED),
        Event(at(2, 12), What.ANSWERED),
        Event(at(2, 14), What.RESPONDED),
    )
    found = clock(*events, now=at(2, 15))
    assert [(s.event, s.due) for s in found.steps] == list(
        zip(events, [at(2, 13), None, at(2, 15), None], strict=True)
    )


def test_a_severity_that_is_not_told_changes_nothing() -> None:
    """An event without a level."""
    assert at(2, 13) == clock(opened(at(2, 9)), Event(at(2, 10), What.SEVERITY), now=at(2, 10)).due


def test_a_pause_at_the_very_instant_of_opening_leaves_all_of_it() -> None:
    """Nothing has run."""
    found = clock(opened(at(2, 9)), Event(at(2, 9), What.ASKED), now=at(2, 12))
    assert (State.PAUSED, 4 * HOUR) == (found.state, found.left)


def test_a_desk_that_never_opens_has_no_deadline() -> None:
    """Business days that never come are no target."""
    closed = Target(Calendar("closed", UTC, ((),) * 7), business_days=1)
    assert State.NONE is clock(opened(at(2, 9)), now=at(9, 9), plan={B: closed}).state
    hours = Target(Calendar("closed", UTC, ((),) * 7), HOUR)
    found = clock(opened(at(2, 9)), now=at(9, 9), plan={B: hours})
    assert (State.RUNNING, None) == (found.state, found.due)


@pytest.mark.parametrize("given", [{}, {"time": HOUR, "business_days": 1}])
def test_a_target_is_open_time_or_business_days(given: dict[str, object]) -> None:
    """One of them, and not both."""
    with pytest.raises(ValueError, match="one of them"):
        Target(ALWAYS, **given)


# ── properties ────────────────────────────────────────────────────────────────

_MOMENTS = st.integers(0, 3 * 24 * 60).map(lambda n: at(2, 9) + n * MINUTE)
_EVENTS = st.lists(
    st.builds(Event, _MOMENTS, st.sampled_from(list(What)), st.sampled_from([A, B, C, None])), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(_EVENTS, st.permutations(range(8)), _MOMENTS)
def test_the_order_in_which_events_become_known_has_no_part_in_it(
    events: Sequence[Event], order: Sequence[int], now: datetime
) -> None:
    """Late mail is sorted in; two different happenings of one minute have an order of their own."""
    distinct = list({(e.at, e.what): e for e in events}.values())
    shuffled = [distinct[i] for i in order if i < len(distinct)]
    first = opened(at(2, 8))
    assert clock(first, *distinct, now=now) == clock(*shuffled, first, now=now)


@settings(max_examples=150, deadline=None)
@given(_EVENTS, _MOMENTS, _MOMENTS)
def test_what_was_late_once_is_late_for_ever(events: Sequence[Event], one: datetime, other: datetime) -> None:
    """Definition 9 over random stories: a due time that was kept is kept at every later instant."""
    early, late = min(one, other), max(one, other)
    before, after = (clock(opened(at(2, 8)), *events, now=now) for now in (early, late))
    assert {p.due for p in before.passed} <= {p.due for p in after.passed}
    assert before.state is not State.LATE or after.state is State.LATE


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 600), st.integers(1, 600), st.sampled_from([A, B, C]))
def test_a_pause_never_makes_a_deadline_earlier(start: int, length: int, level: int) -> None:
    """Whatever the target and the hour."""
    begin = opened(at(2, 8), level)
    asked = begin.at + start * MINUTE
    answered = asked + length * MINUTE
    without = clock(begin, now=begin.at).due
    pause = Event(asked, What.ASKED), Event(answered, What.ANSWERED)
    after = clock(begin, *pause, now=answered).due
    assert without is not None
    assert after is not None
    assert after >= without
