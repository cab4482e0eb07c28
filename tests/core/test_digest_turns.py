"""Whose turn it is, in a digest: which block, in which order, and what a reader may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from fakes.digest_turns import REFUND, TURNS, VENDOR, calm, model, turned
from fakes.digests import (
    CALLS,
    LICENCE,
    LOGS,
    MAILFLOW,
    NOW,
    SEOUL,
    SINCE,
    TEAMS,
    VM,
    case,
    quiet,
    seoul,
    tracking,
)

from mailwatch.core.business_time import always
from mailwatch.core.case_events import CaseEvent, Day, Kind, Words
from mailwatch.core.case_state import case_state
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.customer import Customer
from mailwatch.core.deadline import Terms
from mailwatch.core.digest import BlockKind, DigestContent, as_json
from mailwatch.core.digest_facts import Side
from mailwatch.core.free_text import Text
from mailwatch.core.holder import Holder
from mailwatch.core.plans import PLANS
from mailwatch.core.quotation import Quote
from mailwatch.core.reminders import Matter, compose, digest_subject
from mailwatch.core.spoken import CaseSet, Key
from mailwatch.core.statements import Statement
from mailwatch.core.support_plan import Severity
from mailwatch.core.told import Told
from mailwatch.core.turn_facts import Cause, TurnFacts, is_past, named, reasons, turn
from mailwatch.core.turn_item import Turn, TurnItem
from mailwatch.core.whose_case import By, Hint


def rows(content: DigestContent) -> list[tuple[str, str, str]]:
    """Block, matter and number of each row that tells of a turn."""
    return [
        (block.kind.value, item.matter.value, item.number)
        for block in content.blocks
        for item in block.items
        if isinstance(item, TurnItem)
    ]


def test_the_model_digest_by_blocks() -> None:
    """Severity A first, then what a loss hangs on, then promises, then the customers', closed last."""
    assert rows(turned()) == [
        ("now", "severity-a", VM),
        ("ours", "closing", MAILFLOW),
        ("ours", "reply", TEAMS),
        ("ours", "name-customer", LICENCE),
        ("late", "promise-late", CALLS),
        ("customer", "with-customer", LOGS),
        ("closed", "closed", REFUND),
    ]


def test_counts_add_up_and_no_case_stands_twice() -> None:
    """Six are open: two ours, three with the vendor, one with a customer; the closed one is none of them."""
    counts = turned().counts
    assert (counts.open, counts.ours, counts.vendor, counts.customer, counts.unknown) == (6, 2, 3, 1, 0)
    assert (counts.new_cases, counts.news) == (2, 2)
    assert {b.kind for b in turned().blocks} & {BlockKind.NEW, BlockKind.NEWS, BlockKind.SILENT} == set()


def test_the_subject_names_what_cannot_wait() -> None:
    """On the phone only this is read."""
    assert digest_subject(turned()) == ((Matter.NOW, 1), (Matter.OURS, 3), (Matter.LATE, 1))
    assert digest_subject(calm()) == ()


def test_a_quiet_day() -> None:
    """Three cases, all with the vendor: nothing to do."""
    assert calm().quiet
    assert calm().vendors == ("Microsoft",)


def test_what_a_customer_may_see() -> None:
    """His own cases alone: none that is not certain, no mail without a case, no trouble of ours."""
    content = turned(customers=("한빛정밀",))
    assert rows(content) == [("ours", "closing", MAILFLOW), ("closed", "closed", REFUND)]
    assert [b.kind.value for b in content.blocks] == ["ours", "unverified", "closed"]
    told = str(as_json(content))
    for other in (VM, TEAMS, LICENCE, CALLS, LOGS, "온누리약품", "가람테크"):
        assert other not in told
    assert (content.counts.open, content.counts.unreadable, content.counts.mails) == (1, 0, 2)


def test_nobody_sees_anything_where_nothing_is_known() -> None:
    """A reader of some customers, and no turns: better an empty digest than another's case."""
    content = compose(model(), name="daily", now=NOW, zone=SEOUL, silent_after=3, customers=("한빛정밀",))
    assert (content.blocks, content.counts.open) == ((), 0)


# ── one case ──────────────────────────────────────────────────────────────────

