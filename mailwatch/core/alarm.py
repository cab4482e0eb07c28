"""When silence counts: as an outage that is recorded, and as one that a person must hear of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mailwatch.core.digest_facts import GapFacts

RECORDED_AFTER = timedelta(minutes=15)
"""A stretch without a good look that is longer than this, or three times the polling, enters the ledger."""


def is_gap(before: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether the time from the last good look ``before`` to the one at ``now`` is to be recorded.

    It does not matter whether the server was away or mailwatch itself.
    """
    return before is not None and now - before > max(RECORDED_AFTER, 3 * every)


def is_alarming(since: datetime, failures: int, now: datetime, after: timedelta) -> bool:
    """Whether a person must hear that there was no good look since ``since``.

    Only after a look that went wrong: the first minutes after a long rest of mailwatch are no alarm.
    """
    return failures > 0 and now - since >= after


def once(gaps: Sequence[GapFacts]) -> tuple[GapFacts, ...]:
    """An outage is recorded when it is noticed and once more when it is over: the second word tells all."""
    over = {(g.mailbox, g.since) for g in gaps if g.what == "outage" and g.until is not None}
    return tuple(
        g for g in gaps if g.what != "outage" or g.until is not None or (g.mailbox, g.since) not in over
    )


def outages_after(gaps: Sequence[GapFacts], moment: datetime) -> tuple[GapFacts, ...]:
    """The outages that were not over at ``moment``, each once, in the order of their beginning."""
    found = [g for g in once(gaps) if g.what == "outage" and g.since is not None]
    late = [g for g in found if g.until is None or g.until > moment]
    return tuple(sorted(late, key=lambda g: (g.since or moment, g.mailbox)))


def outage_going_on(gaps: Iterable[GapFacts], mailbox: str) -> datetime | None:
    """Since when ``mailbox`` is down by what the ledger has, or None where no outage of it goes on.

    An outage is recorded when it is noticed and once more, with its end, when it is over.
    """
    ours = [g for g in gaps if g.what == "outage" and g.mailbox == mailbox]
    over = {g.since for g in ours if g.until is not None}
    return max((g.since for g in ours if g.since is not None and g.since not in over), default=None)
