"""From mails to the response clock: what starts, pauses and stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.letters import a_mail

from mailwatch.core.business_time import always
from mailwatch.core.case_clock import clock_events
from mailwatch.core.case_events import CaseEvent, Kind
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.clock_facts import Clock, Event, State, Target, What
from mailwatch.core.digest_facts import Side
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.lifecycle import Posted, events
from mailwatch.core.message import Automatic
from mailwatch.core.response_clock import wind
from mailwatch.core.standing import SenderPolicy, Standing

HOUR = timedelta(hours=1)
SEOUL = ZoneInfo("Asia/Seoul")
POLICY = SenderPolicy(own=("contoso.example",), senders=("*@*.microsoft.com",))
DESK = "support@mail.support.microsoft.com"
PLAN = {level: Target(always(), hours * HOUR) for level, hours in enumerate((2, 4, 8))}
START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
OF_OURS = {Kind.OPENED, Kind.ANSWER, Kind.REOPEN_ASKED, Kind.SEVERITY_ASKED, Kind.THANKS}


def at(hour: float) -> datetime:
    return START + hour * HOUR


def event(hour: int, kind: Kind, level: int | None = None) -> CaseEvent:
    side = Side.US if kind in OF_OURS else Side.THEM
    return CaseEvent(at(hour), kind, f"mail {hour}", side, level=level)


def told(*found: CaseEvent) -> list[tuple[int, What]]:
    """The clock's events as hour and kind, in the order of time."""
    clocked = sorted(clock_events(found), key=lambda e: (e.at, [*What].index(e.what)))
    return [(int((one.at - START) / HOUR), one.what) for one in clocked]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.RESPONSE, [What.RESPONDED]),
        (Kind.REOPENED, [What.REOPENED]),
        (Kind.ANSWER, [What.ANSWERED]),
        (Kind.REOPEN_ASKED, [What.ANSWERED]),
        (Kind.QUESTION, [What.ASKED]),
        (Kind.FIRST_STRIKE, [What.ASKED]),
        (Kind.SECOND_STRIKE, [What.ASKED]),
        (Kind.CLOSING_ANNOUNCED, [What.ASKED]),
        (Kind.CLOSED, [What.CLOSED]),
        (Kind.CLOSED_FOR_SILENCE, [What.CLOSED]),
        (Kind.ARCHIVED, [What.CLOSED]),
        (Kind.ACKNOWLEDGED, []),
        (Kind.ASSIGNED, []),
        (Kind.HANDED_OVER, []),
        (Kind.PROMISE, []),
        (Kind.THANKS, []),
        (Kind.CUSTOMER_ASKED, []),
        (Kind.SURVEY, []),
        (Kind.NEW_NUMBER, []),
        (Kind.DUPLICATE, []),
        (Kind.DELIVERY_FAILED, []),
    ],
)
def test_what_moves_the_clock(kind: Kind, what: list[What]) -> None:
    """After an opening; a receipt and an assignment notice are no response."""
    assert [(0, What.OPENED), *((1, w) for w in what)] == told(event(0, Kind.OPENED), event(1, kind))


@pytest.mark.parametrize("kind", [Kind.OPENED, Kind.ACKNOWLEDGED, Kind.ASSIGNED])
def test_the_first_sign_of_the_case_opens_it(kind: Kind) -> None:
    """Ours or a machine's of theirs; later ones open nothing."""
    assert [(0, What.OPENED)] == told(event(0, kind), event(1, Kind.ACKNOWLEDGED))


def test_without_a_sign_of_the_opening_there_is_no_deadline() -> None:
    """Where the first mail is a person's at the vendor, nobody knows since when they had the case."""
    first = (event(0, Kind.ASSIGNED), event(0, Kind.RESPONSE))
    assert [(0, What.RESPONDED), (1, What.ANSWERED)] == told(*first, event(1, Kind.ANSWER))
    assert State.NONE is wind(clock_events(first), PLAN, at(9)).state
    assert [] == told(event(0, Kind.SURVEY))


def test_the_severity_asked_counts_until_one_is_granted() -> None:
    """What is asked afterwards changes nothing until it is granted."""
    found = clock_events(
        [
            event(0, Kind.OPENED),
            event(0, Kind.SEVERITY_ASKED, 0),
            event(1, Kind.SEVERITY_GRANTED, 1),
            event(2, Kind.SEVERITY_ASKED, 0),
            event(3, Kind.SEVERITY_LOWERED, 2),
        ]
    )
    levels = [(e.at, e.level, e.source) for e in found if e.what is What.SEVERITY]
    assert [(at(0), 0, "mail 0"), (at(1), 1, "mail 1"), (at(3), 2, "mail 3")] == levels


