"""How a case stands, as ``--json`` prints it; see ``json_shapes``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailwatch.cli import json_shapes
from mailwatch.cli.json_shapes import Shape, stamp
from mailwatch.core.statements import entry_of

if TYPE_CHECKING:
    # Types only; ``COMMAND --help`` need not wait for them.
    from mailwatch.core.case_events import CaseEvent
    from mailwatch.core.case_state import CaseState
    from mailwatch.core.deadline import Deadline
    from mailwatch.core.habits import Habits
    from mailwatch.ports import CaseRow, MessageRow


def listed(row: CaseRow, state: CaseState) -> Shape:
    """One row of ``cases``."""
    stand = state.stand
    closing = stand.closes_on
    return {
        **json_shapes.case(row),
        "status": state.status(row.status),
        "holder": state.holder(row.status).value,
        "vendor": state.vendor,
        "since": stamp(stand.cause.at) if stand.cause else None,
        "closing_on": closing.date.isoformat() if closing else None,
        "unread": state.unread,
        "customer": state.whose.customer.name if state.whose.customer else None,
        "plan": state.deadline.plan,
        "severity": _letter(state.deadline.promise.severity),
        "clock": state.deadline.clock.state.value,
        "due": stamp(state.deadline.clock.due),
    }


def shown(
    row: CaseRow, state: CaseState, messages: Sequence[MessageRow], words: Mapping[str, str], done: Habits
) -> Shape:
    """``show``: the case, how it stands and why, and its messages. ``words`` are quotations by ``key``."""
    stand = state.stand
    events = {m.filing.sha256: [e for e in state.events if e.sha256 == m.filing.sha256] for m in messages}
    told: list[Shape] = json_shapes.timeline(row, messages)["messages"]
    for shape, message in zip(told, messages, strict=True):
        shape["events"] = [event(e) for e in events[message.filing.sha256]]
    return {
        **json_shapes.timeline(row, messages),
        **listed(row, state),
        "because": _quoted(stand.cause, words),
        "announced": _quoted(stand.announced, words),
        "promise": _quoted(stand.promise, words),
        "strikes": stand.strikes,
        "hints": [{"customer": hint.customer, "by": hint.by.value} for hint in state.whose.hints],
        "deadline": deadline(state.deadline),
        "habits": {
            "number": done.number,
            "portal": stamp(done.portal),
            "noted": done.noted,
            "path": str(done.path),
            "account": done.account,
        },
        "unreadable": state.unreadable,
        "messages": told,
    }


def deadline(found: Deadline) -> Shape:
    """How the deadline came about. Lengths are in seconds, of the desk's open time or on the wall."""
    clock, promised, row = found.clock, found.promise, found.promise.row
    return {
        "state": clock.state.value,
        "due": stamp(clock.due),
        "left_seconds": _seconds(clock.left),
        "responded_at": stamp(clock.responded_at),
        "plan": found.plan,
        "severity": _letter(promised.severity),
        "only_asked": promised.only_asked,
        "caps": [cap.value for cap in promised.caps],
        "why_none": promised.reason.value if promised.reason else None,
        "target_seconds": _seconds(row.time) if row else None,
        "business_days": row.business_days if row else None,
        "calendar": row.calendar if row else None,
        "source": row.source if row else None,
        "language": found.request.language,
        "uncertain_years": sorted({year for years in found.years.values() for year in years}),
        "passed": [
            {
                "due": stamp(one.due),
                "confirmed": one.confirmed,
                "support_seconds": _seconds(one.support),
                "wall_seconds": _seconds(one.wall),
            }
            for one in clock.passed
        ],
        "steps": [
            {
                "at": stamp(step.event.at),
                "what": step.event.what.value,
                "severity": _letter(step.event.level),
                "source": step.event.source,
                "due": stamp(step.due),
            }
            for step in clock.steps
        ],
    }


def _letter(level: int | None) -> str | None:
    return None if level is None else "ABC"[level]


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def key(happened: CaseEvent) -> str:
    """Names one event within its case."""
    return f"{happened.kind.value} {happened.sha256}"


def event(happened: CaseEvent) -> Shape:
    """What a mail did. ``day`` and ``hour`` are as its writer names them; their zone is not told."""
    day = happened.day
    return {
        "kind": happened.kind.value,
        "at": stamp(happened.at),
        "day": day.date.isoformat() if day else None,
        "hour": day.hour.strftime("%H:%M") if day and day.hour else None,
        "severity": _letter(happened.level),
        "numbers": [number.canonical for number in happened.numbers],
    }


def _quoted(happened: CaseEvent | None, words: Mapping[str, str]) -> dict[str, Any] | None:
    if happened is None:
        return None
    entry = entry_of(happened.sha256)
    return {
        **event(happened),
        "sha256": None if entry else happened.sha256,
        "entry": entry,
        "words": words.get(key(happened)) or None,
    }
