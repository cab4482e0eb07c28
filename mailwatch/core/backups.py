"""Whether the last backup is one to rely on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class BackupState(StrEnum):
    """What a person should know of it, in one word."""

    NONE = "none"
    FAILED = "failed"
    BROKEN_OFF = "broken-off"
    UNDER_WAY = "under-way"
    OVERDUE = "overdue"
    OLD = "old"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The backup that began last, UTC. ``ended`` is None where nobody saw its end, ``why`` is why it failed.

    ``nightly`` tells that a timer began it, so that the next one is expected in the night after.
    """

    folder: str
    began: datetime
    ended: datetime | None
    nightly: bool
    why: str | None = None


LONGEST = timedelta(days=1)
"""A backup that is not at its end after this was broken off; the first one of years of mail takes hours."""

NIGHT = timedelta(hours=36)
"""From one night to the next, with the timer's spread and the time that a backup takes."""

WEEK = timedelta(days=7)
"""A backup by hand that is older than this is worth a word."""


def judge_backup(last: LastBackup | None, now: datetime) -> BackupState:
    """How it stands at ``now``."""
    if last is None:
        return BackupState.NONE
    if last.why is not None:
        return BackupState.FAILED
    age = now - last.began
    if last.ended is None:
        return BackupState.BROKEN_OFF if age > LONGEST else BackupState.UNDER_WAY
    if last.nightly and age > NIGHT:
        return BackupState.OVERDUE
    return BackupState.OLD if age > WEEK else BackupState.GOOD
