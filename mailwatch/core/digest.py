"""What a digest says, before words. Templates turn it into Korean and English.

``DigestContent`` is a contract: ``digest --json`` prints it and users' own
templates read it. Fields are added, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum

from mailwatch.core.canonical import rfc3339
from mailwatch.core.digest_facts import EarlierDigest, FolderFacts, GapFacts, Side, Tally
from mailwatch.core.filing import Rule
from mailwatch.core.turn_item import TurnItem


class BlockKind(StrEnum):
    """What a block is about, in the order in which blocks are read."""

    NOW = "now"  # what cannot wait
    OURS = "ours"
    LATE = "late"  # the vendor's response, or what he promised
    CUSTOMER = "customer"
    UNNUMBERED = "unnumbered"
    DOUBTFUL = "doubtful"
    REVIEW = "review"
    UNREADABLE = "unreadable"
    NEW = "new"
    NEWS = "news"
    SILENT = "silent"
    UNVERIFIED = "unverified"
    CLOSED = "closed"


TO_CHECK = frozenset({BlockKind.UNNUMBERED, BlockKind.DOUBTFUL, BlockKind.REVIEW, BlockKind.UNREADABLE})
"""Blocks whose items ask a person for something."""


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case in a block. ``received`` and ``sent`` count mails since the last digest.

    ``last_side`` is who wrote the last mail, ``last_sender`` his name where that mail is
    new, ``silent_days`` the calendar days since then in the reader's zone.
    """

    n: int
    number: str
    scheme: str
    title: str
    opened_at: datetime
    last_at: datetime
    last_side: Side | None
    last_sender: str | None
    last_automatic: bool
    silent_days: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class MailItem:
    """A mail in a block. Of a stranger's mail only number, time and count are told.

    ``ref`` is the start of its sha256, as commands take it. ``known`` is false where
    strangers alone speak of the case.
    """

    n: int
    number: str | None
    at: datetime
    ref: str
    count: int = 1
    sender: str | None = None
    subject: str | None = None
    rule: Rule | None = None
    known: bool = True
    mailbox: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A mail that could not be read."""

    n: int
    ref: str
    at: datetime
    why: str
    tries: int


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A rename to look at."""

    n: int
    number: str | None
    ref: str
    mailbox: str
    folder: str
    at: datetime
    why: str | None


Item = CaseItem | TurnItem | MailItem | HeldItem | ReviewItem


@dataclass(frozen=True, slots=True)
class Block:
    """Items of one kind. ``more`` were left out for room, ``older`` were told before and still stand."""

    kind: BlockKind
    items: tuple[Item, ...]
    more: int = 0
    older: int = 0

    @property
    def total(self) -> int:
        """All items of this kind that are new to the reader."""
        return len(self.items) + self.more


@dataclass(frozen=True, slots=True)
class Counts:
    """Open cases by who wrote last (they add up), and what came since the last digest.

    By who has to act they add up, too: ``ours``, ``vendor``, ``customer`` and ``unknown``; None where
    that was not looked at.
    """

    open: int
    last_from_them: int
    last_from_us: int
    mails: int
    new_cases: int
    news: int
    silent: int
    to_check: int
    unverified: int
    unreadable: int
    ours: int | None = None
    vendor: int | None = None
    customer: int | None = None
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class WatchReport:
    """How the watching went.

    Every folder was read at ``up_to`` or later; it is None where one never was.
    ``behind`` are those that were not read lately, ``unread`` the mailboxes of which no folder ever
    was. ``lost`` names each mailbox that is not watched well.
    """

    ok: bool
    mailboxes: int
    lost: tuple[str, ...]
    unread: tuple[str, ...]
    up_to: datetime | None
    behind: tuple[FolderFacts, ...]
    backfilling: tuple[FolderFacts, ...]
    gaps: tuple[GapFacts, ...]


@dataclass(frozen=True, slots=True)
class DigestContent:
    """One digest, before words. ``since`` is when the last one was made, None for the first.

    ``day`` is the local date in ``zone``, the reader's IANA time zone. ``due`` is when it
    should have been made, where that is long ago; ``missed`` are the days since the last digest
    on which none went out though one was due. ``customers`` are those whose cases the reader may see; None:
    all. ``vendors`` are those of the open cases.
    """

    name: str
    day: date
    zone: str
    now: datetime
    since: datetime | None
    silent_after: int
    counts: Counts
    blocks: tuple[Block, ...]
    watch: WatchReport
    tally: Tally
    earlier: tuple[EarlierDigest, ...] = ()
    due: datetime | None = None
    missed: tuple[date, ...] = ()
    customers: tuple[str, ...] | None = None
    vendors: tuple[str, ...] = ()

    @property
    def quiet(self) -> bool:
        """Nothing is new, nothing is to be done, and the watching lives."""
        return not self.blocks and self.watch.ok and not self.earlier and not self.missed

    def block(self, kind: str) -> Block | None:
        """The block of this kind, or None where it has nothing to say."""
        return next((b for b in self.blocks if b.kind == kind), None)


def as_json(value: object) -> object:
    """``value`` in JSON's own types: times as RFC 3339 in UTC, enumerated words as they are."""
    match value:
        case datetime():
            found: object = rfc3339(value)
        case date():
            found = value.isoformat()
        case Enum():
            found = value.value
        case tuple():
            found = [as_json(item) for item in value]
        case _ if is_dataclass(value):
            found = {f.name: as_json(getattr(value, f.name)) for f in fields(value)}
        case _:
            found = value
    return found
