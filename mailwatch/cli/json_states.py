"""How a case stands, as ``--json`` prints it; see ``json_shapes``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mailwatch.cli import json_shapes
from mailwatch.cli.json_shapes import Shape, stamp

if TYPE_CHECKING:
    # Types only; ``COMMAND --help`` need not wait for them.
    from mailwatch.core.case_events import CaseEvent
    from mailwatch.core.case_state import CaseState
    from mailwatch.ports import CaseRow, MessageRow


def listed(row: CaseRow, state: CaseState) -> Shape:
    """One row of ``cases``."""
    stand = state.stand
    closing = stand.closes_on
    return {
        **json_shapes.case(row),
        "status": state.status(row.status),
        "holder": state.holder(row.status).value,
        "vendor": stand.vendor,
        "since": stamp(stand.cause.at) if stand.cause else None,
        "closing_on": closing.date.isoformat() if closing else None,
        "unread": state.unread,
    }


def shown(row: CaseRow, state: CaseState, messages: Sequence[MessageRow], words: Mapping[str, str]) -> Shape:
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
        "unreadable": state.unreadable,
        "messages": told,
    }


def key(happened: CaseEvent) -> str:
    """Names one event within its case."""
    return f"{happened.kind.value} {happened.sha256}"


def event(happened: CaseEvent) -> Shape:
    """What a mail did. ``day`` and ``hour`` are as its writer names them; their zone is not told."""
    day, level = happened.day, happened.level
    return {
        "kind": happened.kind.value,
        "at": stamp(happened.at),
        "day": day.date.isoformat() if day else None,
        "hour": day.hour.strftime("%H:%M") if day and day.hour else None,
        "severity": None if level is None else "ABC"[level],
        "numbers": [number.canonical for number in happened.numbers],
    }


def _quoted(happened: CaseEvent | None, words: Mapping[str, str]) -> dict[str, Any] | None:
    if happened is None:
        return None
    return {**event(happened), "sha256": happened.sha256, "words": words.get(key(happened)) or None}
