"""Values as columns: what is read of a mail, what was decided about it, and words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from mailwatch.adapters.sql.batch import Row
from mailwatch.core.canonical import to_milliseconds
from mailwatch.core.entries import Text
from mailwatch.core.filing import Filing
from mailwatch.core.findable import findable
from mailwatch.core.message import Message
from mailwatch.core.texts import as_words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_BLANK: Row = {
    "readable": False,
    "message_id": None,
    "answers": (),
    "from_addr": "",
    "from_name": "",
    "recipients": (),
    "subject": "",
    "automatic": "no",
    "signed": False,
    "encrypted": False,
    "mailwatch_fields": (),
    "subject_fields": 0,
    "body_hash": "",
    "own_hash": "",
}


def words(text: Text) -> str:
    """The text as a string, alike for a text just written and one read back."""
    return as_words(text.value)


def headers(sha256: str, message: Message | None, internaldate: datetime | None) -> dict[str, Any]:
    """What is read of an original; blank where it cannot be read or was erased."""
    fallback = EPOCH if internaldate is None else to_milliseconds(internaldate)
    if message is None:
        return {**_BLANK, "thread_key": f"unread:{sha256}", "date": fallback}
    sender = message.sender
    return {
        "readable": True,
        "message_id": message.message_id,
        "thread_key": message.thread_key,
        "answers": message.answers,
        "date": message.date or fallback,
        "from_addr": sender.addr if sender else "",
        "from_name": sender.name if sender else "",
        "recipients": tuple(dict.fromkeys(a.addr.lower() for a in (*message.to, *message.cc))),
        "subject": message.subject,
        "automatic": message.automatic.value,
        "signed": message.signed,
        "encrypted": message.encrypted,
        "mailwatch_fields": message.mailwatch_fields,
        "subject_fields": message.subject_fields,
        "body_hash": message.body_hash,
        "own_hash": message.own_hash,
    }


def searched(message: Message) -> str:
    """The tokens by which a mail is found; they were cut where it was read, in a worker."""
    return findable(message) if message.tokens is None else message.tokens


def filing_columns(filing: Filing) -> dict[str, Any]:
    """A filing as columns."""
    return {
        "sha256": filing.sha256,
        "verdict": filing.verdict.value,
        "scheme": filing.number.scheme if filing.number else None,
        "number": filing.number.canonical if filing.number else None,
        "standing": filing.standing.value,
        "rule": filing.rule.value if filing.rule else None,
        "confidence": filing.confidence.value if filing.confidence else None,
        "place": filing.where.value if filing.where else None,
        "part": filing.part,
        "start": filing.start,
        "end": filing.end,
        "via": filing.via,
        "through_ghost": filing.through_ghost,
        "rules": filing.rules,
        "related": json.dumps([[n.scheme, n.canonical] for n in filing.related]),
        "named_scheme": filing.named.scheme if filing.named else None,
        "named_number": filing.named.canonical if filing.named else None,
    }


RENAME_COLUMNS = (
    "plan",
    "original",
    "copy",
    "mailbox",
    "mode",
    "state",
    "why",
    "uidvalidity",
    "uid",
    "copy_uidvalidity",
    "copy_uid",
    "originals_uidvalidity",
    "originals_uid",
)
"""The fields of a ``rename`` entry that are stored as they are."""
