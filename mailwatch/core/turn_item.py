"""A row of a digest that says whose turn it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Turn(StrEnum):
    """What is the matter with a case whose turn it is somebody's, the most urgent first."""

    SEVERITY_A = "severity-a"  # and no response seen
    CLOSING = "closing"  # is announced
    UNDELIVERED = "undelivered"  # our mail
    REPLY = "reply"  # they asked
    NAME_CUSTOMER = "name-customer"
    TARGET_LATE = "target-late"
    PROMISE_LATE = "promise-late"
    WITH_CUSTOMER = "with-customer"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TurnItem:
    """A case on which somebody has to act, and why.

    ``at``, ``sender``, ``words`` and ``kind`` are those of the mail, or of the person, that is the reason;
    ``day`` and ``hour`` what it names. ``due`` is when a first response is due that was not seen,
    ``left_minutes`` are of the desk's open time. ``days`` have passed since the reason, or since the day
    that was promised.
    """

    n: int
    number: str
    scheme: str
    title: str
    matter: Turn
    customer: str | None = None
    severity: str | None = None
    owner: str | None = None
    vendor: str = ""
    at: datetime | None = None
    kind: str | None = None
    sender: str | None = None
    words: str | None = None
    day: date | None = None
    hour: str | None = None
    due: datetime | None = None
    late: bool = False
    left_minutes: int | None = None
    strikes: int = 0
    days: int | None = None
    candidates: tuple[str, ...] = ()
