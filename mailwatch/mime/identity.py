"""What a mail is called in its thread and what it answers, the same whether parsed or only screened."""

from __future__ import annotations

import hashlib
import re

from mailwatch.mime import headers
from mailwatch.mime.charsets import decode
from mailwatch.mime.fields import Header

MOST_REFERENCES = 500

_SPACE = b" \t\r\n"
# Bounded on both sides of the sign: linear on any text.
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,256}@[^\s<>()\[\],;:\"@]{1,256}")


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


def answers(header: Header, limit: int = MOST_REFERENCES) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(In-Reply-To, References): the msg-ids a mail answers, each once, in the order of the fields.

    The mail's own id is no answer, nor is the address of somebody it is from or to:
    old mailers write those into In-Reply-To.
    """
    replied, references = header.all(b"in-reply-to"), header.all(b"references")
    if not replied and not references:
        return (), ()
    own = message_id(header)
    drop = {a for name in (b"from", b"to", b"cc") for a in addresses(header, name)} | (
        {own} if own else set()
    )
    return headers.answered(replied, drop, limit), headers.answered(references, drop, limit)


def addresses(header: Header, name: bytes) -> list[str]:
    """All address-like words of the fields of one name, domains in lower case."""
    found: list[str] = []
    for value in header.all(name):
        raw = decode(headers.unfold(value)).text
        texts = (raw, headers.decode_text(value)) if "=?" in raw else (raw,)
        found += [lower_domain(a) for text in texts for a in ADDRESS.findall(text)]
    return found


def lower_domain(address: str) -> str:
    """An addr-spec with its domain in lower case; the local part is the domain's affair (RFC 5321 2.4)."""
    local, sign, domain = address.rpartition("@")
    return f"{local}{sign}{domain.lower()}" if sign else domain
