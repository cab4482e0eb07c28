"""The blocks of a digest: which cases and mails stand where, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import Block, BlockKind, CaseItem, HeldItem, Item, MailItem, ReviewItem
from mailwatch.core.digest_facts import CaseFacts, HeldFacts, MailFacts, ReviewFacts, Side
from mailwatch.core.display import one_line
from mailwatch.core.filing import Confidence, Rule
from mailwatch.core.standing import Standing

ROOM = 12
"""Items shown in one block. The rest are counted: a digest that is too long is read by nobody."""

SILENT_AT_MOST = 60
"""Days. A case that has been silent for longer was told long ago; it is counted, not listed."""

REF = 12
"""Digits of a sha256 that are shown; commands take a prefix of at least 8."""

TITLE, NAME = 76, 40
"""Columns of a title or subject, and of a name."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case with those of its mails that are new to the reader and not a stranger's, by date.

    ``new`` is true where the reader has known none of its mails, strangers' mails included.
    """

    facts: CaseFacts
    fresh: tuple[MailFacts, ...]
    silent_days: int
    new: bool

    @property
    def last_side(self) -> Side | None:
        """Who wrote last, strangers left out; None where only strangers did."""
        us, them = self.facts.last_from_us_at, self.facts.last_from_them_at
        if us is None and them is None:
            return None
        return Side.THEM if us is None or (them is not None and them > us) else Side.US


def open_cases(
    cases: Sequence[CaseFacts], fresh: Sequence[MailFacts], day: date, zone: ZoneInfo
) -> tuple[OpenCase, ...]:
    """The cases that are open, each with its fresh mails."""
    everybody = Counter(m.number for m in fresh)
    grouped = _grouped(m for m in fresh if m.standing is not Standing.STRANGER)
    return tuple(
        OpenCase(
            case,
            tuple(grouped.get(case.number, ())),
            _days(case.last_at, day, zone),
            new=everybody[case.number] >= case.messages,
        )
        for case in cases
        if case.status == "open"
    )


def _grouped(mails: Iterable[MailFacts]) -> Mapping[CaseNumber, list[MailFacts]]:
    found: dict[CaseNumber, list[MailFacts]] = defaultdict(list)
    numbered_ones = ((m.number, m) for m in mails if m.number is not None)
    for number, mail in sorted(numbered_ones, key=lambda pair: (pair[1].at, pair[1].sha256)):
        found[number].append(mail)
    return found


def _days(then: datetime, day: date, zone: ZoneInfo) -> int:
    """Calendar days in ``zone`` from ``then`` to ``day``; a date in the future is today."""
    return max(0, (day - then.astimezone(zone).date()).days)


# ── cases ─────────────────────────────────────────────────────────────────────


def case_blocks(cases: Sequence[OpenCase], silent_after: int) -> list[Block]:
    """Each case stands in one block: silence is told before novelty, because it asks for more."""
    silent = [c for c in cases if c.silent_days >= silent_after]
    awake = [c for c in cases if c.silent_days < silent_after and c.fresh]
    listed = [c for c in silent if c.silent_days <= SILENT_AT_MOST]
    newest = sorted(awake, key=lambda c: (c.facts.last_at, c.facts.number), reverse=True)
    longest = sorted(listed, key=lambda c: (c.facts.last_at, c.facts.number))
    return [
        block(BlockKind.NEW, [_case_item(c) for c in newest if c.new]),
        block(BlockKind.NEWS, [_case_item(c) for c in newest if not c.new]),
        block(BlockKind.SILENT, [_case_item(c) for c in longest], older=len(silent) - len(listed)),
    ]


def _case_item(case: OpenCase) -> CaseItem:
    facts = case.facts
    last = case.fresh[-1] if case.fresh and case.fresh[-1].at >= facts.last_at else None
    received = sum(1 for m in case.fresh if m.side is Side.THEM)
    return CaseItem(
        0,
        facts.number.canonical,
        facts.number.scheme,
        one_line(facts.title, TITLE),
        facts.opened_at,
        facts.last_at,
        case.last_side,
        one_line(last.sender, NAME) if last else None,
        last.automatic if last else False,
        case.silent_days,
        received,
        len(case.fresh) - received,
    )


# ── mails ─────────────────────────────────────────────────────────────────────


def mail_blocks(
    fresh: Sequence[MailFacts], loose: Sequence[MailFacts], cases: Mapping[CaseNumber, CaseFacts]
) -> list[Block]:
    """Single mails: those without a number, those filed with doubt, and strangers' mails with a number."""
    unnumbered = [_mail_item(m) for m in sorted(loose, key=_newest_first) if m.fresh]
    doubtful = [
        m for m in fresh if m.confidence is Confidence.DOUBTFUL and m.standing is not Standing.STRANGER
    ]
    # Where a person filed it, the person used the number, and the stranger may never have named it.
    strange = _grouped([m for m in fresh if m.standing is Standing.STRANGER and m.rule is not Rule.PERSON])
    return [
        block(BlockKind.UNNUMBERED, unnumbered, older=len(loose) - len(unnumbered)),
        block(BlockKind.DOUBTFUL, [_mail_item(m) for m in sorted(doubtful, key=_newest_first)]),
        block(BlockKind.UNVERIFIED, [_strange_item(mails, cases) for mails in strange.values()]),
    ]


