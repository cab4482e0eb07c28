"""What a mail can do to its case, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side


class Kind(StrEnum):
    """What happened. Of what one mail does, the later in this order has the last word on who must act."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"  # by a machine; stops no clock
    ASSIGNED = "assigned"
    RESPONSE = "response"  # a person at the vendor wrote; the first of these is the first response
    HANDED_OVER = "handed-over"  # to another team or region
    REOPENED = "reopened"  # the vendor says so
    SEVERITY_ASKED = "severity-asked"
    SEVERITY_GRANTED = "severity-granted"
    SEVERITY_LOWERED = "severity-lowered"
    THANKS = "thanks"  # a courtesy of ours: no answer, no question
    CUSTOMER_ASKED = "customer-asked"  # we asked somebody who is neither us nor the vendor
    ANSWER = "answer"  # we wrote to the vendor
    REOPEN_ASKED = "reopen-asked"  # we asked to open the case again
    PROMISE = "promise"
    QUESTION = "question"  # of the vendor, to us
    FIRST_STRIKE = "strike-1"  # asked again
    SECOND_STRIKE = "strike-2"  # asked once more, or tried in vain several times
    CLOSING_ANNOUNCED = "closing-announced"
    CLOSED = "closed"
    CLOSED_FOR_SILENCE = "closed-for-silence"
    ARCHIVED = "archived"  # closed in the vendor's words "this case will be archived"
    SURVEY = "survey"
    NEW_NUMBER = "new-number"
    DUPLICATE = "duplicate"
    DELIVERY_FAILED = "delivery-failed"  # of a mail of ours
    STOCK_PHRASE = "stock-phrase"  # never an event: its cue marks sentences that sound like a question


@dataclass(frozen=True, slots=True)
class Words:
    """The words that caused an event: offsets as in ``mentions.Mention``, before normalisation."""

    part: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a mail names. ``hour`` is None unless an hour stands beside it; its zone is not told."""

    date: date
    hour: time | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that one mail did.

    ``at`` is in UTC: of their mails the receipt at the user's server, of ours the time sent.
    ``sha256`` names the mail; of what a person said it is ``statements.Statement.source`` instead.
    ``words`` is None where the mail as a whole is the cause. ``day`` goes with what is promised,
    asked or announced for a day, ``level`` with severity (0 is A), ``numbers`` with NEW_NUMBER
    and DUPLICATE. ``vendor`` is the vendor's name where the mail's addresses tell it.
    """

    at: datetime
    kind: Kind
    sha256: str
    side: Side
    words: Words | None = None
    day: Day | None = None
    level: int | None = None
    numbers: tuple[CaseNumber, ...] = ()
    vendor: str | None = None


ORDER = {kind: place for place, kind in enumerate(Kind)}


def in_time(event: CaseEvent) -> tuple[datetime, bool, str, int]:
    """The key that puts events in time: at one instant theirs before ours, a question before its answer."""
    return event.at, event.side is Side.US, event.sha256, ORDER[event.kind]
