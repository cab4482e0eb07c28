"""What a mail does to its case: the events, each with the words that caused it.

Who speaks comes from the mail's standing and the addresses it is written to, never from its words:
the same sentence asks when the vendor writes it, and quotes when we do. Only mail that may move a
case's state does so (``standing.moves_state``), and only what its writer wrote counts, no quoted text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo

from mailwatch.core.addresses import fits
from mailwatch.core.case_events import ORDER, CaseEvent, Kind, Words
from mailwatch.core.courtesy import only_thanks
from mailwatch.core.cues import CUES
from mailwatch.core.cues.cue import Cue, Hit, hits
from mailwatch.core.cues.reading import own_sentences, sentences
from mailwatch.core.digest_facts import Side
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.message import Automatic, Message
from mailwatch.core.named_days import Named, named_day
from mailwatch.core.severity_levels import severity_level
from mailwatch.core.standing import SenderPolicy, Standing, moves_state
from mailwatch.core.vendors import vendor

_DATED = frozenset(
    {Kind.PROMISE, Kind.QUESTION, Kind.FIRST_STRIKE, Kind.SECOND_STRIKE, Kind.CLOSING_ANNOUNCED}
)
_LEVELLED = frozenset({Kind.SEVERITY_ASKED, Kind.SEVERITY_GRANTED, Kind.SEVERITY_LOWERED})
_NUMBERED = frozenset({Kind.NEW_NUMBER, Kind.DUPLICATE})
_OURS_TO_SAY = frozenset({Kind.SEVERITY_ASKED, Kind.REOPEN_ASKED})
_NOT_THEIRS = frozenset({*_OURS_TO_SAY, Kind.THANKS, Kind.DELIVERY_FAILED, Kind.STOCK_PHRASE})

# What a sentence says more exactly it does not also say in general: an announced closing is no promise.
_RATHER = {
    Kind.PROMISE: frozenset({Kind.CLOSING_ANNOUNCED}),
    Kind.CLOSED: frozenset({Kind.CLOSING_ANNOUNCED}),
    Kind.CLOSED_FOR_SILENCE: frozenset({Kind.CLOSING_ANNOUNCED}),
    Kind.QUESTION: frozenset({Kind.SURVEY, Kind.STOCK_PHRASE}),
}
# A machine writes these, too: "we will reply by the 20th" in a receipt.
_ANYBODYS = frozenset({Kind.PROMISE, *_NUMBERED})
_SURVEY_SUBJECT = re.compile(r"\s*case\s+(\d{16})\s+trackingid#\1\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Posted:
    """A filed mail. ``received_at`` is its INTERNALDATE in UTC, None where no server told one."""

    message: Message
    filing: Filing
    received_at: datetime | None


def events(
    posted: Posted, policy: SenderPolicy, zone: tzinfo, cues: Sequence[Cue] = CUES
) -> tuple[CaseEvent, ...]:
    """All that one mail does to its case, in the order of ``Kind``, each kind once with its first words.

    Args:
        posted: the mail and how it was filed.
        policy: of the mailbox it lies in: whose mail moves a case, and who is the vendor.
        zone: the reader's; a day that the mail names is taken as seen from there.
        cues: the shipped ones, or those and a user's.

    Returns:
        Nothing for mail that may not move a case: strangers', participants', automatic replies,
        mail without a case, and further originals of one message.
    """
    who, message = posted.filing.standing, posted.message
    counts = posted.filing.verdict is Verdict.FILED and moves_state(who, policy)
    if not counts or message.automatic is Automatic.REPLY:
        return ()
    teller = _Teller(posted, Side.US if who is Standing.OWN else Side.THEM, zone)
    if message.automatic is Automatic.REPORT:
        found = teller.failure(cues)
    elif who is Standing.OWN:
        found = _ours(teller, policy, cues) if message.automatic is Automatic.NO else ()
    else:
        found = _theirs(teller, cues)
    return tuple(sorted(found, key=lambda event: ORDER[event.kind]))


# ── our mail ──────────────────────────────────────────────────────────────────


def _ours(teller: _Teller, policy: SenderPolicy, cues: Sequence[Cue]) -> Iterable[CaseEvent]:
    """Only what is written to the vendor is said to it; a question to others asks a customer."""
    addressed = [address.addr for address in (*teller.message.to, *teller.message.cc)]
    others = [addr for addr in addressed if not fits(addr, policy.own)]
    said = tuple(_best_said(hits(own_sentences(teller.message), cues)))
    if others and not any(fits(addr, policy.senders) for addr in others):
        asked = next((hit for hit in said if hit.cue.kind is Kind.QUESTION), None)
        return (teller.by_words(Kind.CUSTOMER_ASKED, asked),) if asked else ()
    if addressed and not others:
        return ()
    if only_thanks(teller.message, cues):
        return (teller.tell(Kind.THANKS),)
    first = teller.posted.filing.rule is Rule.ADOPTED and not teller.message.answers
    return (
        teller.tell(Kind.OPENED if first else Kind.ANSWER),
        *teller.told(hit for hit in said if hit.cue.kind in _OURS_TO_SAY),
    )


# ── the vendor's mail ─────────────────────────────────────────────────────────


def _theirs(teller: _Teller, cues: Sequence[Cue]) -> Iterable[CaseEvent]:
    """A machine's mail may ask, close and tell; a person's is a response, and its loose questions count."""
    message = teller.message
    if _SURVEY_SUBJECT.fullmatch(message.subject):
        return (teller.tell(Kind.SURVEY, Words(None, 0, len(message.subject))),)
    found = _best_said(hits(own_sentences(message), cues))
    said = [hit for hit in found if hit.cue.kind not in _NOT_THEIRS and teller.complete(hit)]
    person = message.automatic is Automatic.NO and not _by_machine(said)
    told = teller.told(hit for hit in said if person or not hit.cue.weak)
    return (teller.tell(Kind.RESPONSE), *told) if person else tuple(told)


def _best_said(found: Sequence[Hit]) -> Iterator[Hit]:
    """The hits without those that their own sentence says more exactly."""
    said = {(hit.sentence.place, hit.cue.kind) for hit in found}
    for hit in found:
        rather = _RATHER.get(hit.cue.kind, frozenset())
        if not any((hit.sentence.place, kind) in said for kind in rather):
            yield hit


def _by_machine(said: Sequence[Hit]) -> bool:
    """Whether words of a machine stand in it, and elsewhere none that only a person writes."""
    robots = {hit.sentence.place for hit in said if hit.cue.robot}
    persons = (hit for hit in said if not (hit.cue.weak or hit.cue.kind in _ANYBODYS))
    return bool(robots) and all(hit.sentence.place in robots for hit in persons)


# ── telling it ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes the events of one mail."""

    posted: Posted
    side: Side
    zone: tzinfo

    @property
    def message(self) -> Message:
        return self.posted.message

    def tell(self, kind: Kind, words: Words | None = None) -> CaseEvent:
        return CaseEvent(self._at(), kind, self.message.sha256, self.side, words, vendor=self._vendor())

    def told(self, said: Iterable[Hit]) -> Iterator[CaseEvent]:
        """Each kind once, by the first words that are complete."""
        first: dict[Kind, Hit] = {}
        for hit in said:
            if self.complete(hit):
                first.setdefault(hit.cue.kind, hit)
        return (self.by_words(kind, hit) for kind, hit in first.items())

    def complete(self, hit: Hit) -> bool:
        """A promise needs a day, a severity its level, another number the number."""
        kind, text = hit.cue.kind, hit.sentence.text
        if kind is Kind.PROMISE:
            return self._named(kind, text) is not None
        if kind in _LEVELLED:
            return severity_level(text) is not None
        return kind not in _NUMBERED or bool(self.posted.filing.related)

    def by_words(self, kind: Kind, hit: Hit) -> CaseEvent:
        """The event that ``hit`` causes; a day in the same sentence belongs to its words."""
        text = hit.sentence.text
        named = self._named(kind, text)
        start = min(hit.start, named.start) if named else hit.start
        end = max(hit.end, named.end) if named else hit.end
        return replace(
            self.tell(kind, Words(hit.sentence.part, *hit.sentence.source(start, end))),
            day=named.day if named else None,
            level=severity_level(text) if kind in _LEVELLED else None,
            numbers=self.posted.filing.related if kind in _NUMBERED else (),
        )

    def _named(self, kind: Kind, text: str) -> Named | None:
        return named_day(text, self._written_on()) if kind in _DATED else None

    def failure(self, cues: Iterable[Cue]) -> Iterable[CaseEvent]:
        """A report that a mail did not arrive says so in its subject or its text; others report no harm."""
        text = (*sentences(self.message.subject), *own_sentences(self.message))
        failed = hits(text, (cue for cue in cues if cue.kind is Kind.DELIVERY_FAILED))
        return tuple(self.told(failed))

    def _at(self) -> datetime:
        """Of ours the time sent, of theirs the receipt; the other where it is not known, else 1970."""
        times = (self.message.date, self.posted.received_at)
        first, second = times if self.side is Side.US else times[::-1]
        return first or second or datetime(1970, 1, 1, tzinfo=UTC)

    def _written_on(self) -> date:
        return (self.message.date or self._at()).astimezone(self.zone).date()

    def _vendor(self) -> str | None:
        message = self.message
        known = (message.sender, *message.to, *message.cc)
        return vendor(address.addr for address in known if address)
