"""What moves a response clock, and what it shows; ``response_clock`` winds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailwatch.core.business_time import Calendar, Span, nth_closing, open_of_days, open_within
from mailwatch.core.clock_reading import BusinessDays


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan promises for one severity: an amount of open time, or a number of business days."""

    calendar: Calendar
    time: timedelta | None = None
    business_days: int | None = None
    reading: BusinessDays = BusinessDays.CLOSING

    def __post_init__(self) -> None:
        if (self.time is None) == (self.business_days is None):
            raise ValueError("a target is open time or business days, and one of them")

    def budget(self, since: datetime) -> timedelta | None:
        """The open time that the vendor has from ``since`` on; None where the calendar has not that much."""
        if self.time is not None:
            return self.time
        if self.reading is BusinessDays.HOURS:
            return open_of_days(self.calendar, since, self.business_days or 0)
        closing = nth_closing(self.calendar, since, self.business_days or 0)
        return None if closing is None else open_within(self.calendar, Span(since, closing))


class What(StrEnum):
    """What moves the clock."""

    OPENED = "opened"
    SEVERITY = "severity"
    ASKED = "asked"  # a question to us
    ANSWERED = "answered"  # our answer
    RESPONDED = "responded"  # a person at the vendor
    CLOSED = "closed"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"  # a person of ours says that no answer came by any other way


@dataclass(frozen=True, slots=True)
class Event:
    """One of them. ``level`` goes with OPENED and SEVERITY: 0 is the most severe, None is not known.

    ``source`` names the mail or entry that says so, for people to look at.
    """

    at: datetime
    what: What
    level: int | None = None
    source: str | None = None


class State(StrEnum):
    """How it stands with the first response."""

    MET = "met"
    LATE = "late"
    RUNNING = "running"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Passed:
    """A due time that passed without a response seen. ``confirmed``: a person says that none came.

    ``support`` and ``wall`` tell by how much, in the desk's open time and on the wall, up to the
    response or, where there is none yet, up to now.
    """

    due: datetime
    confirmed: bool = False
    support: timedelta = timedelta()
    wall: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of how a deadline came about: what happened, and by when the answer was due from then on."""

    event: Event
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the clock stands at ``now``.

    ``due`` is the deadline while it runs, or the one that counted; None while it
    is paused. ``left`` is the open time left, while it runs or is paused.
    """

    state: State
    due: datetime | None = None
    left: timedelta | None = None
    responded_at: datetime | None = None
    passed: tuple[Passed, ...] = ()
    steps: tuple[Step, ...] = ()
