"""What the ledger can say: one frozen value for each type of entry; what people say stands in ``spoken``.

A field's name is the JSON key and stands for good: entries are evidence, so
keys are added, never renamed or reused. Entries hold ids, hashes, enumerated
words, case numbers, the server's host, times and offsets only. Free text
(folder names, addresses, Message-IDs, subjects, reasons) is wrapped in ``Text``:
the ledger writes ``SHA-256(salt || UTF-8)`` of it and the words go to the
erasable table of texts.

Fields that are None are left out of the canonical bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from mailwatch.core.filing import Filing
from mailwatch.core.free_text import Text as Text
from mailwatch.core.place import Place
from mailwatch.core.recognition import Mention
from mailwatch.core.spoken import CaseAttach, CaseContact, CaseLink, CaseNote, CaseSet
from mailwatch.core.spoken import Withdrawn as Withdrawn


@dataclass(frozen=True, slots=True)
class Start:
    """First entry of a ledger."""

    TYPE: ClassVar = "start"
    version: str


@dataclass(frozen=True, slots=True)
class ConfigSeen:
    """The configuration in force from here on, as a SHA-256 of its canonical form without secrets."""

    TYPE: ClassVar = "config"
    hash: str


@dataclass(frozen=True, slots=True)
class MessageKept:
    """An original is in the archive. ``internaldate`` is the server's time of receipt (UTC)."""

    TYPE: ClassVar = "message"
    sha256: str
    size: int
    place: Place
    internaldate: datetime | None
    server: str | None


@dataclass(frozen=True, slots=True)
class SeenElsewhere:
    """The same bytes were found at another place."""

    TYPE: ClassVar = "seen"
    sha256: str
    place: Place
    internaldate: datetime | None
    server: str | None


@dataclass(frozen=True, slots=True)
class FiledEntry:
    """A decision about one mail, by rule or by a person. The newest one for a sha256 holds.

    ``mentions`` are all numbers that counted, rivals and quoted ones included,
    so that a later decision over the same tree needs no rules to be run again.
    ``anchor`` is pass | fail | none, what the trust anchor said of the sender;
    ``desk`` is true where the sender is a support desk. ``by`` is the person whose word it was.
    """

    TYPE: ClassVar = "file"
    filing: Filing
    mentions: tuple[Mention, ...]
    anchor: str
    desk: bool
    reason: Text | None = None
    by: Text | None = None


@dataclass(frozen=True, slots=True)
class CaseFrozen:
    """Token and title of a case, fixed when its first rename plan is made."""

    TYPE: ClassVar = "case"
    scheme: str
    number: str
    token: str
    title: Text


@dataclass(frozen=True, slots=True)
class Renamed:
    """A rename plan came to its end: enough to undo it without the work tables.

    ``mode`` is replace | copy, ``state`` done | aborted | review. ``folder`` is where the
    original lay and the copy lies (mode replace) or where the copy lies (mode copy);
    ``originals`` is the folder the original was moved to, None in mode copy.
    """

    TYPE: ClassVar = "rename"
    plan: str
    original: str
    copy: str
    mailbox: str
    mode: str
    state: str
    why: str | None
    folder: Text
    originals: Text | None
    uidvalidity: int | None
    uid: int | None
    copy_folder: Text
    copy_uidvalidity: int | None
    copy_uid: int | None
    originals_uidvalidity: int | None
    originals_uid: int | None
    subject_from: Text
    subject_to: Text


@dataclass(frozen=True, slots=True)
class Undone(Renamed):
    """The same, for a rename that was taken back. The message is barred until a person renames it."""

    TYPE: ClassVar = "undo"


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One step of one digest to one recipient. ``state`` is stored | sent | maybe | resent | failed.

    ``id`` is the Mailwatch-Digest field, ``date`` the local date in the recipient's zone.
    """

    TYPE: ClassVar = "digest"
    id: str
    state: str
    name: Text
    recipient: Text
    message_id: Text
    date: str
    sha256: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A mail that cannot be read; ``state`` is held | released.

    ``why`` is a word of ``UnreadableMessage.WHY``, or ``read`` where it could be read after all.
    """

    TYPE: ClassVar = "quarantine"
    sha256: str
    why: str
    state: str
    tries: int


@dataclass(frozen=True, slots=True)
class Watch:
    """How the watching went.

    ``what`` is first-good-poll | outage | uidvalidity | folder-gone | lost-before-adoption.
    """

    TYPE: ClassVar = "watch"
    what: str
    mailbox: str
    folder: Text | None = None
    since: datetime | None = None
    until: datetime | None = None
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One step of one alarm to one person: ``what`` is down | back | overdue, ``state`` as of a digest.

    ``since`` is the last good look before the outage that it speaks of. ``overdue`` speaks of a
    digest: ``since`` is when it was due, ``mailbox`` is empty.
    """

    TYPE: ClassVar = "alert"
    id: str
    what: str
    state: str
    mailbox: str
    since: datetime
    recipient: Text
    message_id: Text
    sha256: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The mail is no longer at this place, as a comparison of the whole folder showed.

    It was moved or deleted by a person; the original stays. Another look that finds it there
    again is a ``seen`` entry.
    """

    TYPE: ClassVar = "gone"
    sha256: str
    place: Place


@dataclass(frozen=True, slots=True)
class Erased:
    """Precedes every deletion of a text (``commit``) or an original (``sha256``)."""

    TYPE: ClassVar = "erase"
    commit: str | None
    sha256: str | None
    reason: Text
    person: Text


Entry = (
    Start
    | ConfigSeen
    | MessageKept
    | SeenElsewhere
    | FiledEntry
    | CaseFrozen
    | Renamed
    | Undone
    | DigestEntry
    | Quarantined
    | Watch
    | Alert
    | Gone
    | Erased
    | CaseSet
    | CaseNote
    | CaseContact
    | CaseAttach
    | CaseLink
    | Withdrawn
)
