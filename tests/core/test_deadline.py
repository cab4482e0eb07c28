"""From events, a person's words and the configuration to a deadline that is explained step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailwatch.core.business_time import Calendar, Window, always
from mailwatch.core.case_events import CaseEvent, Kind
from mailwatch.core.case_state import CaseState, case_state
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.clock_facts import State
from mailwatch.core.customer import Customer
from mailwatch.core.deadline import Deadline, Terms
from mailwatch.core.deadline_words import counted_from, how_it_stands, steps, time_words
from mailwatch.core.digest_facts import Side
from mailwatch.core.free_text import Text
from mailwatch.core.habits import habits
from mailwatch.core.plans import PLANS
from mailwatch.core.spoken import CaseSet, Key
from mailwatch.core.statements import Statement
from mailwatch.core.told import Told
from mailwatch.core.whose_case import By, Hint

SEOUL = ZoneInfo("Asia/Seoul")
KOREA = Calendar("local", SEOUL, ((Window(540, 1020),),) * 5 + ((),) * 2, years=frozenset({2026}))
PARTNER = "Microsoft Partner Center: support for partners, first response times"
CALENDARS = {"24x7": always(), "local": KOREA, "china": KOREA, "21vianet": always("21vianet")}


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A time in Seoul on a day of November 2026; the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def shown(moment: datetime) -> str:
    return moment.astimezone(SEOUL).strftime("%d %H:%M")


def terms(plan: str | None, *contracts: str) -> Terms:
    customer = Customer(("Hanbit",), plan=plan, contracts=frozenset(contracts))
    return Terms((customer,), PLANS, CALENDARS)


def mail(
    when: datetime, *done: tuple[Kind, int | None], side: Side = Side.THEM, language: str = "en"
) -> Told:
    events = tuple(CaseEvent(when, kind, f"{when:%d%H%M}", side, level=level) for kind, level in done)
    return Told(events, language, (Hint("Hanbit", By.TENANT),))


def opened(level: int | None = 0, language: str = "en") -> Told:
    """Ours, at 07:48 on the 24th."""
    done = ((Kind.OPENED, None), *(((Kind.SEVERITY_ASKED, level),) if level is not None else ()))
    return mail(at(7, 48), *done, side=Side.US, language=language)


def says(entry: int, when: datetime, key: Key, word: str | None = None, text: str | None = None) -> Statement:
    said = CaseSet(CaseNumber("srx", "SRX1"), Text("lee"), key, word, Text(text) if text else None)
    return Statement(entry, when, when, said)


ANSWERED = mail(at(8, 51), (Kind.RESPONSE, None))
TOO_LATE = mail(at(10, 0), (Kind.RESPONSE, None))
NONE_CAME = says(9, at(10, 30), Key.RESPONSE, "none")
ASKED = mail(at(8, 0), (Kind.QUESTION, None))
REPLIED = mail(at(8, 30), (Kind.ANSWER, None), side=Side.US)
CLOSED = mail(at(9, 0), (Kind.CLOSED, None))


def state(
    *mails: Told, now: datetime, plan: str | None = "csp", said: tuple[Statement, ...] = ()
) -> CaseState:
    return case_state(mails, said, terms(plan), now)


@pytest.mark.parametrize(
    ("mails", "said", "now", "clock", "words"),
    [
        ((opened(),), (), at(9), State.RUNNING, "first response due 24 09:48 (48 min left)"),
        ((opened(), ANSWERED), (), at(9), State.MET, "first response in time: 24 08:51"),
        (
            (opened(),),
            (),
            at(11),
            State.LATE,
            "no response seen by mail by 24 09:48 (1 h 12 min of support time ago, 1 h 12 min in all)",
        ),
        (
            (opened(), TOO_LATE),
            (),
            at(11),
            State.LATE,
            "first response seen by mail at 24 10:00; due was 24 09:48",
        ),
        (
            (opened(),),
            (NONE_CAME,),
            at(11, 48),
            State.LATE,
            "target missed, as a person confirmed: due 24 09:48, 2 h of support time ago",
        ),
        (
            (opened(), mail(at(11), (Kind.RESPONSE, None))),
            (NONE_CAME,),
            at(12),
            State.LATE,
            "target missed: due 24 09:48, response 24 11:00, 1 h 12 min of support time late",
        ),
        (
            (opened(), ASKED),
            (),
            at(9),
            State.PAUSED,
            "first response: paused, 1 h 48 min left once we have replied",
        ),
        (
            (opened(), ASKED, REPLIED),
            (),
            at(9),
            State.RUNNING,
            "first response due 24 10:18 (1 h 18 min left)",
        ),
        ((opened(), CLOSED), (), at(9, 30), State.WITHDRAWN, "no deadline: closed before a response was due"),
        ((opened(None),), (), at(9), State.NONE, "no target: the severity is not known"),
        (
            (opened(0, "ko"),),
            (),
            at(9),
            State.NONE,
            "no target: the plan's targets hold for another language",
        ),
        (
            (mail(at(7), (Kind.RESPONSE, None)), mail(at(8), (Kind.SEVERITY_GRANTED, 0))),
            (),
            at(9),
            State.NONE,
            "no deadline: it is not known since when the case is open",
        ),
    ],
)
def test_how_a_deadline_stands(
    mails: tuple[Told, ...], said: tuple[Statement, ...], now: datetime, clock: State, words: str
) -> None:
    """Opened 07:48 with severity A asked for, plan csp, English: 2 h around the clock, due 09:48."""
    found = state(*mails, now=now, said=said).deadline
    assert (found.clock.state, str(how_it_stands(found, shown))) == (clock, words)


def test_each_step_is_told() -> None:
    """A person can count along: 12 minutes gone at 08:00, the rest of 108 from 08:30."""
    found = state(opened(), ASKED, REPLIED, now=at(9)).deadline
    assert [str(line) for line in steps(found, shown)] == [
        "24 07:48 opened",
        "24 07:48 severity A → due 24 09:48",
        "24 08:00 question to us: the clock pauses",
        "24 08:30 our reply: the clock runs → due 24 10:18",
    ]
    assert [str(line) for line in counted_from(found)] == [
        "plan csp, severity A (critical impact) as asked for, not granted yet",
        f"target: 2 h (24x7); source: {PARTNER}",
    ]


def test_no_plan_is_known() -> None:
    """The reason is told, and nothing is made up; a plan by a name that nobody knows counts as none."""
    for plan in (None, "quux"):
        found = state(opened(), now=at(9), plan=plan).deadline
        assert str(how_it_stands(found, shown)) == "no target: the support plan is not known"
    assert [str(line) for line in counted_from(found)] == [
        "plan quux, severity A as asked for, not granted yet"
    ]
    assert list(counted_from(state(opened(), now=at(9), plan=None).deadline)) == []


def test_what_a_person_says_goes_first() -> None:
    """Plan, kind, language and a severity; one that is set later does not count yet."""
    said = (
        says(1, at(8), Key.PLAN, "professional"),
        says(2, at(8), Key.LANGUAGE, "ja"),
        says(3, at(8, 30), Key.SEVERITY, "B"),
        says(4, at(23), Key.SEVERITY, "A"),
    )
    found = state(opened(None), now=at(9), said=said).deadline
    assert (found.plan, found.vendor, found.request.language) == ("professional", "Microsoft", "ja")
    # Severity B of that plan: 4 h of local hours from 09:00, when the desk opens.
    assert (found.clock.state, found.clock.due) == (State.RUNNING, at(13))
    assert next(str(line) for line in counted_from(found)) == "plan professional, severity B"


def test_advice_has_one_target_for_all_severities() -> None:
    """Partner Center: one business day; opened on the 24th, due with the closing of the 25th."""
    said = (says(1, at(8), Key.KIND, "not-break-fix"),)
    found = state(opened(None), now=at(9), said=said).deadline
    assert [str(line) for line in counted_from(found)] == [
        "plan csp",
        f"target: 1 business day (local); source: {PARTNER}",
    ]


def test_severity_a_of_21vianet_without_the_contract_counts_as_b() -> None:
    """It is told why, and the vendor is named by the plan."""
    found = state(opened(), now=at(9), plan="21vianet")
    assert found.vendor == "21Vianet"
    lines = [str(line) for line in counted_from(found.deadline)]
    assert lines[0] == "plan 21vianet, severity B (high) as asked for, not granted yet"
    assert lines[-1] == "a higher severity needs a contract that is not registered"


def test_holidays_that_nobody_announced_are_told_as_uncertain() -> None:
    """Eight local hours from 31 December reach into a year that the calendar does not know."""
    new_year = datetime(2026, 12, 31, 14, 0, tzinfo=SEOUL).astimezone(UTC)
    case = mail(new_year, (Kind.OPENED, None), (Kind.SEVERITY_ASKED, 2), side=Side.US)
    found = state(case, now=new_year + timedelta(hours=1), plan="professional").deadline
    assert found.years == {"local": (2027,)}
    assert str([*counted_from(found)][-1]) == "the holidays of 2027 are not certain in the calendar local"


def test_the_language_is_that_of_the_engineer() -> None:
    """His newest mail, not the receipt's, and not ours."""
    english = state(opened(0, "ko"), ANSWERED, now=at(9)).deadline
    assert english.request.language == "en"
    assert state(Told(()), now=at(9)).deadline.request.language is None


