"""Who has to act, and how a case stands: a fold over what its mails did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.case_events import CaseEvent, Day, Kind
from mailwatch.core.digest_facts import Side
from mailwatch.core.holder import Holder, Stand, Status, stand

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
OF_OURS = {
    Kind.OPENED,
    Kind.ANSWER,
    Kind.THANKS,
    Kind.CUSTOMER_ASKED,
    Kind.REOPEN_ASKED,
    Kind.SEVERITY_ASKED,
    Kind.DELIVERY_FAILED,
}
NOV_24 = Day(date(2026, 11, 24))


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def mail(hour: int, *kinds: Kind, day: Day | None = None, vendor: str | None = None) -> list[CaseEvent]:
    """The events of one mail, ``hour`` hours after the start."""
    side = Side.US if kinds[0] in OF_OURS else Side.THEM
    return [CaseEvent(at(hour), kind, f"{hour:064d}", side, day=day, vendor=vendor) for kind in kinds]


def course(*mails: tuple[Kind, ...]) -> Stand:
    """How a case stands after these mails, an hour apart."""
    return stand([event for hour, kinds in enumerate(mails) for event in mail(hour, *kinds)])


OPENED = (Kind.OPENED,)
RECEIPT = (Kind.OPENED, Kind.ACKNOWLEDGED)
NOTICE = (Kind.ASSIGNED,)
REPLY = (Kind.RESPONSE,)
ASKED = (Kind.RESPONSE, Kind.QUESTION)
ANSWER = (Kind.ANSWER,)
WARNED = (Kind.RESPONSE, Kind.SECOND_STRIKE, Kind.CLOSING_ANNOUNCED)
PROMISED = (Kind.RESPONSE, Kind.PROMISE)
CLOSED = (Kind.RESPONSE, Kind.CLOSED)
SILENCED = (Kind.RESPONSE, Kind.CLOSED, Kind.CLOSED_FOR_SILENCE, Kind.ARCHIVED)
SURVEY = (Kind.SURVEY,)
THANKS = (Kind.THANKS,)
CUSTOMER = (Kind.CUSTOMER_ASKED,)
BOUNCE = (Kind.DELIVERY_FAILED,)

V, U, C, N = Holder.VENDOR, Holder.US, Holder.CUSTOMER, Holder.NOBODY


@pytest.mark.parametrize(
    ("mails", "holder", "status"),
    [
        ((), N, Status.NEW),
        ((OPENED,), V, Status.NEW),
        ((OPENED, RECEIPT, NOTICE), V, Status.NEW),  # machines only
        ((OPENED, ANSWER), V, Status.NEW),  # we wrote again
        ((RECEIPT, REPLY), V, Status.WAITING_VENDOR),
        ((OPENED, (Kind.HANDED_OVER,)), V, Status.WAITING_VENDOR),
        ((RECEIPT, ASKED), U, Status.WAITING_US),
        ((RECEIPT, ASKED, ASKED, ANSWER), V, Status.WAITING_VENDOR),  # asked twice, answered once
        ((RECEIPT, ASKED, THANKS), U, Status.WAITING_US),  # a thank you answers nothing
        ((RECEIPT, ASKED, REPLY), U, Status.WAITING_US),  # their next mail takes no question back
        ((RECEIPT, ASKED, PROMISED), U, Status.WAITING_US),
        ((RECEIPT, PROMISED), V, Status.WAITING_VENDOR),
        ((RECEIPT, (Kind.RESPONSE, Kind.PROMISE, Kind.QUESTION)), U, Status.WAITING_US),
        ((RECEIPT, ASKED, CUSTOMER), C, Status.WAITING_CUSTOMER),
        ((RECEIPT, ASKED, CUSTOMER, ANSWER), V, Status.WAITING_VENDOR),
        ((RECEIPT, ASKED, CUSTOMER, ASKED), U, Status.WAITING_US),
        ((RECEIPT, ASKED, WARNED), U, Status.CLOSING_ANNOUNCED),
        ((RECEIPT, ASKED, WARNED, ASKED), U, Status.CLOSING_ANNOUNCED),
        ((RECEIPT, ASKED, WARNED, CUSTOMER), C, Status.CLOSING_ANNOUNCED),  # the warning goes on
        ((RECEIPT, ASKED, WARNED, THANKS), U, Status.CLOSING_ANNOUNCED),
        ((RECEIPT, ASKED, WARNED, ANSWER), V, Status.WAITING_VENDOR),
        ((RECEIPT, ASKED, WARNED, ANSWER, BOUNCE), U, Status.WAITING_US),  # it did not arrive
        ((RECEIPT, CLOSED), N, Status.CLOSED),
        ((RECEIPT, (Kind.RESPONSE, Kind.QUESTION, Kind.CLOSED)), N, Status.CLOSED),
        ((RECEIPT, ASKED, SILENCED), N, Status.CLOSED_FOR_SILENCE),
        ((RECEIPT, ASKED, SILENCED, (Kind.ARCHIVED,)), N, Status.CLOSED_FOR_SILENCE),
        ((RECEIPT, (Kind.ARCHIVED,)), N, Status.CLOSED),
        ((RECEIPT, CLOSED, SURVEY), N, Status.CLOSED),  # a survey reopens nothing
        ((RECEIPT, CLOSED, THANKS), N, Status.CLOSED),
        ((RECEIPT, CLOSED, REPLY), N, Status.CLOSED),  # "you are welcome"
        ((RECEIPT, CLOSED, PROMISED), N, Status.CLOSED),
        ((RECEIPT, CLOSED, CUSTOMER), N, Status.CLOSED),
        ((RECEIPT, CLOSED, BOUNCE), N, Status.CLOSED),
        ((RECEIPT, CLOSED, (Kind.RESPONSE, Kind.REOPENED)), V, Status.WAITING_VENDOR),
        ((RECEIPT, CLOSED, ANSWER), V, Status.WAITING_VENDOR),
        ((RECEIPT, CLOSED, (Kind.ANSWER, Kind.REOPEN_ASKED)), V, Status.WAITING_VENDOR),
        ((RECEIPT, CLOSED, ASKED), U, Status.WAITING_US),
        ((RECEIPT, REPLY, (Kind.RESPONSE, Kind.SEVERITY_LOWERED, Kind.NEW_NUMBER)), V, Status.WAITING_VENDOR),
        ((SURVEY,), N, Status.NEW),
    ],
)
def test_who_has_to_act(mails: tuple[tuple[Kind, ...], ...], holder: Holder, status: Status) -> None:
    """By the last word of each mail."""
    found = course(*mails)
    assert (holder, status) == (found.holder, found.status)


def test_the_reason_is_the_mail_that_asked() -> None:
    """A later mail without a question leaves the reason where it was."""
    found = course(RECEIPT, ASKED, REPLY)
    assert found.cause is not None
    assert (Kind.QUESTION, at(1)) == (found.cause.kind, found.cause.at)


def test_an_announced_closing_stays_open_until_we_write() -> None:
    """With its day, which is None where the mail names none."""
    events = [*mail(0, *RECEIPT), *mail(1, *WARNED, day=NOV_24)]
    assert NOV_24 == stand(events).closes_on
    assert stand([*events, *mail(2, *ANSWER)]).closes_on is None
    assert stand([*events, *mail(2, *CLOSED)]).announced is None
    undated = course(RECEIPT, WARNED)
    assert undated.announced is not None
    assert undated.closes_on is None


def test_a_promise_is_kept_by_the_next_mail_of_a_person() -> None:
    """Until then it is open; what the vendor holds is then his by that mail."""
    assert course(RECEIPT, PROMISED, NOTICE).promise is not None
    kept = course(RECEIPT, PROMISED, REPLY)
    assert kept.promise is None
    assert kept.cause is not None
    assert (Kind.RESPONSE, at(2)) == (kept.cause.kind, kept.cause.at)
    renewed = course(RECEIPT, PROMISED, PROMISED).promise
    assert renewed is not None
    assert at(2) == renewed.at
    asked = course(RECEIPT, ASKED, PROMISED, REPLY)
    assert (None, Holder.US) == (asked.promise, asked.holder)


@pytest.mark.parametrize(
    ("mails", "strikes"),
    [
        ((RECEIPT, ASKED), 0),
        ((ASKED, (Kind.FIRST_STRIKE,)), 1),
        ((ASKED, (Kind.FIRST_STRIKE,), (Kind.FIRST_STRIKE,)), 2),
        ((ASKED, (Kind.SECOND_STRIKE,)), 2),  # the first came by telephone
        ((ASKED, (Kind.FIRST_STRIKE, Kind.SECOND_STRIKE)), 2),
        ((ASKED, (Kind.SECOND_STRIKE,), ANSWER), 0),
    ],
)
def test_strikes_are_counted_since_our_last_answer(mails: tuple[tuple[Kind, ...], ...], strikes: int) -> None:
    """By their number, and by the words "again" and "in vain"."""
    assert strikes == course(*mails).strikes


def test_the_vendor_is_the_one_last_named() -> None:
    """Microsoft until a mail tells otherwise."""
    assert "Microsoft" == course(OPENED).vendor
    chinese = mail(1, *ASKED, vendor="21Vianet")
    assert "21Vianet" == stand([*chinese, *mail(2, *ANSWER)]).vendor


def test_an_old_case_starts_dormant() -> None:
    """Thirty days and a second after its last mail; a closed one stays closed, a younger one lives."""
    month = timedelta(days=30)
    events = [*mail(0, *RECEIPT), *mail(1, *ASKED)]
    assert Status.DORMANT is stand(events, at(1) + month + timedelta(seconds=1)).status
    assert Status.WAITING_US is stand(events, at(1) + month).status
    assert Status.CLOSED is stand([*events, *mail(2, *CLOSED)], at(2) + 2 * month).status
    assert Status.NEW is stand([], at(0)).status


def test_json_knows_one_word_for_closed() -> None:
    """The words of the command line's contract."""
    assert {
        "new",
        "waiting-us",
        "waiting-vendor",
        "waiting-customer",
        "closing-announced",
        "closed",
        "dormant",
    } == {status.in_json for status in Status}


def test_at_one_instant_a_question_comes_before_its_answer() -> None:
    """Times are kept to the second, and hashes know nothing of order."""
    question = CaseEvent(START, Kind.QUESTION, "f" * 64, Side.THEM)
    answer = CaseEvent(START, Kind.ANSWER, "0" * 64, Side.US)
    assert Holder.VENDOR is stand([answer, question]).holder


_SOME_MAILS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([*Kind]), st.sampled_from([Side.US, Side.THEM])), max_size=12
)


@given(_SOME_MAILS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_has_no_part_in_it(mails: list[tuple[int, Kind, Side]], random: Random) -> None:
    """Nor has it that a mail is told twice; and the parts of an answer fit together."""
    events = [CaseEvent(at(hour), kind, f"{kind}{hour}", side) for hour, kind, side in mails]
    found = stand(events)
    mixed = [*events, *events[:3]]
    random.shuffle(mixed)
    assert found == stand(mixed)
    closed = found.status in {Status.CLOSED, Status.CLOSED_FOR_SILENCE}
    assert (found.holder is Holder.NOBODY) == (closed or found.cause is None)
    assert (found.status is Status.CLOSING_ANNOUNCED) == (found.announced is not None)