def _newest_first(mail: MailFacts) -> tuple[float, str]:
    return -mail.at.timestamp(), mail.sha256


def _mail_item(mail: MailFacts) -> MailItem:
    return MailItem(
        0,
        mail.number.canonical if mail.number else None,
        mail.at,
        mail.sha256[:REF],
        sender=one_line(mail.sender, NAME),
        subject=one_line(mail.subject, TITLE),
        rule=mail.rule,
        mailbox=mail.mailbox,
        folder=mail.folder,
    )


def _strange_item(mails: Sequence[MailFacts], cases: Mapping[CaseNumber, CaseFacts]) -> MailItem:
    """Strangers' mails with one number. None of their words: a digest must not carry a trap further."""
    last = mails[-1]
    assert last.number is not None
    case = cases.get(last.number)
    return MailItem(
        0,
        last.number.canonical,
        last.at,
        last.sha256[:REF],
        count=len(mails),
        known=case is not None and case.status != "unverified",
        mailbox=last.mailbox,
        folder=last.folder,
    )


# ── what is told once, and counted afterwards ─────────────────────────────────


def told_blocks(
    held: Sequence[HeldFacts], reviews: Sequence[ReviewFacts], since: datetime | None
) -> list[Block]:
    """What stands until a person deals with it: told once, counted from then on."""
    unread = [
        HeldItem(0, h.sha256[:REF], h.at, h.why, h.tries)
        for h in sorted(held, key=lambda h: h.at, reverse=True)
        if since is None or h.at > since
    ]
    review = [
        ReviewItem(
            0, r.number.canonical if r.number else None, r.sha256[:REF], r.mailbox, r.folder, r.at, r.why
        )
        for r in sorted(reviews, key=lambda r: r.at, reverse=True)
        if since is None or r.at > since
    ]
    return [
        block(BlockKind.UNREADABLE, unread, older=len(held) - len(unread)),
        block(BlockKind.REVIEW, review, older=len(reviews) - len(review)),
    ]


def block(kind: BlockKind, items: Sequence[Item], older: int = 0) -> Block:
    """The first ``ROOM`` items; the rest are counted."""
    return Block(kind, tuple(items[:ROOM]), max(0, len(items) - ROOM), older)


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks that say something, in reading order, their items numbered through."""
    order = list(BlockKind)
    kept = sorted((b for b in blocks if b.items or b.older), key=lambda b: order.index(b.kind))
    numbers = count(1)
    return tuple(replace(b, items=tuple(replace(i, n=next(numbers)) for i in b.items)) for b in kept)
