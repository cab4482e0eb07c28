"""A mail server in memory: folders, UIDs, and the ways in which real servers differ or lie."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailwatch.ports import Role

LATER = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ALL_FLAGS = frozenset({r"\Seen", r"\Answered", r"\Flagged", r"\Deleted", r"\Draft", r"\*"})


def field_of(raw: bytes, name: str) -> str | None:
    """The first field of this name, unfolded, or None."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n"
    found = re.search(
        rb"^" + re.escape(name.encode()) + rb"[ \t]*:((?:.*\r?\n)(?:[ \t].*\r?\n)*)",
        head,
        re.IGNORECASE | re.MULTILINE,
    )
    return re.sub(r"\r?\n", "", found[1].decode("latin-1")).strip() if found else None


@dataclass
class FakeMail:
    """One stored mail."""

    raw: bytes
    flags: set[str]
    internaldate: datetime


@dataclass
class FakeFolder:
    """One folder. UIDs rise and are never given twice within one UIDVALIDITY."""

    name: str
    role: Role = Role.NONE
    uidvalidity: int = 1000
    uidnext: int = 1
    read_only: bool = False
    permanent_flags: frozenset[str] = ALL_FLAGS
    mails: dict[int, FakeMail] = field(default_factory=dict)

    def add(self, mail: FakeMail) -> int:
        uid = self.uidnext
        self.uidnext += 1
        self.mails[uid] = mail
        return uid

    def renumber(self, uidvalidity: int) -> None:
        """What a restore from a backup does: a new UIDVALIDITY, and new UIDs."""
        kept = list(self.mails.values())
        self.uidvalidity, self.uidnext, self.mails = uidvalidity, 101, {}
        for mail in kept:
            self.add(mail)


@dataclass
class FakeServer:
    r"""One mailbox's worth of a server; it outlives the connections (``FakeMailbox``) to it.

    Switches: ``move`` and ``uidplus`` (capabilities; without uidplus APPEND and
    MOVE tell no UIDs), ``tells_uids`` (False: UIDPLUS without answers),
    ``tells_uidnext`` (Courier tells none), ``quota`` in bytes, ``append_limit``,
    ``alter`` (what the server makes of an appended mail), ``merges`` (Gmail: an
    APPEND of a known Message-ID is answered with the mail that is there),
    ``size_of`` (some servers guess RFC822.SIZE), ``closed`` (folders that may
    not be opened), ``no_flags`` (STORE is refused), ``no_folders`` (what CREATE is answered with),
    ``lies`` (APPENDUID and COPYUID name other mails), ``expunges_all`` (UID EXPUNGE takes all that is
    marked as deleted), ``loses_dates`` and ``loses_flags`` (of an appended mail),
    ``deaf`` (names of commands that are answered OK with nothing done),
    ``names`` (further capabilities). ``late`` collects appended mails that the
    server will store only when ``land`` is called; None: stores at once.
    """

    host: str = "mail.contoso.example"
    delimiter: str = "/"
    prefix: str = ""
    move: bool = True
    uidplus: bool = True
    tells_uids: bool = True
    tells_uidnext: bool = True
    quota: int | None = None
    append_limit: int | None = None
    alter: Callable[[bytes], bytes] | None = None
    merges: bool = False
    size_of: Callable[[bytes], int] = len
    no_folders: Exception | None = None
    lies: bool = False
    expunges_all: bool = False
    loses_dates: bool = False
    loses_flags: bool = False
    closed: set[str] = field(default_factory=set)
    no_flags: bool = False
    deaf: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset()
    late: list[tuple[str, FakeMail]] | None = None
    folders: dict[str, FakeFolder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.make("INBOX", Role.INBOX)

    def make(self, name: str, role: Role = Role.NONE) -> FakeFolder:
        """A new folder; each gets a UIDVALIDITY of its own."""
        folder = FakeFolder(name, role, uidvalidity=1000 + len(self.folders))
        self.folders[name] = folder
        return folder

    def deliver(
        self, raw: bytes, folder: str = "INBOX", flags: Iterable[str] = (), when: datetime = LATER
    ) -> int:
        """Mail from outside, or put there by a person's own client; its UID."""
        return self.folders[folder].add(FakeMail(raw, set(flags), when))

    def drag(self, uid: int, folder: str, target: str) -> int:
        """A person drags a mail to another folder; its new UID."""
        return self.folders[target].add(self.folders[folder].mails.pop(uid))

    def purge(self, uid: int, folder: str = "INBOX") -> None:
        """A person deletes a mail for good."""
        del self.folders[folder].mails[uid]

    def land(self) -> None:
        """Mails whose APPEND was lost on the way arrive after all."""
        waiting, self.late = self.late or [], None
        for folder, mail in waiting:
            self.folders[folder].add(mail)

    def used(self) -> int:
        """Bytes stored."""
        return sum(len(m.raw) for f in self.folders.values() for m in f.mails.values())

    def contents(self) -> dict[str, list[tuple[bytes, tuple[str, ...], datetime]]]:
        """Everything but the UIDs, for comparing; empty folders are left out."""
        return {
            name: sorted((m.raw, tuple(sorted(m.flags)), m.internaldate) for m in folder.mails.values())
            for name, folder in self.folders.items()
            if folder.mails
        }
