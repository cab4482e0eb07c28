"""A case out of what its mails told, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.case_events import CaseEvent, Kind
from mailwatch.core.case_state import CaseState
from mailwatch.core.case_state import case_state as judged
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.deadline import Terms
from mailwatch.core.digest_facts import Side
from mailwatch.core.free_text import Text
from mailwatch.core.holder import Holder, Status
from mailwatch.core.spoken import CaseContact, Talk, Way
from mailwatch.core.statements import Statement
from mailwatch.core.status_words import EVENTS, event_words, holder_words, status_words
from mailwatch.core.statuses import STATUSES
from mailwatch.core.told import Told

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NUMBER = CaseNumber("srx", "SRX1318598611")
_OURS = {Kind.ANSWER, Kind.THANKS, Kind.REOPEN_ASKED, Kind.CUSTOMER_ASKED}


def case_state(mails: Iterable[Told | None], said: Sequence[Statement] = ()) -> CaseState:
    """Without customers and plans."""
    return judged(mails, said, Terms(), START + timedelta(days=1))


def told(*kinds: Kind, vendor: str | None = None) -> list[Told]:
    """A mail an hour, each doing one thing."""
    return [
        Told(
            (
                CaseEvent(
                    START + timedelta(hours=place),
                    kind,
                    f"{place:064x}",
                    Side.US if kind in _OURS else Side.THEM,
                    vendor=vendor,
                ),
            )
        )
        for place, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "status", "holder", "words", "who"),
    [
        ((Kind.OPENED,), "new", Holder.VENDOR, "new", "Microsoft"),
        ((Kind.RESPONSE,), "waiting-vendor", Holder.VENDOR, "waiting for Microsoft", "Microsoft"),
        ((Kind.RESPONSE, Kind.QUESTION), "waiting-us", Holder.US, "our reply is needed", "us"),
        (
            (Kind.QUESTION, Kind.CUSTOMER_ASKED),
            "waiting-customer",
            Holder.CUSTOMER,
            "waiting for the customer",
            "the customer",
        ),
        ((Kind.CLOSING_ANNOUNCED,), "closing-announced", Holder.US, "closing announced", "us"),
        ((Kind.CLOSED,), "closed", Holder.NOBODY, "closed", "nobody"),
        ((Kind.CLOSED_FOR_SILENCE,), "closed", Holder.NOBODY, "closed without our reply", "nobody"),
    ],
)
def test_the_last_word_decides(
    kinds: tuple[Kind, ...], status: str, holder: Holder, words: str, who: str
) -> None:
    """Status and holder for JSON, and in words."""
    state = case_state(told(*kinds))
    assert (state.status("open"), state.holder("open")) == (status, holder)
    assert (str(status_words(state, "open")), str(holder_words(state, "open"))) == (words, who)


def test_the_vendor_is_named() -> None:
    """21Vianet, where its addresses are in the mails."""
    state = case_state(told(Kind.RESPONSE, vendor="21Vianet"))
    assert str(status_words(state, "open")) == "waiting for 21Vianet"


@pytest.mark.parametrize("kept", ["unverified", "related", "dormant"])
def test_what_needs_no_reading_stays(kept: str) -> None:
    """A case of strangers, a number that is only mentioned, a case that sleeps: nobody has to act."""
    state = case_state(told(Kind.QUESTION))
    assert (state.status(kept), state.holder(kept)) == (kept, Holder.NOBODY)
    assert str(status_words(state, kept)) == kept


def test_a_case_that_was_not_read_yet_claims_nothing() -> None:
    """It is open; what its mails tell is not guessed."""
    state = case_state([None, None])
    assert (state.status("open"), state.holder("open"), state.unread) == ("open", Holder.NOBODY, 2)


def test_what_could_not_be_read_again_is_counted() -> None:
    """It may tell otherwise, so a person is told of it."""
    state = case_state([*told(Kind.QUESTION), Told(unreadable="timeout"), None])
    assert (state.status("open"), state.unread, state.unreadable) == ("waiting-us", 1, 1)


@pytest.mark.parametrize(
    ("kinds", "kept", "wanted", "fits"),
    [
        ((Kind.QUESTION,), "open", "waiting-us", True),
        ((Kind.QUESTION,), "open", "open", True),
        ((Kind.QUESTION,), "open", "closed", False),
        ((Kind.CLOSED,), "open", "open", False),
        ((Kind.CLOSED,), "open", "closed", True),
        ((Kind.QUESTION,), "dormant", "open", False),
        ((Kind.QUESTION,), "dormant", "dormant", True),
        ((Kind.QUESTION,), "unverified", "waiting-us", False),
    ],
)
def test_what_is_listed_by_status(kinds: tuple[Kind, ...], kept: str, wanted: str, *, fits: bool) -> None:
    """``open`` is all that goes on, whoever has to act."""
    assert case_state(told(*kinds)).fits(wanted, kept) is fits


def test_every_status_can_be_asked_for() -> None:
    """The words of the contract, and none twice."""
    of_reading = {status.in_json for status in Status}
    assert set(STATUSES) == of_reading | {"open", "dormant", "unverified", "related"}
    assert len(STATUSES) == len(set(STATUSES))


def test_every_event_has_its_words() -> None:
    """But for the mark of a stock phrase, which is never an event."""
    assert set(EVENTS) == set(Kind) - {Kind.STOCK_PHRASE}
    assert str(event_words(Kind.SEVERITY_LOWERED, 1)) == "severity lowered to B"
    assert str(event_words(Kind.QUESTION, None)) == "question to us"


def test_a_case_without_mails_of_known_senders() -> None:
    """Nothing is known, and nothing is owed."""
    assert case_state([]) == CaseState()


def test_what_a_person_says_counts_beside_the_mail() -> None:
    """A call in which the vendor asked for something is as good as a mail that does."""
    call = Statement(
        7,
        START + timedelta(hours=3),
        START + timedelta(hours=4),
        CaseContact(NUMBER, Text("lee"), Way.PHONE, Side.THEM, Talk.ASKED, Text("the trace, please")),
    )
    state = case_state(told(Kind.OPENED, Kind.RESPONSE), [call])
    assert (state.status("open"), state.holder("open")) == ("waiting-us", Holder.US)
    assert state.stand.cause is not None
    assert (state.stand.cause.sha256, state.statements) == (call.source, (call,))
