"""What a mail is called in its thread, the same whether it was parsed or only screened."""

from __future__ import annotations

import hashlib

from mailwatch.mime import headers
from mailwatch.mime.fields import Header

_SPACE = b" \t\r\n"


def message_id(header: Header) -> str | None:
    """The Message-ID without angle brackets; the topmost field counts."""
    return headers.message_id(header.first(b"message-id"))


def thread_key(header: Header, raw: bytes) -> str:
    """The Message-ID, or ``nomid:<hex>`` of Date, From and body, so that copies of one mail meet.

    White space is left out: servers fold and wrap. Received fields, which differ, do not enter.
    """
    named = message_id(header)
    if named is not None:
        return named
    digest = hashlib.sha256()
    for value in (header.first(b"date") or b"", header.first(b"from") or b"", raw[header.body :]):
        digest.update(value.translate(None, _SPACE) + b"\n")
    return f"nomid:{digest.hexdigest()[:32]}"


def answers(header: Header, drop: frozenset[str], limit: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(In-Reply-To, References): the msg-ids a mail answers, in the order of the fields."""
    replied = headers.answered(header.all(b"in-reply-to"), drop, limit)
    return replied, headers.answered(header.all(b"references"), drop, limit)
