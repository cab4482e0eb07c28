"""Rows of the store, turned into the facts that a digest is composed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import CaseFacts, DigestFacts, EarlierDigest, MailFacts, Side
from mailwatch.core.filing import Verdict
from mailwatch.ports import CaseRow, DigestShelf, Library, MessageRow

FIRST_WINDOW = timedelta(days=30)
"""What the first digest looks back on: the age at which a case that is met first starts dormant."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The newest digest that certainly arrived: when it was made, and up to which ledger entry it knew."""

    at: datetime
    position: int


def gather(
    library: Library,
    shelf: DigestShelf,
    previous: Previous | None,
    earlier: Sequence[EarlierDigest],
    now: datetime,
    *,
    mailboxes: frozenset[str] | None = None,
    missed: Sequence[date] = (),
) -> DigestFacts:
    """Everything a digest may tell at ``now`` to a reader whose last one was ``previous``.

    The ledger's order decides what is new, not the clock: a mail that was being
    recorded while the last digest was made is in this one. ``mailboxes`` are those that
    are watched today; what others left behind is no gap. None: all. ``missed`` are days without a digest.
    """
    start = previous.at if previous else now - FIRST_WINDOW
    tally = shelf.tally()
    position = previous.position if previous else 0
    decided = shelf.decided(position)
    fresh = _fresh(previous, frozenset(decided), start)
    cases = library.cases()
    dormant = {row.number for row in cases if row.status == "dormant"}
    # The first digest leaves dormant cases aside: a first run over years of mail finds thousands.
    numbers = {n for n in decided.values() if n is not None} - (set() if previous else dormant)
    held, reviews = shelf.troubles()
    folders, gaps = shelf.watch(position)
    return DigestFacts(
        cases=tuple(_case(row) for row in cases),
        messages=tuple(_filed(library, sorted(numbers), fresh)),
        loose=tuple(_loose(library.loose(Verdict.UNNUMBERED.value), fresh, first=previous is None)),
        held=held,
        reviews=reviews,
        folders=tuple(f for f in folders if mailboxes is None or f.mailbox in mailboxes),
        gaps=gaps,
        tally=tally,
        since=previous.at if previous else None,
        earlier=tuple(earlier),
        missed=tuple(missed),
        unread=tuple(sorted((mailboxes or frozenset()) - {f.mailbox for f in folders})),
    )


def _fresh(
    previous: Previous | None, decided: frozenset[str], start: datetime
) -> Callable[[MessageRow], bool]:
    """Which rows are new to the reader: decided since the last digest, or, before the first, of late."""
    if previous is None:
        return lambda row: max(row.date, row.received_at or row.date) >= start
    return lambda row: row.filing.sha256 in decided


def _filed(
    library: Library, numbers: Sequence[CaseNumber], fresh: Callable[[MessageRow], bool]
) -> Iterator[MailFacts]:
    for number in numbers:
        yield from (_mail(row, fresh=True) for row in library.messages(number) if fresh(row))


def _loose(
    rows: Sequence[MessageRow], fresh: Callable[[MessageRow], bool], *, first: bool
) -> Iterator[MailFacts]:
    for row in rows:
        new = fresh(row)
        if new or not first:
            yield _mail(row, fresh=new)


def _case(row: CaseRow) -> CaseFacts:
    return CaseFacts(
        number=row.number,
        title=row.title,
        status=row.status,
        messages=row.messages,
        opened_at=row.opened_at,
        last_at=row.last_message_at,
        last_from_us_at=row.last_from_us_at,
        last_from_them_at=row.last_from_them_at,
    )


def _mail(row: MessageRow, *, fresh: bool) -> MailFacts:
    place = row.originals[0] if row.originals else None
    return MailFacts(
        sha256=row.filing.sha256,
        number=row.filing.number,
        at=row.date,
        side=Side.US if row.direction == "out" else Side.THEM,
        sender=row.from_name or row.from_addr,
        subject=row.subject,
        standing=row.filing.standing,
        fresh=fresh,
        automatic=row.automatic != "no",
        rule=row.filing.rule,
        confidence=row.filing.confidence,
        mailbox=place.mailbox if place else None,
        folder=place.folder if place else None,
    )
