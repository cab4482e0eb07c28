"""``compose``: what a digest says; ``digest_subject``: what fits on a phone; ``digest_due``: when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailwatch.core.alarm import once
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import TO_CHECK, Block, BlockKind, Counts, DigestContent, WatchReport
from mailwatch.core.digest_blocks import OpenCase, case_blocks, mail_blocks, numbered, open_cases, told_blocks
from mailwatch.core.digest_facts import DigestFacts, MailFacts, Side
from mailwatch.core.digest_share import share
from mailwatch.core.digest_turns import (
    Today,
    Turns,
    is_closed,
    turn_blocks,
    turn_counts,
    vendors,
)

# ── who reads what, and when ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader: address, language (ko | en), and the time zone of dates and times.

    ``customers`` are those whose cases he may see; None: all.
    """

    address: str
    language: str
    zone: ZoneInfo
    customers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DigestSpec:
    """A digest that is wanted: its name, its readers, the local time of day and the ISO weekdays.

    ``sender`` is the address it comes from, ``silent_after`` the days without mail
    after which a case counts as silent, ``stale_after`` how long a folder may stay
    unread before the watching counts as broken.
    """

    name: str
    sender: str
    recipients: tuple[Recipient, ...]
    at: time = time(9, 0)
    weekdays: frozenset[int] = frozenset(range(1, 8))
    silent_after: int = 3
    stale_after: timedelta = timedelta(hours=1)


LATE_AFTER = timedelta(minutes=30)
"""A digest that is made this long after its hour says so; less is the first look after a start."""

LONGEST_SILENCE = timedelta(days=400)
"""How far back days without a digest are counted."""


def digest_due(spec: DigestSpec, now: datetime, zone: ZoneInfo, last: date | None) -> date | None:
    """The local date for which a digest is due at ``now``, or None.

    ``last`` is the local date of the newest digest to this reader up to today. Wall clocks
    decide: where daylight saving leaves out the hour it is due with the next
    minute that exists, where an hour comes twice it is due once. A day that was
    slept through is not made up for; a late start on the same day is.
    """
    local = now.astimezone(zone)
    today = local.date()
    if today.isoweekday() not in spec.weekdays or local.time() < spec.at:
        return None
    return today if last is None or last < today else None


