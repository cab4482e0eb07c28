"""What each shipped plan promises, row by row, and why there is no target where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.business_time import Calendar, Window, always
from mailwatch.core.clock_facts import Event, State, What
from mailwatch.core.clock_reading import BusinessDays, Reading, SeverityChange
from mailwatch.core.plan_clock import clock, targets
from mailwatch.core.plans import ADVANCED, PLANS, READ
from mailwatch.core.support_plan import (
    Cap,
    Kind,
    Mark,
    Plan,
    Promise,
    Reason,
    Request,
    Row,
    Severity,
    calendars_of,
    extended,
    promise,
)

A, B, C = Severity
TECHNICAL, BILLING, ADVICE = Kind
HOUR = timedelta(hours=1)
SIGNED = frozenset({ADVANCED})
SEOUL = ZoneInfo("Asia/Seoul")
OFFICE = Calendar("local", SEOUL, ((Window(9 * 60, 17 * 60),),) * 5 + ((),) * 2)
BEIJING = Calendar("21vianet", ZoneInfo("Asia/Shanghai"), ((Window(9 * 60, 24 * 60),),) * 7)
CHINA = Calendar("china", ZoneInfo("Asia/Shanghai"), ((Window(9 * 60, 17 * 60),),) * 5 + ((),) * 2)
CALENDARS = {"24x7": always(), "local": OFFICE, "21vianet": BEIJING, "china": CHINA}


def said(plan: str, request: Request) -> tuple[object, ...]:
    """Severity that counts, and either calendar with amount or the reason."""
    found = promise(PLANS[plan], request)
    if found.reason is not None:
        return found.severity, found.reason
    assert found.row is not None
    return found.severity, found.row.calendar, found.row.time or found.row.business_days


def asks(severity: Severity | None, kind: Kind = TECHNICAL, language: str | None = "en") -> Request:
    return Request(kind, asked=severity, language=language)


@pytest.mark.parametrize(
    ("plan", "request_", "expected"),
    [
        # 21Vianet: an hour around the clock with the contract, else one and three business days.
        ("21vianet", replace(asks(A), contracts=SIGNED), (A, "24x7", HOUR)),
        ("21vianet", asks(A), (B, "21vianet", 1)),
        ("21vianet", asks(B), (B, "21vianet", 1)),
        ("21vianet", asks(C, language="ko"), (C, "21vianet", 3)),
        ("21vianet", replace(asks(A, BILLING), contracts=SIGNED), (B, "china", 1)),
        ("21vianet", asks(C, BILLING), (C, "china", 3)),
        ("21vianet", asks(None), (None, Reason.SEVERITY_UNKNOWN)),
        ("21vianet", asks(B, ADVICE), (B, Reason.NOT_PUBLISHED)),
        # A partner's cases: English only; advice in one business day, in any language.
        ("csp", asks(A), (A, "24x7", 2 * HOUR)),
        ("csp", asks(B), (B, "24x7", 4 * HOUR)),
        ("csp", asks(C), (C, "24x7", 8 * HOUR)),
        ("csp", asks(A, language="ko"), (A, Reason.OTHER_LANGUAGE)),
        ("csp", asks(C, language="zh"), (C, Reason.OTHER_LANGUAGE)),
        ("csp", asks(B, language=None), (B, Reason.LANGUAGE_UNKNOWN)),
        ("csp", asks(B, ADVICE, "ko"), (B, "local", 1)),
        ("csp", asks(None, ADVICE, None), (None, "local", 1)),
        ("csp", asks(B, BILLING), (B, Reason.NOT_PUBLISHED)),
        ("professional", asks(A, language="ko"), (A, "24x7", 2 * HOUR)),
        ("professional", asks(B), (B, "local", 4 * HOUR)),
        ("professional", asks(C), (C, "local", 8 * HOUR)),
        # Microsoft 365 for business: hours are told, a target is not.
        ("microsoft-365-business", asks(A), (A, Reason.NOT_PUBLISHED)),
        ("microsoft-365-business", asks(None, BILLING), (None, Reason.NOT_PUBLISHED)),
        ("azure-basic", asks(A), (A, Reason.NOT_OFFERED)),
        ("azure-developer", asks(A), (A, Reason.NOT_OFFERED)),
        ("azure-developer", asks(B), (B, Reason.NOT_OFFERED)),
        ("azure-developer", asks(C), (C, Reason.UNCONFIRMED)),
        ("azure-standard", asks(A), (A, "24x7", HOUR)),
        ("azure-standard", asks(B), (B, Reason.UNCONFIRMED)),
        ("azure-standard", asks(C), (C, Reason.UNCONFIRMED)),
        ("azure-prodirect", asks(A), (A, "24x7", HOUR)),
        ("azure-unified", asks(A), (A, "24x7", HOUR)),
        ("azure-rapid-response", asks(A), (A, "24x7", timedelta(minutes=15))),
        ("power-platform-standard", asks(A), (A, "24x7", HOUR)),
        ("power-platform-standard", asks(B), (B, "local", 4 * HOUR)),
        ("power-platform-prodirect", asks(B), (B, "local", 2 * HOUR)),
        ("power-platform-unified", asks(B), (B, "local", 2 * HOUR)),
        ("power-platform-unified", asks(C), (C, Reason.UNCONFIRMED)),
    ],
)
def test_what_the_shipped_plans_promise(plan: str, request_: Request, expected: tuple[object, ...]) -> None:
    """As read at the sources that each row names."""
    assert expected == said(plan, request_)


@pytest.mark.parametrize(
    ("request_", "caps"),
    [
        (asks(A), (Cap.NO_CONTRACT,)),
        (asks(B), ()),
        (replace(asks(A), contracts=SIGNED), ()),
        (asks(A, BILLING), (Cap.BILLING,)),
        (asks(B, BILLING), ()),
    ],
)
def test_a_cap_is_told(request_: Request, caps: tuple[Cap, ...]) -> None:
    """A person sees why a case counts for less than was asked for."""
    assert caps == promise(PLANS["21vianet"], request_).caps


def test_the_severity_granted_counts_and_until_then_the_one_asked_for() -> None:
    """Definition 10; the second is marked."""
    csp = PLANS["csp"]
    granted = promise(csp, Request(asked=A, granted=C, language="en"))
    assert (C, False) == (granted.severity, granted.only_asked)
    asked = promise(csp, Request(asked=A, language="en"))
    assert (A, True) == (asked.severity, asked.only_asked)
    assert not promise(csp, Request(language="en")).only_asked


def test_of_an_unknown_plan_nothing_is_promised() -> None:
    """The severity is kept all the same."""
    assert Promise(B, only_asked=True, reason=Reason.PLAN_UNKNOWN) == promise(None, asks(B))


def test_without_the_contract_for_any_severity_there_is_no_target() -> None:
    """A plan all of whose rows need one."""
    plan = Plan("p", "Microsoft", (Row(TECHNICAL, A, "24x7", HOUR, contract="gold"),))
    assert Reason.NO_CONTRACT is promise(plan, asks(A)).reason
    assert (
        Reason.NO_CONTRACT
        is promise(
            Plan("p", "M", (Row(ADVICE, None, "24x7", HOUR, contract="x"),)), asks(None, ADVICE)
        ).reason
    )


def test_unconfirmed_rows_count_where_a_user_says_so() -> None:
    """They are shipped, marked and off."""
    plan = replace(PLANS["azure-standard"], unconfirmed=True)
    found = promise(plan, asks(B))
    assert found.row is not None
    assert (None, 4 * HOUR, Mark.UNCONFIRMED) == (found.reason, found.row.time, found.row.mark)
    # A row without an amount stays without a target.
    assert Reason.NOT_PUBLISHED is promise(replace(PLANS["azure-unified"], unconfirmed=True), asks(B)).reason


def test_a_users_rows_come_first_and_the_rest_of_the_plan_stays() -> None:
    """An agreement for Korean cases beside the published targets for English ones."""
    own = extended(PLANS["csp"], "ours", [Row(TECHNICAL, B, "local", 6 * HOUR, languages=frozenset({"ko"}))])
    korean, english = promise(own, asks(B, language="ko")), promise(own, asks(B))
    assert korean.row is not None
    assert english.row is not None
    assert (6 * HOUR, 4 * HOUR) == (korean.row.time, english.row.time)
    assert "ours" == own.name


def test_every_row_has_a_source_and_a_date_and_only_confirmed_ones_are_on() -> None:
    """Nobody has to believe a row."""
    for plan in PLANS.values():
        for row in plan.rows:
            assert row.source
            assert READ == row.read
            assert plan.counts(row) == (row.mark is Mark.CONFIRMED)
            assert row.time is None or row.business_days is None


def test_what_else_a_plan_says() -> None:
    """A partner's cases have no phone; 21Vianet may lower a severity; two vendors."""
    assert PLANS["csp"].phone is False
    assert PLANS["21vianet"].lowers
    assert {"Microsoft", "21Vianet"} == {plan.vendor for plan in PLANS.values()}
    assert {"24x7", "21vianet", "china"} == calendars_of(PLANS["21vianet"])


