"""By when a first response is due, and all that it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailwatch.core.business_time import Calendar, Span, unknown_years
from mailwatch.core.case_clock import clock_events
from mailwatch.core.case_events import CaseEvent, in_time
from mailwatch.core.case_events import Kind as Happened
from mailwatch.core.clock_facts import Clock, State
from mailwatch.core.customer import Customer
from mailwatch.core.plan_clock import clock
from mailwatch.core.spoken import Key
from mailwatch.core.statement_events import confirmations
from mailwatch.core.statements import Statement, settings
from mailwatch.core.support_plan import Kind, Plan, Promise, Reason, Request, Severity, promise


def _no_promise() -> Promise:
    return Promise(None, reason=Reason.PLAN_UNKNOWN)


def _no_clock() -> Clock:
    return Clock(State.NONE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with the vendor, and who with: of the whole configuration.

    ``calendars`` are those that the plans in use need, by name.
    """

    customers: tuple[Customer, ...] = ()
    plans: Mapping[str, Plan] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The clock of one case, and why it stands so.

    ``plan`` is the name of the plan, which may be one that nobody knows, ``vendor`` who answers under it.
    ``promise`` is what it promises for the severity of now, ``promise.reason`` why it has no target.
    ``years`` are those whose holidays are not certain, by the name of the calendar.
    """

    plan: str | None = None
    vendor: str | None = None
    request: Request = field(default_factory=Request)
    promise: Promise = field(default_factory=_no_promise)
    clock: Clock = field(default_factory=_no_clock)
    years: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a case beside its events.

    ``customer`` is whose case it is, where that is certain: his plan and contracts count.
    ``language`` is that of the case, as its mails tell it.
    """

    customer: Customer | None = None
    language: str | None = None


def deadline(
    events: Iterable[CaseEvent],
    statements: Sequence[Statement],
    known: Known,
    terms: Terms,
    now: datetime,
) -> Deadline:
    """The deadline of a case at ``now``, UTC.

    Args:
        events: of its mails and of what people said.
        statements: what people said; their word on plan, kind and language goes first.
        known: what else is known of the case.
        terms: plans and calendars.
        now: the instant that is asked about.
    """
    said, customer = settings(statements, now), known.customer
    ordered = sorted(events, key=in_time)
    name = _word(said, Key.PLAN) or (customer.plan if customer else None)
    plan = terms.plans.get(name) if name else None
    request = Request(
        kind=Kind(_word(said, Key.KIND) or Kind.TECHNICAL),
        asked=_severity(ordered, {Happened.SEVERITY_ASKED}, now),
        granted=_severity(ordered, {Happened.SEVERITY_GRANTED, Happened.SEVERITY_LOWERED}, now),
        language=_word(said, Key.LANGUAGE) or known.language,
        contracts=customer.contracts if customer else frozenset(),
    )
    promised = promise(plan, request)
    if plan is None:
        return Deadline(name, None, request, promised)
    moves = (*clock_events(ordered), *confirmations(statements))
    wound = clock(plan, request, moves, terms.calendars, now)
    years = _uncertain(promised, wound, terms.calendars)
    return Deadline(name, plan.vendor, request, promised, wound, years)


def _word(said: Mapping[Key, Statement], key: Key) -> str | None:
    found = said[key].value if key in said else None
    return found if isinstance(found, str) else None


def _severity(ordered: Iterable[CaseEvent], kinds: set[Happened], now: datetime) -> Severity | None:
    levels = [e.level for e in ordered if e.kind in kinds and e.level is not None and e.at <= now]
    return Severity(levels[-1]) if levels else None


def _uncertain(
    promised: Promise, wound: Clock, calendars: Mapping[str, Calendar]
) -> Mapping[str, tuple[int, ...]]:
    """The years between the first step and the deadline whose holidays nobody has announced."""
    if promised.row is None or not wound.steps or wound.due is None:
        return {}
    calendar = calendars[promised.row.calendar]
    years = unknown_years(calendar, Span(wound.steps[0].event.at, wound.due))
    return {calendar.name: years} if years else {}
