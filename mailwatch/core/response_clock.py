"""The clock of a first response: by when the vendor has to answer, and how that came about.

What is counted, by the numbers of the published definitions:

- (6) It starts when the case is opened, pauses from a question to our answer (asked twice and answered
  once is answered), and ends at the first response of a person. A response during a pause is in time.
- (7) Severity raised: the new target counts from the change and is never later than the old deadline.
  Lowered: judged as if the case had stood at the lower level since it last rose to it.
  The same level again changes nothing; from "no target" a new one counts in full from the change.
  A user may choose one of the other readings in ``clock_reading``.
- (8) Closed unanswered and not late: withdrawn. Closing is a pause, and the rest runs on from reopening.
- (9) Late is final. Each due time that passed is kept, with what a person confirmed about it.

Calendars, and what an amount of open time means, stand in ``business_time``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.core.business_time import FOREVER, Span, is_past, open_within, used_up
from mailwatch.core.clock_facts import Clock, Event, Passed, State, Step, Target, What
from mailwatch.core.clock_reading import Rise, SeverityChange, levelled


@dataclass(frozen=True, slots=True)
class _Hand:
    """What has to be remembered from one event to the next."""

    rises: tuple[Rise, ...] = ()
    ran: tuple[Span, ...] = ()  # when the ball was the vendor's; the last has no end while it is
    asked: bool = False
    closed: bool = False
    opened_at: datetime | None = None
    responded_at: datetime | None = None
    passed: tuple[Passed, ...] = ()
    change: SeverityChange = SeverityChange.SOONER

    @property
    def runs(self) -> bool:
        return bool(self.ran) and self.ran[-1].end == FOREVER


def wind(
    events: Iterable[Event],
    targets: Mapping[int, Target],
    now: datetime,
    change: SeverityChange = SeverityChange.SOONER,
) -> Clock:
    """The clock at ``now``.

    Args:
        events: what happened, in any order; those after ``now`` do not count yet.
        targets: what the plan promises, by severity level; a level without one has no target.
        now: the instant that is asked about, UTC.
        change: how (7) is read.
    """
    hand = _Hand(change=change)
    steps: list[Step] = []
    for event in sorted((e for e in events if e.at <= now), key=_order):
        if hand.opened_at is None and event.what is not What.OPENED:
            continue
        hand = _move(_miss(hand, targets, event.at), event)
        steps.append(Step(event, _due(hand, targets) if hand.responded_at is None else None))
    return _read(_miss(hand, targets, now), targets, now, tuple(steps))


_ORDER = {what: place for place, what in enumerate(What)}


def _order(event: Event) -> tuple[datetime, int]:
    """By time; what happens at one instant in the order of ``What``: a question before its answer."""
    return event.at, _ORDER[event.what]


# ── one event ─────────────────────────────────────────────────────────────────


def _move(hand: _Hand, event: Event) -> _Hand:
    if event.what is What.CONFIRMED:
        return replace(hand, passed=tuple(replace(p, confirmed=True) for p in hand.passed))
    return hand if hand.responded_at is not None else _MOVES[event.what](hand, event)


def _opened(hand: _Hand, event: Event) -> _Hand:
    """A case is opened once; a second announcement of it changes nothing."""
    if hand.opened_at is not None:
        return hand
    rises = () if event.level is None else (Rise(event.at, event.level),)
    return _started(replace(hand, opened_at=event.at, rises=rises), event.at)


def _stopped(hand: _Hand, at: datetime) -> _Hand:
    if not hand.runs:
        return hand
    *before, last = hand.ran
    ended = (Span(last.start, at),) if last.start < at else ()
    return replace(hand, ran=(*before, *ended))


def _started(hand: _Hand, at: datetime) -> _Hand:
    if hand.runs or hand.asked or hand.closed:
        return hand
    return replace(hand, ran=(*hand.ran, Span(at)))


def _responded(hand: _Hand, event: Event) -> _Hand:
    return replace(_stopped(hand, event.at), responded_at=event.at)


def _asked(hand: _Hand, event: Event) -> _Hand:
    return replace(_stopped(hand, event.at), asked=True)


def _answered(hand: _Hand, event: Event) -> _Hand:
    return _started(replace(hand, asked=False), event.at)


def _closed(hand: _Hand, event: Event) -> _Hand:
    return replace(_stopped(hand, event.at), closed=True)


def _reopened(hand: _Hand, event: Event) -> _Hand:
    return _started(replace(hand, closed=False), event.at)


def _levels(hand: _Hand, event: Event) -> _Hand:
    if event.level is None or hand.opened_at is None:
        return hand
    return replace(hand, rises=levelled(hand.rises, Rise(event.at, event.level), hand.opened_at, hand.change))


_MOVES: Mapping[What, Callable[[_Hand, Event], _Hand]] = {
    What.OPENED: _opened,
    What.SEVERITY: _levels,
    What.ASKED: _asked,
    What.ANSWERED: _answered,
    What.RESPONDED: _responded,
    What.CLOSED: _closed,
    What.REOPENED: _reopened,
}


# ── deadlines ─────────────────────────────────────────────────────────────────


def _due(hand: _Hand, targets: Mapping[int, Target]) -> datetime | None:
    """The earliest of the deadlines that run; None while nothing runs or no level has a target."""
    if not hand.runs:
        return None
    found = (used_up(target.calendar, left, _since(hand, at)) for target, left, at in _limits(hand, targets))
    return min(filter(None, found), default=None)


def _limits(hand: _Hand, targets: Mapping[int, Target]) -> Iterable[tuple[Target, timedelta, datetime]]:
    """Each target that counts, its amount of open time, and since when."""
    for rise in hand.rises:
        target = targets.get(rise.level)
        budget = target.budget(rise.at) if target else None
        if target and budget is not None:
            yield target, budget, rise.at


def _since(hand: _Hand, at: datetime) -> tuple[Span, ...]:
    parts = (span.common(Span(at)) for span in hand.ran)
    return tuple(part for part in parts if part is not None)


def _left(hand: _Hand, targets: Mapping[int, Target], now: datetime) -> timedelta | None:
    """The least open time that is left of any target."""
    found = []
    for target, budget, at in _limits(hand, targets):
        spans = (Span(s.start, min(s.end, now)) for s in _since(hand, at) if s.start < now)
        gone = sum((open_within(target.calendar, span) for span in spans), timedelta())
        found.append(max(budget - gone, timedelta()))
    return min(found, default=None)


def _miss(hand: _Hand, targets: Mapping[int, Target], at: datetime) -> _Hand:
    """Keep a due time that has passed by ``at``: what comes later does not take it back."""
    if hand.responded_at is not None:
        return hand
    due = _due(hand, targets)
    if due is None or not is_past(due, at) or any(p.due == due for p in hand.passed):
        return hand
    return replace(hand, passed=(*hand.passed, Passed(due)))


# ── reading it ────────────────────────────────────────────────────────────────


def _read(hand: _Hand, targets: Mapping[int, Target], now: datetime, steps: tuple[Step, ...]) -> Clock:
    due = _due(hand, targets) if hand.responded_at is None else _last_due(steps)
    return Clock(
        state=_state(hand, targets),
        due=hand.passed[0].due if hand.passed else due,
        left=None if hand.responded_at or hand.passed or hand.closed else _left(hand, targets, now),
        responded_at=hand.responded_at,
        passed=_measured(hand, targets, hand.responded_at or now),
        steps=steps,
    )


def _state(hand: _Hand, targets: Mapping[int, Target]) -> State:
    if hand.passed:
        return State.LATE
    if not any(True for _ in _limits(hand, targets)):
        return State.NONE
    if hand.responded_at is not None:
        return State.MET
    if hand.closed:
        return State.WITHDRAWN
    return State.RUNNING if hand.runs else State.PAUSED


def _last_due(steps: tuple[Step, ...]) -> datetime | None:
    return next((step.due for step in reversed(steps) if step.due is not None), None)


def _measured(hand: _Hand, targets: Mapping[int, Target], until: datetime) -> tuple[Passed, ...]:
    """By how much: in the calendar of the most severe level that counts, and on the wall."""
    calendar = next((target.calendar for target, _, _ in reversed(tuple(_limits(hand, targets)))), None)
    return tuple(
        replace(
            one,
            support=open_within(calendar, Span(one.due, until)) if calendar else timedelta(),
            wall=until - one.due,
        )
        for one in hand.passed
    )
