"""What became of a reader's earlier digests: which one he certainly has, and what to say of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailwatch.core.digest_facts import EarlierDigest
from mailwatch.core.reminders import DigestSpec, wanted_between
from mailwatch.jobs.remind.gather import Previous
from mailwatch.jobs.remind.letter import made
from mailwatch.jobs.remind.outgoing import MOST_TRIES
from mailwatch.ports import OutboxItem


@dataclass(frozen=True, slots=True)
class History:
    """``previous`` is the newest digest that certainly arrived.

    ``told`` are those since then that may have arrived, newest first; ``missed`` the days since
    then for which one was wanted and none can have arrived, oldest first.
    """

    previous: Previous | None
    told: tuple[EarlierDigest, ...]
    missed: tuple[date, ...]


def history(items: Sequence[OutboxItem], spec: DigestSpec, today: date) -> History:
    """Judge ``items``, which come newest first; today's says nothing here."""
    told: list[EarlierDigest] = []
    day = today
    for item in items:
        day = date.fromisoformat(item.date)
        if item.state == "sent" and day < today:
            if item.tries >= MOST_TRIES:
                told.append(EarlierDigest(day, "resent"))
            return History(made(item.raw), tuple(told), _missed(spec, day, today, told))
        if day < today and may_have_arrived(item):
            told.append(EarlierDigest(day, "maybe"))
    # Before the first digest that we know of, nobody waited for one.
    return History(None, tuple(told), _missed(spec, day - timedelta(days=1), today, told))


def may_have_arrived(item: OutboxItem) -> bool:
    """Whether this digest can be in the reader's hands; ``tries`` counts what may have got through."""
    return item.state in {"sending", "maybe"} or (item.state == "failed" and item.tries > 0)


def _missed(spec: DigestSpec, last: date, today: date, told: Sequence[EarlierDigest]) -> tuple[date, ...]:
    known = {one.date for one in told}
    return tuple(day for day in wanted_between(spec, last, today) if day not in known)
