"""Rows back into the values of ``core`` and ``ports``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node
from mailwatch.core.entrycodec import from_object
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.place import Place
from mailwatch.core.recognition import Mention, Where
from mailwatch.core.standing import Standing
from mailwatch.ports import Sighting

Row = Mapping[str, Any] | RowMapping


def filing(row: Row) -> Filing:
    """The newest filing of an original."""
    return Filing(
        sha256=row["sha256"],
        verdict=Verdict(row["verdict"]),
        number=None if row["number"] is None else CaseNumber(row["scheme"], row["number"]),
        standing=Standing(row["standing"]),
        related=tuple(CaseNumber(scheme, number) for scheme, number in json.loads(row["related"])),
        rule=None if row["rule"] is None else Rule(row["rule"]),
        confidence=None if row["confidence"] is None else Confidence(row["confidence"]),
        where=None if row["place"] is None else Where(row["place"]),
        part=row["part"],
        start=row["start"],
        end=row["end"],
        via=row["via"],
        through_ghost=row["through_ghost"],
        rules=row["rules"],
        named=None if row["named_number"] is None else CaseNumber(row["named_scheme"], row["named_number"]),
    )


def kept_node(row: Row) -> Node:
    """A node of an original, joined with its filing, which may not be there yet."""
    filed = row["verdict"] is not None
    standing = Standing(row["standing"]) if filed else Standing.STRANGER
    return Node(
        sha256=row["sha256"],
        thread_key=row["thread_key"],
        message_id=row["message_id"],
        answers=row["answers"],
        date=row["date"],
        from_addr=row["from_addr"],
        recipients=frozenset(row["recipients"]),
        body_hash=row["body_hash"],
        own_hash=row["own_hash"],
        # ``participant`` is what a decision made of a stranger; the next decision starts from the mail again.
        standing=Standing.STRANGER if standing is Standing.PARTICIPANT else standing,
        anchor=row["anchor"] if filed else "none",
        desk=bool(row["desk"]),
        mentions=mentions(row["mentions"]) if filed else (),
        ours=row["verdict"] == Verdict.OURS.value,
        pinned=None if row["pin"] is None else from_object(Filing, json.loads(row["pin"])),
    )


def mentions(text: str) -> tuple[Mention, ...]:
    """The mentions of a filing, in reading order."""
    if text == "[]":
        return ()
    return tuple(from_object(Mention, item) for item in json.loads(text))


def sighted_node(row: Row) -> Node:
    """A node of a mail that is not kept."""
    return Node(
        sha256=row["sha256"],
        thread_key=sighting_key(row["message_id"], row["sha256"]),
        message_id=row["message_id"],
        answers=row["answers"],
        date=row["date"],
        from_addr="",
        body_hash=row["body_hash"],
        own_hash=row["own_hash"],
        mentions=mentions(f"[{row['mention'] or ''}]"),
        ours=row["verdict"] == Verdict.OURS.value,
        kept=False,
    )


def sighting_key(message_id: str | None, sha256: str) -> str:
    """The thread key of a sighting; one without a Message-ID can be answered by nobody."""
    return message_id or f"nomid:{sha256}"


def sighting(row: Row) -> Sighting:
    """A sighting."""
    return Sighting(
        place=Place(row["mailbox"], row["folder"], row["uidvalidity"], row["uid"]),
        sha256=row["sha256"],
        message_id=row["message_id"],
        answers=row["answers"],
        size=row["size"],
        date=row["date"],
        seen_at=row["seen_at"],
        body_hash=row["body_hash"],
        own_hash=row["own_hash"],
    )
