"""A deadline in words: how it stands, what it was counted from, and each step on the way to it.

What is told is what was seen. Nobody is said to have missed a target but by a person who confirmed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from mailwatch.core.clock_facts import Clock, Passed, State, Step, What
from mailwatch.core.deadline import Deadline
from mailwatch.core.plan_words import CAPS, REASONS, severity_words
from mailwatch.core.support_plan import Row
from mailwatch.errors import Words, counted

Moment = Callable[[datetime], str]
"""A time as the reader reads it."""

STEPS: Mapping[What, Words] = MappingProxyType(
    {
        What.OPENED: Words("opened"),
        What.SEVERITY: Words("severity {letter}"),
        What.ASKED: Words("question to us: the clock pauses"),
        What.ANSWERED: Words("our reply: the clock runs"),
        What.RESPONDED: Words("response"),
        What.CLOSED: Words("closed: the clock pauses"),
        What.REOPENED: Words("reopened: the rest runs on"),
        What.CONFIRMED: Words("a person confirmed that no response came"),
    }
)


def how_it_stands(found: Deadline, moment: Moment) -> Words:
    """One line: the first response, or why there is no target."""
    clock = found.clock
    if clock.state is State.LATE:
        return _late(clock, clock.passed[0], moment)
    if clock.state in {State.RUNNING, State.PAUSED}:
        return _open(clock, moment)
    if clock.state is State.MET and clock.responded_at is not None:
        return Words("first response in time: {time}", {"time": moment(clock.responded_at)})
    if clock.state is State.WITHDRAWN:
        return Words("no deadline: closed before a response was due")
    return REASONS[found.promise.reason] if found.promise.reason else _NO_START


_NO_START = Words("no deadline: it is not known since when the case is open")


def _open(clock: Clock, moment: Moment) -> Words:
    values: dict[str, object] = {"left": time_words(clock.left or timedelta())}
    if clock.state is State.PAUSED:
        return Words("first response: paused, {left} left once we have replied", values)
    if clock.due is None:
        return Words("first response: {left} left", values)
    return Words("first response due {due} ({left} left)", {**values, "due": moment(clock.due)})


def _late(clock: Clock, first: Passed, moment: Moment) -> Words:
    values: dict[str, object] = {
        "due": moment(first.due),
        "support": time_words(first.support),
        "wall": time_words(first.wall),
    }
    if clock.responded_at is not None:
        values["time"] = moment(clock.responded_at)
        if first.confirmed:
            return Words("target missed: due {due}, response {time}, {support} of support time late", values)
        return Words("first response seen by mail at {time}; due was {due}", values)
    if first.confirmed:
        return Words("target missed, as a person confirmed: due {due}, {support} of support time ago", values)
    return Words("no response seen by mail by {due} ({support} of support time ago, {wall} in all)", values)


def counted_from(found: Deadline) -> Iterator[Words]:
    """Plan, severity and target, with what keeps them from being certain."""
    promised, row = found.promise, found.promise.row
    if found.plan is None:
        return
    if promised.severity is None:
        yield Words("plan {plan}", {"plan": found.plan})
    else:
        values = {"plan": found.plan, "severity": severity_words(found.plan, promised.severity)}
        if promised.only_asked:
            yield Words("plan {plan}, {severity} as asked for, not granted yet", values)
        else:
            yield Words("plan {plan}, {severity}", values)
    if row is not None and promised.reason is None:
        yield Words("target: {target} ({calendar}); source: {source}", _target(row))
    yield from (CAPS[cap] for cap in promised.caps)
    for name, years in found.years.items():
        values = {"years": ", ".join(map(str, years)), "calendar": name}
        yield Words("the holidays of {years} are not certain in the calendar {calendar}", values)


def _target(row: Row) -> dict[str, object]:
    within: object = (
        counted("{n} business day", "{n} business days", row.business_days or 0)
        if row.time is None
        else time_words(row.time)
    )
    return {"target": within, "calendar": row.calendar, "source": row.source or "-"}


def steps(found: Deadline, moment: Moment) -> Iterator[Words]:
    """What happened, one line each, and by when the response was due from then on."""
    return (_step(step, moment) for step in found.clock.steps)


def _step(step: Step, moment: Moment) -> Words:
    letter = "-" if step.event.level is None else "ABC"[step.event.level]
    what = Words(STEPS[step.event.what].template, {"letter": letter})
    values = {"time": moment(step.event.at), "what": what}
    if step.due is None:
        return Words("{time} {what}", values)
    return Words("{time} {what} → due {due}", {**values, "due": moment(step.due)})


_IN_HOURS = 48
"""Hours. A longer time is told in days."""


def time_words(length: timedelta) -> Words:
    """An amount of time in minutes, hours and minutes, or days and hours."""
    minutes = max(0, int(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return Words("{n} min", {"n": minutes})
    if hours < _IN_HOURS:
        return Words("{n} h {rest} min", {"n": hours, "rest": rest}) if rest else Words("{n} h", {"n": hours})
    return Words("{days} d {n} h", {"days": hours // 24, "n": hours % 24})
