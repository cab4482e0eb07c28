"""What recognition finds: values that stand in the ledger and in every face."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.casenumber import Form as Form


class Where(StrEnum):
    """The place a number was read in, strongest first."""

    SUBJECT = "subject"
    OWN = "own"
    QUOTED = "quoted"


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
    """Something that looks like a number and is none. ``why`` is a key of ``WHY``.

    ``text`` is what stood there, cut to 40 code points; digits of what may be a
    payment card are masked.
    """

    text: str
    why: str
    where: Where


@dataclass(frozen=True, slots=True)
class Recognition:
    """All that was seen in one mail, in reading order: subject, then text parts."""

    mentions: tuple[Mention, ...] = ()
    rejected: tuple[Rejected, ...] = ()


WHY = {
    "wrong-length": "the prefix is right, the number of digits is not",
    "shape": "the digits are not those of such a number",
    "no-date": "the date inside the number is no calendar date",
    "future": "the date inside the number lies after the mail",
    "too-early": "the date inside the number lies before such numbers were given out",
    "code": "a bare number of 16 digits whose code does not end in 0",
    "date-like": "eight digits that are a date",
    "card": "written like a payment card",
    "neighbour": "letters or digits touch the number",
    "sender": "written this way, a number counts only from senders we trust",
    "needs-label": "written this way, a number counts only behind a label",
    "form": "the canonical form made of it is empty, too long or not printable",
    "too-many": "more numbers in one mail than are looked at",
}
"""Why something was rejected: the words of ``Rejected.why``, and the msgids that explain them."""
