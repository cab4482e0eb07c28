"""When silence counts: as an outage that is recorded, and as one that a person must hear of."""

from __future__ import annotations

from datetime import datetime, timedelta

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
