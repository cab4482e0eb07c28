"""Which case numbers stand in a mail, where, and by which form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber


class Where(StrEnum):
    """The place a number was read in, strongest first."""

    SUBJECT = "subject"
    OWN = "own"
    QUOTED = "quoted"


class Form(StrEnum):
    """How a number was written, strongest first."""

    BRACKET = "bracket"  # at the very start of a subject, exactly a token in brackets
    TOKEN = "token"  # prefix and number
    LABEL = "label"  # a label word before the number
    BARE = "bare"  # digits alone


@dataclass(frozen=True, slots=True)
class Mention:
    """One number that counts, at one place.

    ``start`` and ``end`` are code points in the decoded subject (``part`` None)
    or in the decoded text part ``part``, before normalisation. ``alias`` is the
    official form as seen, e.g. ``SRX1318598611ID`` or a 19-digit task number.
    A ``BRACKET`` mention counts only if its case is known already: ``decide``
    judges that.
    """

    number: CaseNumber
    where: Where
    form: Form
    part: int | None
    start: int
    end: int
    alias: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that looks like a number and is none. ``why`` is an enumerated word."""

    text: str
    why: str
    where: Where


@dataclass(frozen=True, slots=True)
class Recognition:
    """All that was seen in one mail, in reading order: subject, then text parts."""

    mentions: tuple[Mention, ...] = ()
    rejected: tuple[Rejected, ...] = ()