# ── with the clock ────────────────────────────────────────────────────────────


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In Seoul, November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL)


def test_two_hours_of_a_partners_case() -> None:
    """The model digest's: English, severity A, 07:48 in Seoul."""
    opened = Event(at(24, 7, 48), What.OPENED, A)
    found = clock(PLANS["csp"], asks(A), [opened], CALENDARS, at(24, 9))
    assert (State.RUNNING, at(24, 9, 48)) == (found.state, found.due)
    korean = clock(PLANS["csp"], asks(A, language="ko"), [opened], CALENDARS, at(24, 9))
    assert (State.NONE, None) == (korean.state, korean.due)


@pytest.mark.parametrize("level", [None, A, C])
def test_a_row_for_all_severities_runs_whatever_is_known(level: Severity | None) -> None:
    """Advice is answered in one business day; a severity that becomes known later changes nothing."""
    events = [Event(at(24, 10), What.OPENED, level), Event(at(24, 12), What.SEVERITY, B)]
    found = clock(PLANS["csp"], asks(None, ADVICE), events, CALENDARS, at(24, 13))
    assert at(25, 17) == found.due


def test_a_business_day_of_21vianet_ends_at_midnight_in_beijing() -> None:
    """Saturday counts there: opened on Friday, due when Saturday ends."""
    opened = Event(at(20, 10), What.OPENED, B)
    found = clock(PLANS["21vianet"], asks(B, language="ko"), [opened], CALENDARS, at(20, 11))
    assert datetime(2026, 11, 21, 16, tzinfo=UTC) == found.due


