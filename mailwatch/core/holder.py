"""Who has to act on a case, since which mail, and how the case stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailwatch.core.case_events import CaseEvent, Day, Kind, in_time
from mailwatch.core.vendors import MICROSOFT

ASLEEP_AFTER = timedelta(days=30)
"""A case whose last mail was older when the case was first met starts dormant."""


class Holder(StrEnum):
    """Who has to act."""

    VENDOR = "vendor"
    US = "us"
    CUSTOMER = "customer"
    NOBODY = "nobody"


class Status(StrEnum):
    """How a case stands. In JSON ``CLOSED_FOR_SILENCE`` is ``closed``: see ``in_json``."""

    NEW = "new"
    WAITING_US = "waiting-us"
    WAITING_VENDOR = "waiting-vendor"
    WAITING_CUSTOMER = "waiting-customer"
    CLOSING_ANNOUNCED = "closing-announced"
    CLOSED = "closed"
    CLOSED_FOR_SILENCE = "closed-for-silence"
    DORMANT = "dormant"

    @property
    def in_json(self) -> str:
        """The word of the command line's contract."""
        return Status.CLOSED.value if self is Status.CLOSED_FOR_SILENCE else self.value


@dataclass(frozen=True, slots=True)
class Stand:
    """How a case stands.

    ``cause`` is the event that made ``holder`` the one who has to act: its mail and words are the
    reason to show; None where nothing has happened. ``announced`` is the closing that was announced
    and ``promise`` what the vendor promised, each as long as it is open. ``strikes`` counts how often
    it was asked again since we last answered. ``vendor`` is the vendor's name.
    """

    holder: Holder = Holder.NOBODY
    status: Status = Status.NEW
    cause: CaseEvent | None = None
    announced: CaseEvent | None = None
    promise: CaseEvent | None = None
    strikes: int = 0
    vendor: str = MICROSOFT

    @property
    def closes_on(self) -> Day | None:
        """The day for which closing is announced; None where none is, or no day was named."""
        return self.announced.day if self.announced else None


def stand(events: Iterable[CaseEvent], first_met: datetime | None = None) -> Stand:
    """How a case stands after ``events``, in whatever order they are given.

    Args:
        events: of all mails of the case.
        first_met: when the case was first seen, UTC. Its last mail a month older and not closed: dormant.
    """
    ordered = sorted(set(events), key=in_time)
    found = Stand()
    for event in ordered:
        found = _move(replace(found, vendor=event.vendor or found.vendor), event)
    if ordered and first_met and ordered[-1].at < first_met - ASLEEP_AFTER and not _is_closed(found):
        return replace(found, status=Status.DORMANT)
    return found


_CLOSED = frozenset({Status.CLOSED, Status.CLOSED_FOR_SILENCE})
_STRIKES = {Kind.FIRST_STRIKE: 1, Kind.SECOND_STRIKE: 2}
_ASKS_US = frozenset({Kind.QUESTION, *_STRIKES, Kind.DELIVERY_FAILED})
_TELLS_THEM = frozenset({Kind.ANSWER, Kind.REOPEN_ASKED})
_CLOSES = frozenset({Kind.CLOSED, Kind.ARCHIVED})
_WORKS = frozenset({Kind.RESPONSE, Kind.HANDED_OVER})
_BEGINS = frozenset({Kind.OPENED, Kind.ACKNOWLEDGED, Kind.ASSIGNED, *_WORKS})


def _move(now: Stand, event: CaseEvent) -> Stand:
    """One event. What is not named here changes nothing: surveys, severity, thanks, other numbers."""
    if event.kind in _TELLS_THEM or event.kind is Kind.REOPENED:
        return _with_vendor(now, event)
    if event.kind in _ASKS_US:
        return now if _is_closed(now) and event.kind is Kind.DELIVERY_FAILED else _with_us(now, event)
    if event.kind is Kind.CLOSING_ANNOUNCED:
        return replace(_with_us(now, event), status=Status.CLOSING_ANNOUNCED, announced=event)
    if event.kind is Kind.CLOSED_FOR_SILENCE:
        return _ended(now, event, Status.CLOSED_FOR_SILENCE)
    if event.kind in _CLOSES:
        return now if _is_closed(now) else _ended(now, event, Status.CLOSED)
    return _quietly(now, event)


def _quietly(now: Stand, event: CaseEvent) -> Stand:
    """What leaves a question to us open: a promise, a customer asked, signs of work at the vendor."""
    if _is_closed(now):
        return now
    if event.kind is Kind.PROMISE:
        promised = replace(now, promise=event)
        return promised if now.holder is Holder.US else _held(promised, event, Holder.VENDOR)
    if event.kind is Kind.CUSTOMER_ASKED:
        return _asked_customer(now, event)
    return _begun(now, event) if event.kind in _BEGINS else now


def _begun(now: Stand, event: CaseEvent) -> Stand:
    """Signs of work: the first makes the case the vendor's. A person's mail keeps an earlier promise."""
    kept = now.promise is not None and event.kind is Kind.RESPONSE
    if now.cause is None or (kept and now.holder is Holder.VENDOR):
        now = replace(now, holder=Holder.VENDOR, cause=event)
    new = now.status is Status.NEW and event.kind in _WORKS
    return replace(
        now,
        status=Status.WAITING_VENDOR if new else now.status,
        promise=None if kept else now.promise,
    )


def _held(now: Stand, event: CaseEvent, holder: Holder) -> Stand:
    return replace(now, holder=holder, status=_WAITING[holder], cause=event)


_WAITING = {
    Holder.US: Status.WAITING_US,
    Holder.VENDOR: Status.WAITING_VENDOR,
    Holder.CUSTOMER: Status.WAITING_CUSTOMER,
}


def _with_vendor(now: Stand, event: CaseEvent) -> Stand:
    """We have written, or the case is open again. Before any response a case stays new for all we write."""
    held = replace(_held(now, event, Holder.VENDOR), strikes=0, announced=None)
    return replace(held, status=Status.NEW) if now.status is Status.NEW else held


def _with_us(now: Stand, event: CaseEvent) -> Stand:
    """Asked: an announced closing stays announced until we write."""
    strikes = max(now.strikes + 1, _STRIKES[event.kind]) if event.kind in _STRIKES else now.strikes
    held = replace(_held(now, event, Holder.US), strikes=strikes)
    return replace(held, status=Status.CLOSING_ANNOUNCED) if now.announced else held


def _asked_customer(now: Stand, event: CaseEvent) -> Stand:
    """The customer has to answer first; what the vendor announced goes on all the same."""
    held = _held(now, event, Holder.CUSTOMER)
    return replace(held, status=Status.CLOSING_ANNOUNCED) if now.announced else held


def _ended(now: Stand, event: CaseEvent, status: Status) -> Stand:
    return replace(now, holder=Holder.NOBODY, status=status, cause=event, announced=None, promise=None)


def _is_closed(now: Stand) -> bool:
    return now.status in _CLOSED
