"""What a support plan promises for a case: a target for the first response, or why there is none.

A plan is rows of data, see ``plans``. A row says for which kind of request, severity, language and contract
it holds, and how much time of which calendar the vendor takes for a first response. Judging is one pure
function, ``promise``: the first row that holds for the request counts, and users' rows stand first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from mailwatch.core.clock_reading import AS_PUBLISHED, Reading


class Severity(IntEnum):
    """How grave a case is. As a number it is the level of a response clock: 0 is the most severe."""

    A = 0
    B = 1
    C = 2


class Kind(StrEnum):
    """What a request is about."""

    TECHNICAL = "technical"
    BILLING = "billing"
    NOT_BREAK_FIX = "not-break-fix"  # advice, how-to: nothing that worked has stopped working


class Mark(StrEnum):
    """How well a row is known. Only ``CONFIRMED`` rows count unless the user says otherwise."""

    CONFIRMED = "confirmed"  # the words were read at the source
    INFERRED = "inferred"  # follows from what was read
    UNCONFIRMED = "unconfirmed"  # told by others, or not found


class Reason(StrEnum):
    """Why there is no target."""

    PLAN_UNKNOWN = "plan-unknown"
    SEVERITY_UNKNOWN = "severity-unknown"
    LANGUAGE_UNKNOWN = "language-unknown"
    OTHER_LANGUAGE = "other-language"
    NO_CONTRACT = "no-contract"
    NOT_OFFERED = "not-offered"
    NOT_PUBLISHED = "not-published"
    UNCONFIRMED = "unconfirmed"


class Cap(StrEnum):
    """Why a severity counts for less than was asked for."""

    BILLING = "billing"  # the plan has no such severity for billing
    NO_CONTRACT = "no-contract"  # the severity needs a contract that is not known of


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a plan.

    ``severity`` None holds for all. ``languages`` are those of the case (``en``); empty: any.
    ``contract`` names what the customer must have signed. Without ``time`` (open time of ``calendar``) and
    ``business_days`` the vendor publishes no target; ``offered`` False: there is no such support.
    ``source`` is where it was read, on the day ``read``.
    """

    kind: Kind
    severity: Severity | None
    calendar: str
    time: timedelta | None = None
    business_days: int | None = None
    languages: frozenset[str] = frozenset()
    contract: str = ""
    offered: bool = True
    source: str = ""
    read: date | None = None
    mark: Mark = Mark.CONFIRMED

    @property
    def has_target(self) -> bool:
        """Whether it names a time."""
        return self.time is not None or self.business_days is not None

    def fits(self, kind: Kind, severity: Severity | None) -> bool:
        """Whether it is about such a request at all."""
        return self.kind is kind and (self.severity is None or self.severity is severity)


@dataclass(frozen=True, slots=True)
class Plan:
    """A support plan.

    ``caps`` are the highest severities of a kind. ``unconfirmed``: rows that are not confirmed count, too.
    ``phone`` tells whether one can call; ``lowers`` whether the vendor lowers a severity when
    the customer is silent; None: not known. ``reading`` is how the clock reads days and changes of severity.
    """

    name: str
    vendor: str
    rows: tuple[Row, ...]
    caps: tuple[tuple[Kind, Severity], ...] = ()
    unconfirmed: bool = False
    phone: bool | None = None
    lowers: bool | None = None
    reading: Reading = AS_PUBLISHED

    def counts(self, row: Row) -> bool:
        """Whether a row is on."""
        return self.unconfirmed or row.mark is Mark.CONFIRMED


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a case, as far as a plan asks; ``language`` as in ``en``, None: not known."""

    kind: Kind = Kind.TECHNICAL
    asked: Severity | None = None
    granted: Severity | None = None
    language: str | None = None
    contracts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Promise:
    """What the plan promises for a request.

    ``severity`` is the one that counts, after ``caps``; ``only_asked``: the vendor has not granted one yet.
    ``row`` is the line of the plan that says so. ``reason`` is None where there is a target.
    """

    severity: Severity | None
    only_asked: bool = False
    caps: tuple[Cap, ...] = ()
    row: Row | None = None
    reason: Reason | None = None

    @property
    def level(self) -> int | None:
        """The level of a clock: one for all where the row holds for all severities."""
        if self.row is not None and self.row.severity is None:
            return int(Severity.A)
        return self.severity


def promise(plan: Plan | None, request: Request) -> Promise:
    """What ``plan`` promises; None is a plan that nobody knows."""
    severity = request.granted if request.granted is not None else request.asked
    only_asked = request.granted is None and request.asked is not None
    if plan is None:
        return Promise(severity, only_asked, reason=Reason.PLAN_UNKNOWN)
    highest = dict(plan.caps).get(request.kind, Severity.A)
    caps: tuple[Cap, ...] = ()
    if severity is not None and severity < highest:
        severity, caps = highest, (Cap.BILLING,)
    rows = _rows(plan, request.kind, severity)
    if severity is not None and rows and not _signed(rows, request):
        lower = _next_signed(plan, request, severity)
        if lower is not None:
            severity, caps = lower, (*caps, Cap.NO_CONTRACT)
            rows = _rows(plan, request.kind, severity)
    row, reason = _judge(plan, rows, request, severity)
    return Promise(severity, only_asked, caps, row, reason)


def calendars_of(plan: Plan) -> frozenset[str]:
    """The names of the calendars that the plan's rows need."""
    return frozenset(row.calendar for row in plan.rows)


def extended(base: Plan, name: str, rows: Iterable[Row]) -> Plan:
    """``base`` under another name or its own, with a user's rows in front: the first that holds counts."""
    return Plan(
        name,
        base.vendor,
        (*rows, *base.rows),
        base.caps,
        base.unconfirmed,
        base.phone,
        base.lowers,
        base.reading,
    )


def _rows(plan: Plan, kind: Kind, severity: Severity | None) -> tuple[Row, ...]:
    return tuple(row for row in plan.rows if row.fits(kind, severity))


def _signed(rows: Iterable[Row], request: Request) -> tuple[Row, ...]:
    """The rows whose contract the customer has; most need none."""
    return tuple(row for row in rows if not row.contract or row.contract in request.contracts)


def _next_signed(plan: Plan, request: Request, severity: Severity) -> Severity | None:
    """The next lower severity that the customer may have without a contract more."""
    below = (other for other in Severity if other > severity)
    return next((s for s in below if _signed(_rows(plan, request.kind, s), request)), None)


def _judge(
    plan: Plan, rows: tuple[Row, ...], request: Request, severity: Severity | None
) -> tuple[Row | None, Reason | None]:
    """The row that counts, and why it has no target."""
    if not rows:
        return None, Reason.SEVERITY_UNKNOWN if severity is None else Reason.NOT_PUBLISHED
    signed = _signed(rows, request)
    if not signed:
        return rows[0], Reason.NO_CONTRACT
    for row in signed:
        if not row.languages or request.language in row.languages:
            return row, _shortcoming(plan, row)
    return signed[0], Reason.LANGUAGE_UNKNOWN if request.language is None else Reason.OTHER_LANGUAGE


def _shortcoming(plan: Plan, row: Row) -> Reason | None:
    """Why a row that holds for the request has no target all the same."""
    if not row.offered:
        return Reason.NOT_OFFERED
    if not plan.counts(row):
        return Reason.UNCONFIRMED
    return None if row.has_target else Reason.NOT_PUBLISHED