@pytest.mark.parametrize("change", SeverityChange)
def test_a_capped_severity_moves_no_clock_by_any_reading(change: SeverityChange) -> None:
    """Definition 7: billing is B, asked for as A or as B; Friday's case is due when Monday closes."""
    plan = replace(PLANS["21vianet"], reading=Reading(severity_change=change))
    events = [Event(at(20, 10), What.OPENED, B), Event(at(23, 11), What.SEVERITY, A)]
    found = clock(plan, asks(B, BILLING), events, CALENDARS, at(23, 12))
    assert datetime(2026, 11, 23, 9, tzinfo=UTC) == found.due
    assert {B, C} == set(targets(plan, asks(B, BILLING), CALENDARS))


def test_the_plan_says_how_its_days_are_read() -> None:
    """One business day as hours: opened at 10:00, over next day at 10:00."""
    plan = replace(PLANS["csp"], reading=Reading(BusinessDays.HOURS))
    opened = Event(at(24, 10), What.OPENED)
    answered = Event(at(24, 11), What.RESPONDED)
    assert at(25, 10) == clock(plan, asks(None, ADVICE), [opened], CALENDARS, at(24, 11)).due
    assert State.MET is clock(plan, asks(None, ADVICE), [opened, answered], CALENDARS, at(26, 9)).state


_REQUESTS = st.builds(
    Request,
    st.sampled_from(Kind),
    st.sampled_from([*Severity, None]),
    st.sampled_from([*Severity, None]),
    st.sampled_from(["en", "ko", "zh", None]),
    st.sampled_from([frozenset(), SIGNED]),
)


@given(st.sampled_from(sorted(PLANS)), _REQUESTS)
def test_a_target_or_a_reason_and_never_a_severity_above_what_counts(name: str, request: Request) -> None:
    """Over all plans and requests: exactly one of the two, and caps only ever lower."""
    found = promise(PLANS[name], request)
    has_target = found.row is not None and found.reason is None
    assert has_target == (found.reason is None)
    assert not has_target or (found.row is not None and found.row.has_target)
    given_ = request.granted if request.granted is not None else request.asked
    assert (given_ is None) == (found.severity is None)
    if given_ is not None and found.severity is not None:
        assert found.severity >= given_
        assert bool(found.caps) == (found.severity > given_)


@given(st.sampled_from(sorted(PLANS)), _REQUESTS)
def test_targets_are_the_promises_by_level(name: str, request: Request) -> None:
    """A clock with ``targets`` runs for a request if and only if it is promised something."""
    found = promise(PLANS[name], request)
    levels = targets(PLANS[name], request, CALENDARS)
    assert (found.reason is None) == (found.level in levels)
