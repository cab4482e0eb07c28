"""The narrow doors to the outside, in our own words.

Jobs know these protocols and nothing behind them. Every method may raise
``TemporaryError`` (the world mends) or ``ConfigError`` (a person mends), and no
foreign exception. Times are aware datetimes in UTC unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node
from mailwatch.core.digest import DigestContent
from mailwatch.core.digest_facts import FolderFacts, GapFacts, HeldFacts, ReviewFacts, Tally
from mailwatch.core.entries import Entry, Place
from mailwatch.core.filing import Filing
from mailwatch.core.ledger import Head, Recorded, Sealed
from mailwatch.core.message import Message
from mailwatch.core.reminders import Recipient
from mailwatch.core.renaming import Candidate as Candidate
from mailwatch.core.renaming import Mode, Plan
from mailwatch.core.texts import TextRow
from mailwatch.errors import UnreadableMessage

# ── values that pass through the doors ────────────────────────────────────────


class Role(StrEnum):
    """What a folder is for, by its special-use attribute (RFC 6154), never by its name."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    TRASH = "trash"
    JUNK = "junk"
    ALL = "all"
    ARCHIVE = "archive"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a mailbox. ``name`` is decoded (RFC 3501 5.1.3), ``delimiter`` the server's."""

    name: str
    role: Role
    delimiter: str
    selectable: bool = True


@dataclass(frozen=True, slots=True)
class FolderState:
    r"""What EXAMINE or SELECT said. ``uidnext`` is None on servers that do not tell it.

    ``permanent_flags`` holds what may be stored; ``\*`` in it allows keywords.
    """

    folder: str
    uidvalidity: int
    uidnext: int | None
    exists: int
    read_write: bool
    permanent_flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fetched:
    r"""One mail as the server gave it.

    ``content`` is the bytes, or for a big mail the path of a spool file that
    holds them. ``sha256`` was taken over exactly these bytes as they came in.
    ``flags`` leaves \Recent out. ``server`` is the host the mail came from.
    """

    place: Place
    content: bytes | Path
    sha256: str
    size: int
    internaldate: datetime | None
    flags: frozenset[str] = frozenset()
    outgoing: bool = False
    server: str | None = None

    def read(self) -> bytes:
        """The whole mail in memory."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail of a folder without its body. ``size`` is RFC822.SIZE in bytes."""

    uid: int
    size: int
    flags: frozenset[str]
    internaldate: datetime | None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server offers after login, as far as the jobs care."""

    server: str
    move: bool
    uidplus: bool
    idle: bool
    special_use: bool
    append_limit: int | None
    names: frozenset[str]


# ── a mailbox ─────────────────────────────────────────────────────────────────


class MailReader(Protocol):
    """Reads one mailbox; leaves the server as it was (EXAMINE, BODY.PEEK[])."""

    def folders(self) -> tuple[Folder, ...]:
        """All folders of the mailbox, INBOX first."""
        ...

    def examine(self, folder: str) -> FolderState:
        """Open ``folder`` read-only; the following calls speak of it. ConfigError where it does not exist."""
        ...

    def search(self, low: int, high: int, *, since: date | None = None) -> tuple[int, ...]:
        """The UIDs within [low, high], ascending; with ``since`` only those received from that day on.

        ``since`` is compared by the server with INTERNALDATE (RFC 3501 6.4.4).
        """
        ...

    def batches(self, uids: Sequence[int]) -> Iterator[tuple[Fetched, ...]]:
        """The mails of ``uids`` in the order asked for, in batches bounded by count and bytes.

        A UID that has vanished is left out without a word.
        """
        ...

    def find(self, message_id: str) -> tuple[int, ...]:
        """The UIDs in the open folder whose Message-ID is exactly this one."""
        ...


class MailEditor(Protocol):
    """Looks at and marks the mails of one folder that is open read-write."""

    def capabilities(self) -> Capabilities:
        """What the server offers."""
        ...

    def select(self, folder: str, *, create: bool = False) -> FolderState:
        """Open ``folder`` read-write, made first if it is missing and ``create`` is true."""
        ...

    def list(self, uids: Sequence[int]) -> Mapping[int, Listed]:
        """Flags, size and INTERNALDATE of those of ``uids`` that exist."""
        ...

    def copies(self, low: int) -> Mapping[int, str]:
        """UID to plan id of every mail with UID >= low that carries a Mailwatch-Original field."""
        ...

    def read(self, uids: Sequence[int]) -> Mapping[int, Fetched]:
        """Whole mails of those of ``uids`` that exist, in one command."""
        ...


class MailMover(Protocol):
    """Changes what lies in a folder. Jobs check by looking, never by the answer alone."""

    def append(
        self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime | None
    ) -> tuple[int, int] | None:
        """Store a mail; (UIDVALIDITY, UID) where the server tells it, else None."""
        ...

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, tuple[int, int]]:
        """MOVE (RFC 6851) from the open folder; old UID to (UIDVALIDITY, new UID) as far as told."""
        ...

    def remove(self, uids: Sequence[int]) -> None:
        """Expunge exactly ``uids`` (UIDPLUS, RFC 4315); refuses on a server without it."""
        ...

    def set_flags(self, uid: int, add: Sequence[str], drop: Sequence[str]) -> None:
        """Add and drop flags of one mail in the open folder."""
        ...


class Mailbox(MailReader, MailEditor, MailMover, Protocol):
    """One connection to one mailbox; not for two threads at once."""

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Waiter(Protocol):
    """Waits for new mail, where the server can tell of it (``Capabilities.idle``)."""

    def wait(self, seconds: float, wake: int) -> bool:
        """Whether new mail came into the open folder within ``seconds``; may give up earlier.

        Ends at once when ``wake``, a file descriptor, can be read. TemporaryError where
        the line is dead: also where it can be read and says nothing.
        """
        ...


# ── bytes on disk ─────────────────────────────────────────────────────────────


class Archive(Protocol):
    """Originals by content: written once, never changed."""

    def put(self, batch: Sequence[Fetched]) -> None:
        """Make every mail of ``batch`` durable before returning; the same bytes twice are one file."""
        ...

    def read(self, sha256: str) -> bytes:
        """The bytes of an original. KeyError where there is none."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether this original is kept."""
        ...

    def all(self) -> Iterator[str]:
        """The sha256 of every original, in order."""
        ...

    def spool(self) -> Path:
        """A fresh path for a mail that arrives in pieces, on the archive's own file system."""
        ...


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line for the journal: its canonical bytes, and the month (``yyyy-mm``) it is filed under."""

    month: str
    data: bytes


class Journal(Protocol):
    """Ledger and texts once more, outside of the database, so that a lost one can be made again."""

    def locked(self) -> AbstractContextManager[None]:
        """Held by the one writer from before its commit until the journal has it, too."""
        ...

    def end(self) -> Head:
        """Seq and hash of the last whole line of the ledger's journal."""
        ...

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        """Make these lines durable; half a line that a crash left is cut off first."""
        ...

    def entries(self) -> Iterator[bytes]:
        """Every whole line of the ledger's journal, by seq, without LF."""
        ...

    def texts(self) -> Iterator[bytes]:
        """Every whole line of the texts' journal, without LF."""
        ...


