"""What a digest is made from: the store's facts, without the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Confidence, Rule
from mailwatch.core.standing import Standing


class Side(StrEnum):
    """Who wrote a mail, as seen from us."""

    US = "us"
    THEM = "them"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the store knows it. ``status`` is open | dormant | unverified. Times in UTC."""

    number: CaseNumber
    title: str
    status: str
    messages: int
    opened_at: datetime
    last_at: datetime
    last_from_us_at: datetime | None
    last_from_them_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailFacts:
    """One message. ``fresh`` where no digest to this reader has known it yet; ``at`` is its date in UTC."""

    sha256: str
    number: CaseNumber | None
    at: datetime
    side: Side
    sender: str
    subject: str
    standing: Standing
    fresh: bool
    automatic: bool = False
    rule: Rule | None = None
    confidence: Confidence | None = None
    mailbox: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """A mail that cannot be read. ``why`` as in ``UnreadableMessage.WHY``, ``at`` when it was held."""

    sha256: str
    why: str
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A rename that a person must look at. ``at`` is when it came to that."""

    sha256: str
    number: CaseNumber | None
    mailbox: str
    folder: str
    at: datetime
    why: str | None


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """How far one folder is watched. ``last_good`` is the end of its last good poll.

    ``older`` counts the older mails that are still to be read, ``older_seconds`` is the time
    that they take; None as long as it was not counted or measured.
    """

    mailbox: str
    folder: str
    last_good: datetime | None
    backfilled: bool
    older: int | None = None
    older_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class GapFacts:
    """A stretch of time without watching, or a loss of place. ``what`` as in the ``watch`` entry."""

    what: str
    mailbox: str
    folder: str | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class EarlierDigest:
    """A digest that may not have arrived, or was sent twice for that reason. ``state`` is maybe | resent."""

    date: date
    state: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Originals in the archive, and the newest entry of the ledger, as the digest was made."""

    originals: int
    position: int


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """All of it, as of one moment.

    ``messages`` are the filed mails that may be new to the reader, ``loose`` the
    mails from support desks without a number; their ``fresh`` tells which ones are.
    ``since`` is when the reader's last digest was made, None before the first. ``missed`` are the
    days since then for which a digest is wanted and certainly none went out. ``unread`` are the
    watched mailboxes of which no folder was ever read.
    """

    cases: tuple[CaseFacts, ...]
    messages: tuple[MailFacts, ...]
    loose: tuple[MailFacts, ...]
    held: tuple[HeldFacts, ...]
    reviews: tuple[ReviewFacts, ...]
    folders: tuple[FolderFacts, ...]
    gaps: tuple[GapFacts, ...]
    tally: Tally
    since: datetime | None = None
    earlier: tuple[EarlierDigest, ...] = ()
    missed: tuple[date, ...] = ()
    unread: tuple[str, ...] = ()