def test_customer_and_contracts() -> None:
    """Without certainty whose case it is, no plan of any customer counts."""
    unsure = Told(opened().events, "en", (Hint("Hanbit", By.NAME),))
    found = case_state([unsure], (), terms("csp"), at(9))
    assert (found.whose.customer, found.deadline.plan) == (None, None)
    said = (says(1, at(8), Key.CUSTOMER, text="Hanbit"),)
    found = case_state([unsure], said, terms("21vianet", "advanced"), at(8))
    assert (found.deadline.plan, found.deadline.promise.caps) == ("21vianet", ())
    assert found.deadline.clock.due == at(8, 48)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=48, seconds=59), "48 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=47, minutes=1), "47 h 1 min"),
        (timedelta(hours=50), "2 d 2 h"),
    ],
)
def test_lengths_of_time(length: timedelta, words: str) -> None:
    """Whole minutes; from two days on, days and hours."""
    assert str(time_words(length)) == words


def test_a_running_clock_without_an_end() -> None:
    """A desk that hardly ever opens: what is left is told, and no day is made up."""
    closed = Calendar("24x7", UTC, ((),) * 7)
    bare = Terms((Customer(("Hanbit",), plan="csp"),), PLANS, {**CALENDARS, "24x7": closed})
    found = case_state([opened()], (), bare, at(9)).deadline
    assert str(how_it_stands(found, shown)) == "first response: 2 h left"


# ── habits ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ("csp", "Partner Center, Help + support"),
        ("21vianet", "admin center of 21Vianet, Support"),
        ("azure-standard", "Azure portal, Help + support, All support requests"),
        (None, "Microsoft 365 admin center, Support, View service requests"),
    ],
)
def test_the_way_to_the_portal_follows_the_plan(plan: str | None, path: str) -> None:
    """Before a person has looked, it is not ticked."""
    done = habits(state(opened(), now=at(9), plan=plan), "Mail flow", at(9))
    assert (done.number, done.portal, done.noted, str(done.path)) == (True, None, True, path)


def test_what_a_person_has_seen_is_ticked() -> None:
    """With the account that he signed in with."""
    said = (
        says(1, at(8), Key.PORTAL, "seen"),
        says(2, at(8), Key.ACCOUNT, text="admin@hanbit.onmicrosoft.com"),
    )
    done = habits(state(opened(), now=at(9), said=said), " ", at(9))
    assert (done.portal, done.account, done.noted) == (at(8), "admin@hanbit.onmicrosoft.com", False)


def test_nothing_is_known_of_a_case_at_first() -> None:
    """The default is a case without mails."""
    assert str(how_it_stands(Deadline(), shown)) == "no target: the support plan is not known"
