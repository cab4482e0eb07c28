"""Whose turn it is on a case, as far as a digest tells it: plain facts, out of the case's state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailwatch.core.case_events import CaseEvent, Day, Kind
from mailwatch.core.case_state import CaseState
from mailwatch.core.clock_facts import State
from mailwatch.core.holder import Holder, Status
from mailwatch.core.quotation import Quote
from mailwatch.core.spoken import Key
from mailwatch.core.statements import settings, snoozed
from mailwatch.core.support_plan import Severity

Named = tuple[str, Kind]
"""What names an event within its case: its source and its kind."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The mail, or the person's word, that is the reason. ``at`` in UTC."""

    at: datetime
    kind: Kind
    day: Day | None = None
    sender: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """One open case.

    ``due`` and ``left`` are those of a first response that nobody has seen yet. ``candidates`` are customers
    whose case it may be, where it is not certain whose. ``snoozed``: a person wants it to be quiet.
    """

    holder: Holder
    closed: bool
    vendor: str
    severity: Severity | None = None
    responded: bool = False
    cause: Cause | None = None
    announced: Cause | None = None
    promise: Cause | None = None
    strikes: int = 0
    due: datetime | None = None
    late: bool = False
    left: timedelta | None = None
    customer: str | None = None
    candidates: tuple[str, ...] = ()
    owner: str | None = None
    snoozed: bool = False


def named(event: CaseEvent) -> Named:
    """See ``Named``."""
    return event.sha256, event.kind


def reasons(state: CaseState) -> Iterator[CaseEvent]:
    """The events whose words a digest may quote."""
    stand = state.stand
    return (event for event in (stand.cause, stand.announced, stand.promise) if event is not None)


def turn(state: CaseState, quotes: Mapping[Named, Quote], now: datetime) -> TurnFacts:
    """What a digest tells of ``state`` at ``now``, UTC."""
    stand, clock, whose = state.stand, state.deadline.clock, state.whose
    promised = state.deadline.promise.severity
    owner = settings(state.statements, now).get(Key.OWNER)
    runs = clock.responded_at is None and clock.state in {State.RUNNING, State.LATE}
    return TurnFacts(
        holder=stand.holder,
        closed=stand.status in {Status.CLOSED, Status.CLOSED_FOR_SILENCE},
        vendor=state.vendor,
        severity=promised,
        responded=any(event.kind is Kind.RESPONSE for event in state.events),
        cause=_cause(stand.cause, quotes),
        announced=_cause(stand.announced, quotes),
        promise=_cause(stand.promise, quotes),
        strikes=stand.strikes,
        due=clock.due if runs else None,
        late=runs and clock.state is State.LATE,
        left=clock.left if runs else None,
        customer=whose.customer.name if whose.customer else None,
        candidates=() if whose.customer else tuple(dict.fromkeys(hint.customer for hint in whose.hints)),
        owner=str(owner.value) if owner else None,
        snoozed=snoozed(state.statements, now, announced=stand.announced is not None, level=promised),
    )


def _cause(event: CaseEvent | None, quotes: Mapping[Named, Quote]) -> Cause | None:
    if event is None:
        return None
    quote = quotes.get(named(event), Quote())
    return Cause(event.at, event.kind, event.day, quote.sender, quote.words)


def is_past(day: Day | None, today: date) -> bool:
    """Whether the day that was named is over; without an hour, it is not as long as it lasts."""
    return day is not None and day.date < today