# ── the store: ledger, projections, work tables ───────────────────────────────


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been read: everything in [low, high] was seen.

    ``backfilled`` is true when everything below ``low`` that is wanted was seen, too.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    low: int
    high: int
    backfilled: bool
    last_good: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What stays of a mail that is not kept: enough to find it again when a case turns up.

    ``body_hash`` and ``own_hash`` are those of ``Message``, or empty where the mail was
    screened out by its header alone; they tell the same message from a reused Message-ID.
    """

    place: Place
    sha256: str
    message_id: str | None
    answers: tuple[str, ...]
    size: int
    date: datetime
    seen_at: datetime
    body_hash: str = ""
    own_hash: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One quarantined mail. ``tries`` counts readings so far.

    ``place`` and ``internaldate`` are those of its ``message`` entry.
    """

    sha256: str
    why: str
    at: datetime
    tries: int
    place: Place | None = None
    internaldate: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One digest to one recipient on one local date. ``raw`` is what goes over the wire, whole.

    ``state`` is stored | sending | sent | maybe | failed. Key: (name, recipient, date).
    """

    name: str
    recipient: str
    date: str
    digest_id: str
    message_id: str
    raw: bytes
    state: str
    tries: int = 0
    updated_at: datetime | None = None


class Ledger(Protocol):
    """The append-only record; the only way to change a projection."""

    def record(
        self,
        entry: Entry,
        message: Message | None = None,
        *,
        at: datetime | None = None,
        actor: str = "program",
    ) -> int:
        """Append ``entry`` and bring the projections up to date; the new seq.

        ``message`` is needed for ``MessageKept``: headers and search text come from it; with
        ``Erased`` of an original it tells which words leave the search index.
        ``at`` is when it happened, where that differs from now.
        """
        ...


class Trees(Protocol):
    """Reply trees as ``decide`` needs them."""

    def load(self, keys: frozenset[str]) -> tuple[Node, ...]:
        """Every node, kept or sighted, of the trees that any of these msg-ids or thread keys stands in."""
        ...

    def filings(self, sha256s: Sequence[str]) -> Mapping[str, Filing]:
        """The newest filing of each."""
        ...

    def known(self, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
        """Those of ``numbers`` under which at least one mail is filed."""
        ...

    def kept(self, sha256s: frozenset[str]) -> frozenset[str]:
        """Those that are originals already."""
        ...

    def digest(self, message_id: str) -> str | None:
        """SHA-256 of the body of the digest of ours with this Message-ID, or None."""
        ...


class Desk(Protocol):
    """Cursors and sightings: where reading stands. Work tables; ``reindex`` leaves them alone."""

    def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """Where reading of this folder stands, or None before the first pass."""
        ...

    def set_cursor(self, cursor: Cursor) -> None:
        """Insert or replace, by mailbox and folder."""
        ...

    def sight(self, sightings: Sequence[Sighting]) -> None:
        """Remember; a place that is known is overwritten."""
        ...

    def sighted(self, sha256s: Sequence[str]) -> tuple[Sighting, ...]:
        """The sightings of these bytes, wherever they were seen."""
        ...

    def seen(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Those of ``uids`` that are known: an original, a sighting, or a copy of ours."""
        ...

    def forget_before(self, when: datetime) -> int:
        """Drop sightings seen before ``when``; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Lying:
    """An original at a place. ``live`` is false where it was gone when last looked at."""

    sha256: str
    live: bool
    internaldate: datetime | None
    server: str | None


class Places(Protocol):
    """Where originals are believed to lie on servers; changed by ledger entries alone."""

    def lying(self, mailbox: str, folder: str, uidvalidity: int) -> dict[int, Lying]:
        """By UID, the originals of one folder, those that are gone included."""
        ...


class Wishes(Protocol):
    """Sightings that belong to a case now and must be fetched. A crash forgets none."""

    def want(self, sha256s: Sequence[str]) -> None:
        """Remember that these sightings are to be fetched; known wishes stay as they are."""
        ...

    def wanted(self, mailbox: str) -> tuple[Sighting, ...]:
        """What is still to be fetched from this mailbox."""
        ...

    def drop(self, sha256s: Sequence[str]) -> None:
        """Fetched, or given up."""
        ...


class Finder(Protocol):
    """Finds the mail that a person names: a sha256 prefix of at least 8 digits, or a Message-ID."""

    def originals(self, ref: str) -> tuple[str, ...]:
        """The sha256 of every original that ``ref`` fits."""
        ...

    def sightings(self, ref: str) -> tuple[Sighting, ...]:
        """The sightings that ``ref`` fits."""
        ...

    def thread_keys(self, sha256s: Sequence[str]) -> frozenset[str]:
        """The thread keys of these originals, to load their trees by."""
        ...


class Plans(Protocol):
    """Rename plans. At most one open plan per (original, mailbox)."""

    def open(self, mailbox: str) -> tuple[Plan, ...]:
        """The open plans of a mailbox, oldest first."""
        ...

    def save(self, plans: Sequence[Plan]) -> None:
        """Insert or bring up to date, by id."""
        ...

    def find(self, plan_id: str) -> Plan | None:
        """A plan by id, in any state."""
        ...

    def candidates(self, mailbox: str, folder: str, *, since: datetime | None) -> tuple[Candidate, ...]:
        """Filed mails lying in ``folder`` that have neither an open plan nor a rename that stands.

        One that was taken back is offered as ``barred``. ``since`` leaves out what was first seen before it.
        """
        ...

    def done(self, mailbox: str | None, number: CaseNumber | None) -> tuple[Plan, ...]:
        """Renames that stand (done, not undone), for undo; rebuilt from ``rename`` entries alone."""
        ...


class Consents(Protocol):
    """Since when a folder may be renamed: older mail needs ``--backlog``."""

    def given(self, mailbox: str, folder: str, mode: Mode, now: datetime) -> datetime:
        """When this mode was first asked for; ``now`` is remembered where it is new or has changed."""
        ...


class Quarantine(Protocol):
    """Mails that could not be read."""

    def hold(self, sha256: str, why: str, at: datetime) -> int:
        """Add or count one more try; tries so far."""
        ...

    def release(self, sha256: str) -> None:
        """It could be read after all, or a person let it go."""
        ...

    def held(self) -> tuple[Held, ...]:
        """All that are held, oldest first."""
        ...

    def restore(self, one: Held) -> None:
        """Hold it as it was held before the database was lost, with its reason, time and tries."""
        ...


class Outbox(Protocol):
    """Digests, stored whole before they are sent."""

    def get(self, name: str, recipient: str, date: str) -> OutboxItem | None:
        """The item of this key, in any state."""
        ...

    def put(self, item: OutboxItem) -> None:
        """Insert, or bring state and tries up to date."""
        ...

    def unsent(self) -> tuple[OutboxItem, ...]:
        """Items in stored, sending or maybe."""
        ...


class Attic(Protocol):
    """Work that is long done. What it proved stands in the ledger."""

    def forget_plans(self, before: datetime) -> int:
        """Drop plans that are done or aborted and were due before then; how many."""
        ...

    def forget_digests(self, before: datetime) -> int:
        """Drop sent outbox items last touched before then, but the newest of each name and recipient."""
        ...


class Transaction(Protocol):
    """One writing transaction; nothing of it exists before it commits."""

    ledger: Ledger
    trees: Trees
    desk: Desk
    places: Places
    wishes: Wishes
    finder: Finder
    plans: Plans
    consents: Consents
    quarantine: Quarantine
    outbox: Outbox
    attic: Attic


class Store(Protocol):
    """The database with its journals."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """The one writer (BEGIN IMMEDIATE). Commits at the end, rolls back on any exception.

        After the commit the new entries and texts are in the journals, fsynced.
        """
        ...

    def reading(self) -> AbstractContextManager[Library]:
        """A consistent snapshot for the faces."""
        ...


class Evidence(Protocol):
    """The ledger and the texts as the database holds them, read back for ``reindex`` and ``verify``."""

    def settle(self) -> Head:
        """Let the journal catch up where a crash kept it from it; the chain's end.

        Raises ``ConfigError`` where journal and database contradict each other.
        """
        ...

    def head(self) -> Head:
        """The chain's end in the database."""
        ...

    def links(self, after: int, limit: int) -> Sequence[Sealed]:
        """The next links after seq ``after``, as stored."""
        ...

    def texts(self, first: int, last: int) -> Sequence[TextRow]:
        """The texts that entries first..last spoke of first."""
        ...

    def recorded(self, after: int, limit: int) -> Sequence[Recorded]:
        """The next entries after seq ``after``, read back with their texts."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that is told otherwise now. ``before`` is None where there was none."""

    before: Filing | None
    after: Filing


