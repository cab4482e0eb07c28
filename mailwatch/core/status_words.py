"""Status, holder and events of a case in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mailwatch.core.case_events import Kind
from mailwatch.core.case_state import CaseState
from mailwatch.core.holder import Holder, Status
from mailwatch.errors import Words

_STATUS: Mapping[str, Words] = MappingProxyType(
    {
        Status.NEW.value: Words("new"),
        Status.WAITING_US.value: Words("our reply is needed"),
        Status.WAITING_VENDOR.value: Words("waiting for {vendor}"),
        Status.WAITING_CUSTOMER.value: Words("waiting for the customer"),
        Status.CLOSING_ANNOUNCED.value: Words("closing announced"),
        Status.CLOSED.value: Words("closed"),
        Status.CLOSED_FOR_SILENCE.value: Words("closed without our reply"),
    }
)

EVENTS: Mapping[Kind, Words] = MappingProxyType(
    {
        Kind.OPENED: Words("opened"),
        Kind.ACKNOWLEDGED: Words("receipt (automatic)"),
        Kind.ASSIGNED: Words("engineer assigned"),
        Kind.RESPONSE: Words("response"),
        Kind.HANDED_OVER: Words("handed over"),
        Kind.REOPENED: Words("reopened"),
        Kind.SEVERITY_ASKED: Words("severity {letter} asked for"),
        Kind.SEVERITY_GRANTED: Words("severity {letter} granted"),
        Kind.SEVERITY_LOWERED: Words("severity lowered to {letter}"),
        Kind.THANKS: Words("thanks alone"),
        Kind.CUSTOMER_ASKED: Words("customer asked"),
        Kind.ANSWER: Words("our reply"),
        Kind.REOPEN_ASKED: Words("reopening asked for"),
        Kind.PROMISE: Words("promise"),
        Kind.QUESTION: Words("question to us"),
        Kind.FIRST_STRIKE: Words("reply asked for again (1st)"),
        Kind.SECOND_STRIKE: Words("reply asked for again (2nd)"),
        Kind.CLOSING_ANNOUNCED: Words("closing announced"),
        Kind.CLOSED: Words("closed"),
        Kind.CLOSED_FOR_SILENCE: Words("closed without our reply"),
        Kind.ARCHIVED: Words("closed (archived)"),
        Kind.SURVEY: Words("survey"),
        Kind.NEW_NUMBER: Words("another number named"),
        Kind.DUPLICATE: Words("asked about a duplicate"),
        Kind.DELIVERY_FAILED: Words("our mail did not arrive"),
    }
)
"""By kind; a severity has its letter."""


def status_words(state: CaseState, kept: str) -> Words:
    """The status as people read it; ``kept`` as in ``CaseState.status``."""
    if state.status(kept) == kept:
        return Words(kept)
    return Words(_STATUS[state.stand.status.value].template, {"vendor": state.vendor})


def holder_words(state: CaseState, kept: str) -> Words:
    """Who has to act; the vendor by name."""
    named = {
        Holder.VENDOR: Words("{vendor}", {"vendor": state.vendor}),
        Holder.US: Words("us"),
        Holder.CUSTOMER: Words("the customer"),
        Holder.NOBODY: Words("nobody"),
    }
    return named[state.holder(kept)]


def event_words(kind: Kind, level: int | None) -> Words:
    """What a mail did."""
    words = EVENTS[kind]
    return words if level is None else Words(words.template, {"letter": "ABC"[level]})
