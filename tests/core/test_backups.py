"""Whether the last backup is one to rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.backups import BackupState, LastBackup, judge_backup

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "ended", "nightly", "why", "state"),
    [
        (6, True, True, None, BackupState.GOOD),
        (36, True, True, None, BackupState.GOOD),
        (37, True, True, None, BackupState.OVERDUE),
        (37, True, False, None, BackupState.GOOD),
        (7 * 24, True, False, None, BackupState.GOOD),
        (7 * 24 + 1, True, False, None, BackupState.OLD),
        (24, False, True, None, BackupState.UNDER_WAY),
        (25, False, True, None, BackupState.BROKEN_OFF),
        (6, True, True, "the disk is full", BackupState.FAILED),
        (900, True, False, "the disk is full", BackupState.FAILED),
    ],
)
def test_the_last_backup(
    hours: int, why: str | None, state: BackupState, *, ended: bool, nightly: bool
) -> None:
    """By a timer one is due each night; by hand an old one is worth a word; a failed one always is."""
    began = NOW - timedelta(hours=hours)
    last = LastBackup("/backup", began, began if ended else None, nightly, why)
    assert state == judge_backup(last, NOW)


def test_no_backup_at_all() -> None:
    """Nobody has made one yet."""
    assert judge_backup(None, NOW) is BackupState.NONE
