"""Which case numbers stand in a mail, where, and by which form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from mailwatch.core.casenumber import CaseNumber, Counts, Scheme
from mailwatch.core.digit_runs import MOST_RUNS
from mailwatch.core.mentions import WHY as WHY
from mailwatch.core.mentions import Form as Form
from mailwatch.core.mentions import Mention as Mention
from mailwatch.core.mentions import Recognition as Recognition
from mailwatch.core.mentions import Rejected as Rejected
from mailwatch.core.mentions import Where as Where
from mailwatch.core.message import Message
from mailwatch.core.plaintext import Plain, plain
from mailwatch.core.scanning import LONGEST_FORM, Candidate, luhn, scan

MOST = 200
"""Mentions and rejections that are kept of one mail, each."""

LONGEST = 5 * 1024 * 1024
"""Code points of one mail that are read: recognition has no deadline, and mails may be of any length."""

_SHOWN = 40
"""Code points of a rejected text that are kept."""

_DIGIT = re.compile("[0-9]")
_GAP = re.compile(r"(?<=[0-9])[ \t-]{1,2}(?=[0-9])")


def recognise(
    message: Message, schemes: Sequence[Scheme], *, trusted: bool, received: datetime | None
) -> Recognition:
    """The case numbers in subject and text of a mail, in reading order.

    Args:
        message: attachments and raw header fields of it are not read.
        schemes: those that are switched on.
        trusted: whether labelled short numbers and bare long ones count from its sender.
        received: INTERNALDATE. With the Date field it bounds the date in a number:
            at most one day after the later of the two, as UTC days; no bound where both miss.
    """
    reading = _Reading(schemes, _last_day(message.date, received), trusted=trusted)
    reading.read(message.subject, Where.SUBJECT, None)
    for segment in message.segments:
        where = Where.QUOTED if segment.quoted else Where.OWN
        if not reading.read(segment.text, where, segment.part, segment.start):
            break
    return reading.result()


def recognise_text(
    text: str,
    schemes: Sequence[Scheme],
    *,
    trusted: bool,
    date: date | None,
    where: Where = Where.SUBJECT,
) -> Recognition:
    """The case numbers in a text that stands alone, as if it had come on that day (UTC)."""
    moment = date.astimezone(UTC).date() if isinstance(date, datetime) else date
    reading = _Reading(schemes, moment and moment + timedelta(days=1), trusted=trusted)
    reading.read(text, where, None if where is Where.SUBJECT else 0)
    return reading.result()


def find_number(text: str, schemes: Sequence[Scheme]) -> CaseNumber | None:
    """The case that a person means who types or pastes ``text``, or None.

    Any form will do: a token, a pasted subject, any alias, digits alone, digits
    in groups. The first number of the strongest form wins.
    """
    cut = text.strip()[:_LONGEST_TYPED]
    joined = _GAP.sub("", cut)
    # Whoever types digits alone means a number: old ones and odd ones are known by their label in a mail.
    labelled = (f"case {joined}",) if joined.isdigit() and not luhn(joined) else ()
    for tried in (cut, joined, *labelled):
        named = [found for found in scan(plain(tried), schemes, None) if found.number]
        if named:
            return min(named, key=lambda found: _RANK[found.form]).number
    return None


_LONGEST_TYPED = 10_000
_RANK = {form: rank for rank, form in enumerate(Form)}


def bracketed(text: Plain, schemes: Sequence[Scheme], last_day: date | None) -> Candidate | None:
    """A token of any scheme in brackets at the very start of a subject, whoever wrote it."""
    close = text.text.find("]", 1, LONGEST_FORM + 2)
    if not text.text.startswith("[") or close < 0:
        return None
    inner = text.text[1:close]
    for found in scan(plain(inner), schemes, last_day):
        scheme = next((s for s in schemes if found.number and s.name == found.number.scheme), None)
        if scheme and found.number and inner in scheme.tokens(found.number.canonical, (inner,)):
            return Candidate(1, close, Form.BRACKET, found.number, inner, Counts.ANYONE, 0)
    return None


@dataclass(slots=True)
class _Reading:
    """What was found in one mail so far."""

    schemes: Sequence[Scheme]
    last_day: date | None
    trusted: bool
    mentions: dict[tuple[CaseNumber, Where, Form], Mention] = field(default_factory=dict)
    rejected: dict[Rejected, None] = field(default_factory=dict)
    room: int = LONGEST
    budget: Iterator[int] = field(default_factory=lambda: iter(range(MOST_RUNS)))

    def read(self, text: str, where: Where, part: int | None, offset: int = 0) -> bool:
        """Read one text; False once there is more than is read or kept."""
        read = plain(text[: self.room])
        for found in self._candidates(read, where):
            if len(self.mentions) >= MOST or len(self.rejected) >= MOST or found.why == "too-many":
                return self._enough(where)
            self._take(found, read, where, part, offset)
        self.room -= len(text)
        return self.room >= 0 or self._enough(where)

    def _enough(self, where: Where) -> bool:
        self.rejected[Rejected("", "too-many", where)] = None
        return False

    def _candidates(self, read: Plain, where: Where) -> Iterator[Candidate]:
        bracket = bracketed(read, self.schemes, self.last_day) if where is Where.SUBJECT else None
        if bracket:
            yield bracket
        yield from scan(read, self.schemes, self.last_day, self.budget)

    def _take(self, found: Candidate, read: Plain, where: Where, part: int | None, offset: int) -> None:
        why = found.why or self._silenced(found.counts)
        if why or found.number is None:
            shown = read.text[found.start : found.end][:_SHOWN]
            self.rejected[Rejected(_DIGIT.sub("*", shown) if why == "card" else shown, why, where)] = None
            return
        start, end = read.source(found.start, found.end)
        mention = Mention(found.number, where, found.form, part, offset + start, offset + end, found.alias)
        self.mentions.setdefault((found.number, where, found.form), mention)

    def _silenced(self, counts: Counts) -> str:
        if counts is Counts.NOBODY:
            return "needs-label"
        return "sender" if counts is Counts.TRUSTED and not self.trusted else ""

    def result(self) -> Recognition:
        return Recognition(tuple(self.mentions.values()), tuple(self.rejected))


def _last_day(*moments: datetime | None) -> date | None:
    """The last day that a number may name: one after the later of ``moments``."""
    return max((_next_day(moment) for moment in moments if moment), default=None)


def _next_day(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day if day == date.max else day + timedelta(days=1)


def aliases(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """The official forms seen, in the order given, each once."""
    return tuple(dict.fromkeys(mention.alias for mention in mentions))
