"""What one mail tells of its case, in a form that can be kept: kinds, places and days, and no words of it.

Reading a mail for it takes about a millisecond, so it is done once, after the mail was filed, and kept
under a fingerprint of all that decides it. The words themselves are cut from the archive when they are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from mailwatch.core.case_events import CaseEvent, Day, Kind, Words
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.whose_case import By, Hint

VERSION = 2
"""Rises whenever the rules of ``lifecycle`` or the form below change: then all mail is read again."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What one mail tells.

    ``language`` is as in ``en``, ``hints`` say whose case it may be, ``unreadable`` why it cannot be read.
    """

    events: tuple[CaseEvent, ...] = ()
    language: str | None = None
    hints: tuple[Hint, ...] = ()
    unreadable: str | None = None


def fingerprint(cues: Iterable[object], *more: str) -> str:
    """16 hex digits that differ as soon as anything differs by which mails are read.

    ``more`` is what else decides, each in a fixed spelling: senders, own addresses, customers, the time zone.
    """
    said = "\n".join((str(VERSION), *map(repr, cues), *more))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


# ── kept ──────────────────────────────────────────────────────────────────────


def to_json(told: Told) -> str:
    """As it is kept. When each event happened is not: that follows from where the mail lies."""
    members = {
        "events": [_event(event) for event in told.events],
        "language": told.language,
        "hints": [[hint.customer, hint.by.value] for hint in told.hints] or None,
        "unreadable": told.unreadable,
    }
    return json.dumps(_without_none(members), sort_keys=True)


def _event(event: CaseEvent) -> dict[str, Any]:
    words, day = event.words, event.day
    return _without_none(
        {
            "kind": event.kind.value,
            "side": event.side.value,
            "words": [words.part, words.start, words.end] if words else None,
            "day": day.date.isoformat() if day else None,
            "hour": day.hour.isoformat() if day and day.hour else None,
            "level": event.level,
            "numbers": [[number.scheme, number.canonical] for number in event.numbers] or None,
            "vendor": event.vendor,
        }
    )


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value is not None}


# ── read back ─────────────────────────────────────────────────────────────────


def from_json(text: str, sha256: str) -> Told:
    """What ``to_json`` wrote of the mail ``sha256``; ``timed`` gives its events their time."""
    members = json.loads(text)
    return Told(
        tuple(_read(event, sha256) for event in members["events"]),
        members.get("language"),
        tuple(Hint(customer, By(by)) for customer, by in members.get("hints", ())),
        members.get("unreadable"),
    )


def _read(members: Mapping[str, Any], sha256: str) -> CaseEvent:
    words, day, hour = (members.get(key) for key in ("words", "day", "hour"))
    return CaseEvent(
        _NEVER,
        Kind(members["kind"]),
        sha256,
        Side(members["side"]),
        Words(*words) if words else None,
        Day(date.fromisoformat(day), time.fromisoformat(hour) if hour else None) if day else None,
        members.get("level"),
        tuple(CaseNumber(scheme, number) for scheme, number in members.get("numbers", ())),
        members.get("vendor"),
    )


def timed(told: Told, sent_at: datetime, received_at: datetime | None) -> Told:
    """``told`` with the times of its events: of ours the time sent, of theirs the receipt, if it is known."""
    receipt = received_at or sent_at
    return replace(
        told,
        events=tuple(
            replace(event, at=sent_at if event.side is Side.US else receipt) for event in told.events
        ),
    )
