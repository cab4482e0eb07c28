"""What the faces and the digest read: cases, their messages, search, what happened since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import FolderFacts, GapFacts, HeldFacts, ReviewFacts, Tally
from mailwatch.core.filing import Filing
from mailwatch.core.statements import Statement
from mailwatch.ports.case_mail import CaseMails
from mailwatch.ports.outbox import OutboxItem


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """One original of a message and where it was last seen."""

    sha256: str
    mailbox: str | None
    folder: str | None
    uid: int | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of a case, as ``show`` prints it. ``matched`` is the text that decided, or None."""

    message_id: str | None
    date: datetime
    received_at: datetime | None
    direction: str
    from_addr: str
    from_name: str
    subject: str
    standard_subject: str | None
    filing: Filing
    matched: str | None
    automatic: str
    originals: tuple[OriginalRow, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case, as ``cases`` lists it. ``status`` is open | dormant | unverified | related.

    ``frozen`` is true where a ``case`` entry has fixed token and title. A case that a person added has no
    ``messages`` and as ``last_message_at`` the time it was opened. ``merged`` are numbers that a person
    said to be the same case; they are among the ``aliases``.
    """

    number: CaseNumber
    token: str
    title: str
    status: str
    messages: int
    opened_at: datetime
    last_message_at: datetime
    last_from_us_at: datetime | None
    last_from_them_at: datetime | None
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    mentioned_by: tuple[str, ...] = ()
    first_recorded_at: datetime | None = None
    frozen: bool = False
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One search hit. ``sha256`` names the original; the snippet is cut from the archive by the face."""

    number: CaseNumber | None
    sha256: str
    date: datetime
    from_addr: str
    subject: str


class Library(Protocol):
    """What the faces read."""

    mails: CaseMails

    def cases(self) -> tuple[CaseRow, ...]:
        """All cases, newest activity first."""
        ...

    def case(self, alias: str) -> CaseRow | None:
        """By canonical form, any alias, or a number that is only related."""
        ...

    def messages(self, number: CaseNumber) -> tuple[MessageRow, ...]:
        """The case's messages by date."""
        ...

    def loose(self, verdict: str) -> tuple[MessageRow, ...]:
        """Messages without a case: verdict ``unnumbered`` (newest first)."""
        ...

    def statements(self, number: CaseNumber) -> tuple[Statement, ...]:
        """What people said of a case, in time: of those merged into it, too, and what it is linked to."""
        ...

    def all_statements(self) -> Mapping[CaseNumber, tuple[Statement, ...]]:
        """The same of every case of which anything was said."""
        ...

    def search(self, text: str, limit: int = 50) -> tuple[Hit, ...]:
        """Full text; Korean substrings of two syllables and up are found exactly."""
        ...


class DigestShelf(Protocol):
    """What a digest is made from beyond ``Library``, in the same snapshot, and the digests before it."""

    def tally(self) -> Tally:
        """Originals kept, and the newest entry of the ledger in this snapshot."""
        ...

    def decided(self, after: int) -> Mapping[str, CaseNumber | None]:
        """The originals whose newest ``file`` entry stands after ledger entry ``after``, with their case."""
        ...

    def troubles(self) -> tuple[tuple[HeldFacts, ...], tuple[ReviewFacts, ...]]:
        """Mails that cannot be read, and renames in review that nobody has dealt with."""
        ...

    def watch(self, after: int) -> tuple[tuple[FolderFacts, ...], tuple[GapFacts, ...]]:
        """How far each folder was read, and the outages and losses told after ledger entry ``after``."""
        ...

    def earlier(self, name: str, recipient: str, until: date) -> tuple[OutboxItem, ...]:
        """The digests of this name to this reader up to the date ``until``, newest first.

        At most 31, and the newest that was sent. A clock that was wrong for a while may have left
        later ones.
        """
        ...
