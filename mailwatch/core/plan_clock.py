"""The response clock of a case under its support plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from mailwatch.core.business_time import Calendar
from mailwatch.core.clock_facts import Clock, Event, Target, What
from mailwatch.core.response_clock import wind
from mailwatch.core.support_plan import Plan, Promise, Request, Severity, promise


def clock(
    plan: Plan, request: Request, events: Iterable[Event], calendars: Mapping[str, Calendar], now: datetime
) -> Clock:
    """The clock at ``now``.

    Args:
        plan: what counts.
        request: what is known of the case; its severities have no part in it, those of ``events`` count.
        events: what happened, with severities as asked for or granted, as numbers.
        calendars: by name, those that ``calendars_of(plan)`` names at least.
        now: the instant that is asked about, UTC.
    """
    judged = (_judged(plan, request, event) for event in events)
    return wind(judged, targets(plan, request, calendars), now, plan.reading.severity_change)


def targets(plan: Plan, request: Request, calendars: Mapping[str, Calendar]) -> dict[int, Target]:
    """The target of each level that has one, after caps: what ``Promise.level`` says."""
    found = {}
    for severity in Severity:
        one = _promise(plan, request, severity)
        if one.row is not None and one.reason is None and one.level is not None:
            calendar = calendars[one.row.calendar]
            days = plan.reading.business_days
            found[one.level] = Target(calendar, one.row.time, one.row.business_days, days)
    return found


def _judged(plan: Plan, request: Request, event: Event) -> Event:
    """An event with the level that counts: a severity that the plan does not have moves no clock."""
    if event.what not in {What.OPENED, What.SEVERITY}:
        return event
    severity = None if event.level is None else Severity(event.level)
    return replace(event, level=_promise(plan, request, severity).level)


def _promise(plan: Plan, request: Request, severity: Severity | None) -> Promise:
    return promise(plan, replace(request, asked=None, granted=severity))
