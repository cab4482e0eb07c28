"""What people said of a case: what of it holds when, and what it does to the case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mailwatch.core.case_clock import clock_events
from mailwatch.core.case_events import CaseEvent, Day, Kind
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.clock_facts import Event, What
from mailwatch.core.digest_facts import Side
from mailwatch.core.entries import Text
from mailwatch.core.holder import Holder, Status, stand
from mailwatch.core.merging import Merged
from mailwatch.core.spoken import CaseContact, CaseNote, CaseSet, Key, Said, Talk, Way
from mailwatch.core.statement_events import case_events, confirmations
from mailwatch.core.statements import Statement, entry_of, settings, snoozed, standing

CASE = CaseNumber("tracking-id", "2402220010002574")
OTHER = CaseNumber("tracking-id", "2402220010002575")
THIRD = CaseNumber("srx", "SRX1318598611")
KIM = Text("kim")
T0 = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


def hours(n: float) -> datetime:
    return T0 + timedelta(hours=n)


def made(entry: int, at: float, said: Said, *, recorded: float | None = None) -> Statement:
    return Statement(entry, hours(at), hours(at if recorded is None else recorded), said)


def setting(key: Key, value: str | datetime | None, number: CaseNumber = CASE) -> CaseSet:
    if isinstance(value, datetime):
        return CaseSet(number, KIM, key, until=value)
    if key in {Key.CUSTOMER, Key.OWNER} and value is not None:
        return CaseSet(number, KIM, key, text=Text(value))
    return CaseSet(number, KIM, key, word=value)


def contact(side: Side = Side.THEM, talk: Talk = Talk.SPOKE, day: str | None = None) -> CaseContact:
    return CaseContact(CASE, KIM, Way.PHONE, side, talk, Text("called back"), day)


def test_the_newest_of_each_key_holds_by_when_it_happened() -> None:
    """What is dated back comes before what happened later, although it was recorded after it."""
    said = [
        made(1, 5, setting(Key.SEVERITY, "A")),
        made(2, 3, setting(Key.SEVERITY, "B"), recorded=6),
        made(3, 4, setting(Key.OWNER, "lee@contoso.example")),
        made(4, 4, CaseNote(CASE, KIM, Text("nothing is set"))),
    ]
    assert {key: one.value for key, one in settings(said).items()} == {
        Key.SEVERITY: "A",
        Key.OWNER: "lee@contoso.example",
    }
    assert settings(said, hours(4.5))[Key.SEVERITY].value == "B"
    assert settings(said, hours(2)) == {}


def test_no_value_takes_back_all_that_was_recorded_before() -> None:
    """Whatever time it was said of; what is said afterwards holds. Other keys and cases are left alone."""
    said = [
        made(1, 5, setting(Key.SEVERITY, "A")),
        made(2, 5, setting(Key.PLAN, "csp")),
        made(3, 5, setting(Key.SEVERITY, "B", OTHER)),
        made(4, 1, setting(Key.SEVERITY, None)),
    ]
    assert [one.entry for one in standing(said)] == [2, 3]
    assert settings([*said, made(5, 0, setting(Key.SEVERITY, "C"))])[Key.SEVERITY].value == "B"
    assert [one.entry for one in standing([*said[:2], said[3], made(5, 0, setting(Key.SEVERITY, "C"))])] == [
        5,
        2,
    ]


def test_what_is_withdrawn_was_never_said() -> None:
    """A taking back that was itself withdrawn lets the earlier words hold again."""
    first = made(1, 1, setting(Key.PLAN, "csp"))
    back = made(2, 2, setting(Key.PLAN, None))
    undone = Statement(2, back.at, back.recorded_at, back.said, withdrawn_at=hours(3), withdrawn_by="lee")
    assert settings([first, back]) == {}
    assert settings([first, undone])[Key.PLAN] is first
    assert undone.withdrawn
    assert not first.withdrawn


def test_a_statement_names_itself_where_a_mail_has_its_hash() -> None:
    """And nobody takes it for a mail, nor a mail for it."""
    one = made(17, 1, contact(), recorded=4)
    assert (one.source, one.by, one.dated, one.value) == ("entry:17", "kim", True, None)
    assert entry_of(one.source) == 17
    assert entry_of("a" * 64) is None
    assert not made(18, 1, contact()).dated


SNOOZED = made(1, 0, setting(Key.SNOOZE, hours(10)))


@pytest.mark.parametrize(
    ("now", "announced", "level", "quiet"),
    [
        (5, False, 1, True),
        (5, False, None, True),
        (5, True, 1, False),
        (5, False, 0, False),
        (10, False, 1, False),
        (-1, False, 1, False),
    ],
)
def test_snooze_hides_neither_a_closing_announced_nor_severity_a(
    now: float, level: int | None, *, announced: bool, quiet: bool
) -> None:
    """It ends at its time, and begins when it was said."""
    assert snoozed([SNOOZED], hours(now), announced=announced, level=level) is quiet


def test_without_a_snooze_nothing_is_quiet() -> None:
    """Other settings make none."""
    assert not snoozed([made(1, 0, setting(Key.PLAN, "csp"))], hours(1), announced=False, level=1)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (contact(), [(Kind.RESPONSE, Side.THEM, None, None)]),
        (
            contact(talk=Talk.ASKED),
            [(Kind.RESPONSE, Side.THEM, None, None), (Kind.QUESTION, Side.THEM, None, None)],
        ),
        (
            contact(talk=Talk.PROMISED, day="2026-03-05"),
            [
                (Kind.RESPONSE, Side.THEM, None, None),
                (Kind.PROMISE, Side.THEM, Day(date(2026, 3, 5)), None),
            ],
        ),
        (contact(Side.US), [(Kind.ANSWER, Side.US, None, None)]),
        (setting(Key.STATUS, "closed"), [(Kind.CLOSED, Side.THEM, None, None)]),
        (setting(Key.STATUS, "open"), [(Kind.REOPENED, Side.THEM, None, None)]),
        (setting(Key.SEVERITY, "A"), [(Kind.SEVERITY_GRANTED, Side.THEM, None, 0)]),
        (setting(Key.SEVERITY, "C"), [(Kind.SEVERITY_GRANTED, Side.THEM, None, 2)]),
        (setting(Key.OPENED, "phone"), [(Kind.OPENED, Side.US, None, None)]),
        (setting(Key.CUSTOMER, "contoso"), []),
        (setting(Key.STATUS, "a word of a later version"), []),
        (setting(Key.SEVERITY, "D"), []),
        (CaseNote(CASE, KIM, Text("a note moves nothing")), []),
    ],
)
def test_what_is_said_moves_the_case_as_mail_does(
    said: Said, told: list[tuple[Kind, Side, Day | None, int | None]]
) -> None:
    """At the time it happened, named by its entry."""
    expected = tuple(
        CaseEvent(hours(1), kind, "entry:7", side, day=day, level=level) for kind, side, day, level in told
    )
    assert case_events([made(7, 1, said, recorded=30)]) == expected


def test_a_call_back_stops_the_clock_and_closing_by_phone_closes() -> None:
    """A case added by phone, called back, closed: without a single mail."""
    said = [
        made(1, 0, setting(Key.OPENED, "phone")),
        made(2, 0, setting(Key.SEVERITY, "B")),
        made(3, 2, contact(talk=Talk.ASKED)),
        made(4, 3, contact(Side.US)),
        made(5, 9, setting(Key.STATUS, "closed")),
    ]
    assert [(event.at, event.what, event.source) for event in clock_events(case_events(said))] == [
        (hours(0), What.OPENED, "entry:1"),
        (hours(0), What.SEVERITY, "entry:2"),
        (hours(2), What.RESPONDED, "entry:3"),
        (hours(2), What.ASKED, "entry:3"),
        (hours(3), What.ANSWERED, "entry:4"),
        (hours(9), What.CLOSED, "entry:5"),
    ]
    assert stand(case_events(said[:1])).holder is Holder.VENDOR
    assert stand(case_events(said[:3])).holder is Holder.US
    assert stand(case_events(said[:4])).status is Status.WAITING_VENDOR
    assert stand(case_events(said)).status is Status.CLOSED


def test_a_person_confirms_that_no_response_came() -> None:
    """An event of the clock alone."""
    said = [
        made(1, 4, setting(Key.RESPONSE, "none")),
        made(2, 4, setting(Key.PLAN, "csp")),
        made(3, 4, contact()),
    ]
    assert confirmations(said) == (Event(hours(4), What.CONFIRMED, source="entry:1"),)
    assert confirmations([]) == ()


def test_merged_cases_are_found_over_others_and_no_circle_is_endless() -> None:
    """A circle cannot be said; one in a damaged ledger must not hang anybody."""
    merged = Merged({OTHER: CASE, THIRD: OTHER})
    assert (merged.case(THIRD), merged.case(CASE)) == (CASE, CASE)
    assert merged.into(CASE) == (THIRD, OTHER)
    assert merged.into(OTHER) == ()
    assert Merged({CASE: OTHER, OTHER: CASE}).case(CASE) in {CASE, OTHER}
