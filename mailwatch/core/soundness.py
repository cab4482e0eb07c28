"""From when on ``check`` warns, and from when on it says that something is wrong.

Every verdict is True (good), None (works, but should be known) or False (a person must act).
"""

from __future__ import annotations

from datetime import datetime, timedelta

ROOM_FEW, ROOM_LOW = 100 * 2**20, 2**30
"""Bytes. Below the first one a batch of big mails no longer fits; below the second one it soon will not."""

FILES_FEW, FILES_LOW = 1_000, 10_000
"""Files that can still be made: each original is one."""

DAYS_FEW, DAYS_LOW = 7, 21
"""Days that a certificate is still good for; those that renew themselves do so with thirty days left."""

CLOCK_SLACK = timedelta(seconds=60)
"""A clock that is set right by less than this has not jumped."""


def room_is_good(free: int, files: int | None) -> bool | None:
    """Whether a disk has room: ``free`` bytes and ``files``, None where files are not counted."""
    if free < ROOM_FEW or (files is not None and files < FILES_FEW):
        return False
    if free < ROOM_LOW or (files is not None and files < FILES_LOW):
        return None
    return True


def days_left(until: datetime, now: datetime) -> int:
    """Whole days before ``until``; negative once it has passed."""
    return (until - now) // timedelta(days=1)


def certificate_is_good(days: int) -> bool | None:
    """Whether a certificate with so many days left is good."""
    if days < DAYS_FEW:
        return False
    return None if days < DAYS_LOW else True


def clock_is_good(now: datetime, newest: datetime | None) -> bool:
    """Whether the clock is not behind ``newest``, the time of the newest ledger entry.

    An honest clock cannot be earlier than what was recorded by it. One that is
    ahead cannot be told by this.
    """
    return newest is None or now >= newest - CLOCK_SLACK