ASKED = Cause(seoul(23, 10, 0), Kind.QUESTION, None, "Hong G", "Could you?")
OURS = replace(VENDOR, holder=Holder.US, cause=ASKED)
PROMISED = Cause(seoul(20, 10, 0), Kind.PROMISE, Day(date(2026, 11, 23)))


def one(facts: TurnFacts, **more: object) -> list[tuple[str, str]]:
    """Where a single case stands."""
    number = tracking(VM)
    made = replace(quiet(), cases=(case(VM, "x", **more),))
    content = compose(made, name="daily", now=NOW, zone=SEOUL, silent_after=3, turns={number: facts})
    return [(kind, matter) for kind, matter, _ in rows(content)]


@pytest.mark.parametrize(
    ("facts", "placed"),
    [
        (VENDOR, []),
        (replace(VENDOR, severity=Severity.A), [("now", "severity-a")]),
        (replace(VENDOR, severity=Severity.A, responded=True), []),
        (replace(OURS, severity=Severity.A), [("ours", "reply")]),
        (replace(VENDOR, severity=Severity.A, snoozed=True), [("now", "severity-a")]),
        (OURS, [("ours", "reply")]),
        (replace(OURS, snoozed=True), []),
        (replace(OURS, cause=replace(ASKED, kind=Kind.DELIVERY_FAILED)), [("ours", "undelivered")]),
        (replace(OURS, cause=None), [("ours", "reply")]),
        (replace(VENDOR, holder=Holder.CUSTOMER, announced=ASKED), [("ours", "closing")]),
        (replace(VENDOR, late=True, due=seoul(23, 9, 0)), [("late", "target-late")]),
        (replace(VENDOR, promise=PROMISED), [("late", "promise-late")]),
        (replace(VENDOR, promise=replace(PROMISED, day=Day(date(2026, 11, 24)))), []),
        (replace(VENDOR, promise=replace(PROMISED, day=None)), []),
        (replace(VENDOR, holder=Holder.CUSTOMER), [("customer", "with-customer")]),
        (replace(VENDOR, closed=True, holder=Holder.NOBODY), []),
        (replace(VENDOR, closed=True, cause=replace(ASKED, at=SINCE)), []),
        (replace(VENDOR, closed=True, cause=replace(ASKED, at=seoul(23, 9, 1))), [("closed", "closed")]),
    ],
)
def test_where_a_case_stands(facts: TurnFacts, placed: list[tuple[str, str]]) -> None:
    """Each in one block at most; snoozing hides neither severity A nor, by its own rule, a closing."""
    assert one(facts) == placed


def test_a_case_at_rest_is_told_nowhere() -> None:
    """Neither as silent nor as news, and it counts as open all the same."""
    number = tracking(VM)
    made = replace(quiet(), cases=(case(VM, "x", last_at=seoul(10, 9, 0)),))
    for facts, still_open in ((replace(VENDOR, snoozed=True), 1), (replace(VENDOR, closed=True), 0)):
        content = compose(made, name="daily", now=NOW, zone=SEOUL, silent_after=3, turns={number: facts})
        assert (content.blocks, content.counts.open) == ((), still_open)


def test_before_the_first_digest_all_closings_are_news() -> None:
    """Nobody was told of them."""
    number = tracking(VM)
    closed = replace(VENDOR, closed=True, cause=replace(ASKED, at=SINCE))
    made = replace(quiet(), cases=(case(VM, "x"),), since=None)
    content = compose(made, name="daily", now=NOW, zone=SEOUL, silent_after=3, turns={number: closed})
    assert rows(content) == [("closed", "closed", VM)]


def test_a_row_has_all_that_a_person_needs() -> None:
    """As JSON: the day without an hour stays without, minutes are of the desk's time."""
    content = turned()
    now, closing = (content.blocks[n].items[0] for n in (0, 1))
    assert isinstance(now, TurnItem)
    assert isinstance(closing, TurnItem)
    assert (now.due, now.left_minutes, now.severity, now.customer) == (seoul(24, 9, 48), 48, "A", "대성물류")
    told = as_json(closing)
    assert isinstance(told, dict)
    assert {
        key: told[key] for key in ("matter", "day", "hour", "at", "strikes", "days", "owner", "kind")
    } == {
        "matter": "closing",
        "day": "2026-11-24",
        "hour": None,
        "at": "2026-11-20T07:42:00.000Z",
        "strikes": 2,
        "days": 4,
        "owner": "박지훈",
        "kind": "closing-announced",
    }


