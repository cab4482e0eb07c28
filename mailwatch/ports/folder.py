"""What a mailbox tells of itself: its folders, their state, what the server offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