def test_what_we_write_after_a_closing_reopens() -> None:
    """Once; a thank you does not, and a case reopened by the vendor is open already."""
    opened, closed = event(0, Kind.OPENED), event(1, Kind.CLOSED)
    start = [(0, What.OPENED), (1, What.CLOSED)]
    twice = told(opened, closed, event(2, Kind.ANSWER), event(3, Kind.ANSWER))
    assert [*start, (2, What.ANSWERED), (2, What.REOPENED), (3, What.ANSWERED)] == twice
    assert start == told(opened, closed, event(2, Kind.THANKS))
    by_them = told(opened, closed, event(2, Kind.REOPENED), event(3, Kind.ANSWER))
    assert [*start, (2, What.REOPENED), (3, What.ANSWERED)] == by_them


# ── the whole way, from mails ─────────────────────────────────────────────────


def clock(*mails: tuple[float, str, Standing, Automatic], now: float) -> Clock:
    """The clock at ``now`` of a case with these mails; theirs arrive six minutes after they are sent."""
    found = [
        done
        for hour, text, who, automatic in mails
        for done in events(_posted(hour, text, who, automatic), POLICY, SEOUL)
    ]
    return wind(clock_events(reversed(found)), PLAN, at(now))


def _posted(hour: float, text: str, who: Standing, automatic: Automatic) -> Posted:
    message = a_mail(text, to=(DESK,), at=at(hour), automatic=automatic)
    number = CaseNumber("tracking-id", "2611240040001180")
    filing = Filing(message.sha256, Verdict.FILED, number, who, rule=Rule.SUBJECT_TOKEN)
    return Posted(message, filing, at(hour + 0.1))


WE, THEY = Standing.OWN, Standing.VOUCHED
PERSON, MACHINE = Automatic.NO, Automatic.GENERATED
REQUEST = (0.0, "가상 머신 12대에 접속할 수 없습니다. 심각도 A로 접수해 주세요.", WE, PERSON)
RECEIPT = (0.5, "티켓을 접수했으며 현재 사례를 검토 중입니다", THEY, PERSON)
NOTICE = (0.6, "담당 엔지니어가 배정되었습니다.", THEY, PERSON)


def test_receipts_leave_the_clock_running() -> None:
    """Two hours from our request: the receipt and the notice are no response."""
    found = clock(REQUEST, RECEIPT, NOTICE, now=1)
    assert (State.RUNNING, at(2), HOUR) == (found.state, found.due, found.left)
    assert State.LATE is clock(REQUEST, RECEIPT, NOTICE, now=3).state


def test_a_bare_question_of_a_person_is_a_response() -> None:
    """It counts by its receipt."""
    found = clock(REQUEST, RECEIPT, (1.0, "모든 가상 머신에서 같은 증상이 나타납니까?", THEY, PERSON), now=3)
    assert (State.MET, at(1.1)) == (found.state, found.responded_at)


def test_a_question_of_a_machine_pauses_and_our_answer_goes_on() -> None:
    """Ours counts by the time sent: paused from 1:06 to 1:30, so due 24 minutes later."""
    asked = (1.0, "Please provide the subscription.", THEY, MACHINE)
    assert State.PAUSED is clock(REQUEST, asked, now=1.3).state
    assert State.PAUSED is clock(REQUEST, asked, (1.5, "감사합니다.", WE, PERSON), now=1.6).state
    running = clock(REQUEST, asked, (1.5, "It is subscription 7.", WE, PERSON), now=1.6)
    assert (State.RUNNING, at(2.4)) == (running.state, running.due)


def test_a_closing_by_a_machine_withdraws() -> None:
    """No response, and not late; our complaint lets the rest run on."""
    closed = (1.0, "Your case: 2611240040001180 has now been closed", THEY, MACHINE)
    assert State.WITHDRAWN is clock(REQUEST, closed, now=5).state
    again = clock(REQUEST, closed, (5.0, "It is not solved.", WE, PERSON), now=5.5)
    assert (State.RUNNING, at(5.9)) == (again.state, again.due)


def test_every_clock_event_names_its_mail() -> None:
    """So that a person can look it up."""
    assert (Event(at(0), What.OPENED, None, "mail 0"),) == clock_events([event(0, Kind.OPENED)])