def late_since(spec: DigestSpec, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the digest that is made at ``now`` should have been made, UTC; None where it is in time."""
    due = due_on(spec, now, zone)
    return due if now - due > LATE_AFTER else None


def due_on(spec: DigestSpec, now: datetime, zone: ZoneInfo) -> datetime:
    """When the digest of the local day of ``now`` is due, UTC; of an hour that comes twice, the first."""
    return datetime.combine(now.astimezone(zone).date(), spec.at, zone).astimezone(UTC)


def wanted_between(spec: DigestSpec, last: date, today: date) -> tuple[date, ...]:
    """The days after ``last`` and before ``today`` for which a digest is wanted, oldest first."""
    first = max(last + timedelta(days=1), today - LONGEST_SILENCE)
    days = (first + timedelta(days=n) for n in range((today - first).days))
    return tuple(day for day in days if day.isoweekday() in spec.weekdays)


# ── what it says ──────────────────────────────────────────────────────────────


def compose(
    facts: DigestFacts,
    *,
    name: str,
    now: datetime,
    zone: ZoneInfo,
    silent_after: int,
    stale_after: timedelta = timedelta(hours=1),
    due: datetime | None = None,
    turns: Turns | None = None,
    customers: tuple[str, ...] | None = None,
) -> DigestContent:
    """What the digest ``name`` says at ``now`` to a reader in ``zone``.

    ``due`` is when it should have been made, where that is worth a word. A case counts as silent
    after ``silent_after`` days without mail; a folder that was not read for ``stale_after``
    counts as not watched. ``turns`` tell whose turn it is on each open case; ``customers`` are
    those whose cases the reader may see, None: all.
    """
    known = turns or {}
    facts = share(facts, known, customers)
    today = Today(now, zone, facts.since)
    fresh = [m for m in facts.messages if m.fresh]
    every = open_cases(facts.cases, fresh, today.day, zone)
    whose_turn, settled = turn_blocks(every, known, today)
    seen = [c for c in every if not is_closed(c, known)]
    others = [c for c in every if c.facts.number not in settled]
    blocks = numbered(whose_turn + _of_mails(facts, fresh) + case_blocks(others, silent_after))
    return DigestContent(
        name=name,
        day=today.day,
        zone=zone.key,
        now=now,
        since=facts.since,
        silent_after=silent_after,
        counts=_counts(seen, blocks, len(facts.held), turns, settled),
        customers=customers,
        vendors=vendors(seen, known),
        blocks=blocks,
        watch=_watch(facts, now, stale_after),
        tally=facts.tally,
        earlier=facts.earlier,
        # Before the first digest nobody waited for one, and nothing was down: it was being installed.
        due=due if facts.since or facts.earlier or facts.missed else None,
        missed=facts.missed,
    )


def _of_mails(facts: DigestFacts, fresh: Sequence[MailFacts]) -> list[Block]:
    cases = {case.number: case for case in facts.cases}
    told = told_blocks(facts.held, facts.reviews, facts.since)
    return mail_blocks(fresh, facts.loose, cases) + told


def _counts(
    cases: Sequence[OpenCase],
    blocks: Sequence[Block],
    held: int,
    turns: Turns | None,
    settled: frozenset[CaseNumber],
) -> Counts:
    totals = {b.kind: b.total for b in blocks}
    # A case that stands in a block of turns is no less new for it.
    elsewhere = [c.new for c in cases if c.facts.number in settled and c.fresh]
    sides = [c.last_side for c in cases]
    return Counts(
        open=len(cases),
        last_from_them=sides.count(Side.THEM),
        last_from_us=sides.count(Side.US),
        mails=sum(len(c.fresh) for c in cases),
        new_cases=totals.get(BlockKind.NEW, 0) + elsewhere.count(True),
        news=totals.get(BlockKind.NEWS, 0) + elsewhere.count(False),
        silent=sum(b.total + b.older for b in blocks if b.kind is BlockKind.SILENT),
        to_check=sum(totals.get(kind, 0) for kind in TO_CHECK),
        unverified=totals.get(BlockKind.UNVERIFIED, 0),
        unreadable=held,
        **({} if turns is None else turn_counts(cases, turns)),
    )


def _watch(facts: DigestFacts, now: datetime, stale_after: timedelta) -> WatchReport:
    """The watching is well where every folder of every mailbox was read lately and no outage goes on."""
    folders = facts.folders
    behind = tuple(f for f in folders if f.last_good is None or now - f.last_good > stale_after)
    times = [f.last_good for f in folders if f.last_good is not None]
    gaps = once(facts.gaps)
    going_on = {gap.mailbox for gap in gaps if gap.until is None and gap.what == "outage"}
    lost = {f.mailbox for f in behind} | going_on | set(facts.unread)
    return WatchReport(
        ok=bool(folders) and not lost,
        mailboxes=len({f.mailbox for f in folders}),
        lost=tuple(sorted(lost)),
        unread=facts.unread,
        up_to=min(times) if times and len(times) == len(folders) and not facts.unread else None,
        behind=behind,
        backfilling=tuple(f for f in folders if not f.backfilled),
        gaps=gaps,
    )


# ── the subject ───────────────────────────────────────────────────────────────


class Matter(StrEnum):
    """What a part of the subject line counts; the most urgent comes first."""

    NOT_WATCHING = "not-watching"
    NOW = "now"
    OURS = "ours"
    LATE = "late"
    TO_CHECK = "to-check"
    NEW = "new"
    NEWS = "news"
    SILENT = "silent"
    UNVERIFIED = "unverified"


SUBJECT_PARTS = 3
"""A phone shows about forty columns of a subject; three counts fit."""


_TURNS = ((Matter.NOW, BlockKind.NOW), (Matter.OURS, BlockKind.OURS), (Matter.LATE, BlockKind.LATE))


def digest_subject(content: DigestContent) -> tuple[tuple[Matter, int], ...]:
    """What the subject line counts; empty on a quiet day.

    Neither names nor case numbers: a lock screen shows it to anybody, and a digest
    must never be filed as case mail.
    """
    counts = content.counts
    totals = {block.kind: block.total for block in content.blocks}
    found = (
        (Matter.NOT_WATCHING, len(content.watch.lost)),
        *((matter, totals.get(kind, 0)) for matter, kind in _TURNS),
        (Matter.TO_CHECK, counts.to_check),
        (Matter.NEW, counts.new_cases),
        (Matter.NEWS, counts.news),
        (Matter.SILENT, counts.silent),
        (Matter.UNVERIFIED, counts.unverified),
    )
    return tuple((matter, n) for matter, n in found if n)[:SUBJECT_PARTS]