def test_an_hour_that_was_named_is_told() -> None:
    """As it was written; its zone is not known."""
    announced = replace(ASKED, day=Day(date(2026, 11, 25), time(18, 0)))
    number = tracking(VM)
    made = replace(quiet(), cases=(case(VM, "x"),))
    content = compose(
        made,
        name="daily",
        now=NOW,
        zone=SEOUL,
        silent_after=3,
        turns={number: replace(OURS, announced=announced)},
    )
    (item,) = content.blocks[0].items
    assert isinstance(item, TurnItem)
    assert (item.matter, item.day, item.hour) == (Turn.CLOSING, date(2026, 11, 25), "18:00")


def test_a_case_of_which_nothing_is_known_is_counted_as_such() -> None:
    """It was not read yet."""
    content = compose(quiet(), name="daily", now=NOW, zone=SEOUL, silent_after=3, turns={})
    assert (content.counts.open, content.counts.unknown, content.counts.ours) == (3, 3, 0)
    assert content.vendors == ()


# ── out of a case's state ─────────────────────────────────────────────────────


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def says(key: Key, text: str | None = None, until: datetime | None = None) -> Statement:
    said = CaseSet(CaseNumber("srx", "SRX1"), Text("lee"), key, None, Text(text) if text else None, until)
    return Statement(1, at(7), at(7), said)


def test_facts_out_of_a_state() -> None:
    """Plan csp, English, severity A asked for at 07:48: due 09:48, late at 10:00, answered: no more due."""
    opened = CaseEvent(at(7, 48), Kind.OPENED, "a", Side.US)
    asked = CaseEvent(at(7, 48), Kind.SEVERITY_ASKED, "a", Side.US, Words(0, 0, 3), level=0)
    mail = Told((opened, asked), "en", (Hint("Hanbit", By.TENANT),))
    terms = Terms((Customer(("Hanbit",), plan="csp"),), PLANS, {"24x7": always(), "local": always("local")})
    said = (says(Key.OWNER, "Doyun"),)
    state = case_state([mail], said, terms, at(9))
    quotes = {named(opened): Quote("Kim", "It is down.")}
    facts = turn(state, quotes, at(9))
    assert [event.kind for event in reasons(state)] == [Kind.OPENED]
    assert facts == TurnFacts(
        Holder.VENDOR,
        closed=False,
        vendor="Microsoft",
        severity=Severity.A,
        cause=Cause(at(7, 48), Kind.OPENED, None, "Kim", "It is down."),
        due=at(9, 48),
        left=timedelta(minutes=48),
        customer="Hanbit",
        owner="Doyun",
    )
    late = turn(case_state([mail], said, terms, at(10)), {}, at(10))
    assert (late.late, late.due, late.cause) == (True, at(9, 48), Cause(at(7, 48), Kind.OPENED))
    answer = Told((CaseEvent(at(10, 30), Kind.RESPONSE, "b", Side.THEM),), "en")
    answered = turn(case_state([mail, answer], said, terms, at(11)), {}, at(11))
    assert (answered.responded, answered.late, answered.due, answered.left) == (True, False, None, None)


def test_who_it_may_be_and_what_shall_rest() -> None:
    """Candidates where it is not certain; a snooze until tomorrow."""
    mail = Told((CaseEvent(at(8), Kind.QUESTION, "a", Side.THEM),), "ko", (Hint("Hanbit", By.NAME),))
    terms = Terms((Customer(("Hanbit",)),))
    state = case_state([mail], (says(Key.SNOOZE, until=at(9) + timedelta(days=1)),), terms, at(9))
    facts = turn(state, {}, at(9))
    assert (facts.customer, facts.candidates, facts.snoozed, facts.owner) == (None, ("Hanbit",), True, None)


def test_a_day_is_past_when_it_is_over() -> None:
    """Not as long as it lasts."""
    today = date(2026, 11, 24)
    assert [is_past(Day(day), today) for day in (date(2026, 11, 23), today)] == [True, False]
    assert not is_past(None, today)


def test_the_fake_day_is_whole() -> None:
    """Every case of the model has its turn."""
    assert {c.number for c in model().cases} == set(TURNS)
