"""What a person can say of a case, as entries of the ledger.

Six types, and no more, say everything; docs/statements.md tells why. One thing that is known of a
case is a ``set`` with a key, so that a new key needs no new type, and what holds is the newest. What
happened beside the mail is a ``contact``, a file is an ``attach``, words are a ``note``, two cases
are a ``link``; and whatever was said is taken back by a ``withdraw`` that names its entry. Which case
a mail belongs to is said by ``file`` alone.

``by`` is who said it. Where it happened at another time than it was recorded, the entry has ``at``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.free_text import Text


class Key(StrEnum):
    """What a ``set`` entry sets, and what it takes. These words are a format."""

    STATUS = "status"  # word: open | closed
    SEVERITY = "severity"  # word: A | B | C
    PLAN = "plan"  # word: the name of a support plan
    KIND = "kind"  # word: technical | billing | not-break-fix
    LANGUAGE = "language"  # word: two letters, that of the case
    OPENED = "opened"  # word: phone | chat | portal; a case of which no mail has come
    PORTAL = "portal"  # word: seen, in the portal's list of cases and under the right account
    RESPONSE = "response"  # word: none; no response has come by any way up to then
    CUSTOMER = "customer"  # text
    OWNER = "owner"  # text: who looks after it here
    PRODUCT = "product"  # text
    ACCOUNT = "account"  # text: what the case is tied to at the vendor
    ENGINEER = "engineer"  # text: who works on it at the vendor
    TITLE = "title"  # text
    SNOOZE = "snooze"  # until


class Way(StrEnum):
    """By which way a contact was, or a case was opened. These words are a format."""

    PHONE = "phone"
    CHAT = "chat"
    PORTAL = "portal"


class Talk(StrEnum):
    """What came of a contact. These words are a format."""

    SPOKE = "spoke"
    ASKED = "asked"  # them only: they want something of us
    PROMISED = "promised"  # them only: for a day


class Tie(StrEnum):
    """What two cases have to do with one another. These words are a format."""

    RELATED = "related"
    MERGED = "merged"  # ``other`` is the same case as ``number``, and its mail is filed there


@dataclass(frozen=True, slots=True)
class CaseSet:
    """A person says one thing of a case; what was said of this key before, of ``at`` or earlier, is over.

    One of ``word``, ``text`` and ``until``, by the key. None of them takes back all that was said of the
    key until now, whatever time it was said of.
    """

    TYPE: ClassVar = "set"
    number: CaseNumber
    by: Text
    key: Key
    word: str | None = None
    text: Text | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseNote:
    """A person notes something."""

    TYPE: ClassVar = "note"
    number: CaseNumber
    by: Text
    text: Text


@dataclass(frozen=True, slots=True)
class CaseContact:
    """We and the vendor spoke beside the mail. ``side`` is who turned to whom.

    ``day`` is the local date (ISO 8601) of what was promised.
    """

    TYPE: ClassVar = "contact"
    number: CaseNumber
    by: Text
    way: Way
    side: Side
    talk: Talk
    text: Text
    day: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAttach:
    """A file that belongs to a case lies in the archive, under its sha256 without suffix."""

    TYPE: ClassVar = "attach"
    number: CaseNumber
    by: Text
    sha256: str
    size: int
    name: Text
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Two cases have to do with one another."""

    TYPE: ClassVar = "link"
    number: CaseNumber
    by: Text
    other: CaseNumber
    tie: Tie


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What entry ``entry`` says is taken back: one of the types above, or a person's ``file``."""

    TYPE: ClassVar = "withdraw"
    entry: int
    by: Text
    reason: Text | None = None


Said = CaseSet | CaseNote | CaseContact | CaseAttach | CaseLink
"""What is said of a case."""
