"""A mail as the rules see it: decoded, frozen, without I/O.

``mailwatch.mime.parse`` makes these values; everything in ``core`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address field (RFC 5322 section 3.4).

    ``name`` is the decoded display name, ``addr`` the addr-spec with its domain
    in lower case. Both come from the sender and prove nothing.
    """

    name: str
    addr: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one decoded text part, either the writer's own or quoted.

    ``part`` counts the text parts of the mail from 0 in reading order; ``start``
    is the offset of ``text`` in that decoded part, in code points, before any
    normalisation. For HTML the decoded part is the text that is rendered from it.
    """

    part: int
    start: int
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not read for numbers. ``size`` is in decoded bytes."""

    name: str
    content_type: str
    size: int


class Automatic(StrEnum):
    """Why a mail counts as written by a machine (RFC 3834, RFC 3464)."""

    NO = "no"
    REPLY = "reply"  # out-of-office and other automatic replies
    GENERATED = "generated"  # notices, lists, digests
    REPORT = "report"  # delivery and disposition reports


@dataclass(frozen=True, slots=True)
class OriginalClaim:
    """A ``Mailwatch-Original`` field as it stands in a mail: a claim, until restored bytes prove it."""

    sha256: str
    plan: str


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, read.

    ``message_id``, ``in_reply_to`` and ``references`` hold msg-ids without angle
    brackets; ``references`` is in the order of the field, oldest first.
    ``date`` is the Date field in UTC, or None where it cannot be read.
    ``thread_key`` is the Message-ID, or where there is none a synthetic
    ``nomid:<hex>`` made from date, sender and body, so that two copies of one
    mail without a Message-ID meet.
    ``body_hash`` is SHA-256 over the whole text, ``own_hash`` over the own text,
    white space folded; they tell the same message from a reused Message-ID.
    ``authentication_results`` are the raw Authentication-Results field bodies,
    topmost first, unfolded. ``received`` counts the Received fields above the
    first Authentication-Results field.
    ``subject_fields`` is the number of Subject fields (RFC 5322 allows one).
    ``from_count`` is the number of addresses in all From fields together; a mail
    with more than one has no sender that a server could vouch for.
    ``tokens`` are those of ``core.findable``, cut where the mail was read; None: not cut yet.
    """

    sha256: str
    size: int
    message_id: str | None
    thread_key: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    raw_subject: str
    subject_fields: int
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    segments: tuple[Segment, ...]
    attachments: tuple[Attachment, ...]
    automatic: Automatic
    signed: bool
    encrypted: bool
    mailwatch_fields: tuple[str, ...]
    original: OriginalClaim | None
    digest_id: str | None
    authentication_results: tuple[str, ...]
    body_hash: str
    own_hash: str
    defects: tuple[str, ...] = ()
    from_count: int = 1
    tokens: str | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The msg-ids this mail answers, nearest last: References, then In-Reply-To where it adds one."""
        return self.references + tuple(i for i in self.in_reply_to if i not in self.references)

    @property
    def text(self) -> str:
        """All text in reading order, quoted text included."""
        return "\n".join(s.text for s in self.segments)
