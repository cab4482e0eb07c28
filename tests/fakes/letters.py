"""Mails as the rules see them, made in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from mailwatch.core.message import Address, Automatic, Message, Segment

BARE = Message(
    sha256="0" * 64,
    size=0,
    message_id=None,
    thread_key="nomid:0",
    in_reply_to=(),
    references=(),
    subject="",
    raw_subject="",
    subject_fields=1,
    sender=None,
    to=(),
    cc=(),
    date=None,
    segments=(),
    attachments=(),
    automatic=Automatic.NO,
    signed=False,
    encrypted=False,
    mailwatch_fields=(),
    original=None,
    digest_id=None,
    authentication_results=(),
    body_hash="",
    own_hash="",
)


def a_mail(
    own: str = "", *, quoted: str = "", to: tuple[str, ...] = (), at: datetime | None = None, **more: object
) -> Message:
    """A mail of own text and a quotation below it; ``to`` are bare addresses."""
    told = (Segment(0, 0, own, quoted=False), Segment(0, len(own), quoted, quoted=True))
    made = replace(
        BARE,
        sha256=sha256(f"{own}{at}".encode()).hexdigest(),
        segments=tuple(segment for segment in told if segment.text),
        to=tuple(Address("", addr) for addr in to),
        date=at,
    )
    return replace(made, **more)