class Rebuild(Protocol):
    """Fresh projections beside those in use."""

    def begin(self) -> None:
        """Make them, empty."""
        ...

    def replay(self, entries: Sequence[tuple[Recorded, Message | None]]) -> None:
        """Take entries in, in one short transaction. ``Message`` goes with ``MessageKept``."""
        ...

    def finish(self, last: int) -> tuple[Change, ...] | None:
        """Use them from now on; what they tell otherwise. None where the ledger has grown beyond ``last``."""
        ...


class Restore(Protocol):
    """Fills an empty database from journals."""

    def begin(self, ledger_id: str) -> None:
        """Take on the ledger's UUID. ConfigError where the database is not empty."""
        ...

    def links(self, links: Sequence[Sealed]) -> None:
        """Store these links, as they are."""
        ...

    def texts(self, rows: Sequence[tuple[int, TextRow]]) -> None:
        """Store texts, each with the seq of the entry that spoke of it first."""
        ...


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

    ``frozen`` is true where a ``case`` entry has fixed token and title.
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

    def earlier(self, name: str, recipient: str) -> tuple[OutboxItem, ...]:
        """The digests of this name to this reader, newest date first, at most 14."""
        ...


class DigestStore(Store, Protocol):
    """A store that digests are made from."""

    def digesting(self) -> AbstractContextManager[tuple[Library, DigestShelf]]:
        """One snapshot, seen from both sides."""
        ...


# ── reading mails, sending mails ──────────────────────────────────────────────


class Parser(Protocol):
    """Reads mails under a deadline and a memory limit; a mail that kills a worker costs one mail."""

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        """One answer for each, in order."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


class Sender(Protocol):
    """Hands a finished mail over."""

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Returns once the other side has taken responsibility.

        Raises ``MaybeSent`` where the connection broke after the data was sent.
        """
        ...


class Pages(Protocol):
    """Turns a digest's content into words, in the reader's language and time zone."""

    def subject(self, content: DigestContent, reader: Recipient) -> str:
        """One line: no names, no case numbers."""
        ...

    def text(self, content: DigestContent, reader: Recipient) -> str:
        """Plain text."""
        ...

    def html(self, content: DigestContent, reader: Recipient) -> str:
        """HTML for a mail client."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Now, in UTC."""
        ...
