"""From when on ``check`` warns, and from when on it says that something is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.soundness import certificate_is_good, clock_is_good, days_left, room_is_good

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GIB, MIB = 2**30, 2**20


@pytest.mark.parametrize(
    ("free", "files", "good"),
    [
        (GIB, None, True),
        (GIB, 10_000, True),
        (GIB - 1, None, None),
        (GIB, 9_999, None),
        (100 * MIB, None, None),
        (100 * MIB - 1, None, False),
        (10 * GIB, 999, False),
        (0, 0, False),
    ],
)
def test_room(free: int, files: int | None, *, good: bool | None) -> None:
    """Bytes or files, whichever is scarcer; what a file system does not count cannot be scarce."""
    assert room_is_good(free, files) is good


@pytest.mark.parametrize(
    ("left", "days", "good"),
    [
        (timedelta(days=21), 21, True),
        (timedelta(days=21, seconds=-1), 20, None),
        (timedelta(days=7), 7, None),
        (timedelta(days=7, seconds=-1), 6, False),
        (timedelta(hours=23), 0, False),
        (timedelta(seconds=-1), -1, False),
    ],
)
def test_certificates(left: timedelta, days: int, *, good: bool | None) -> None:
    """Three weeks are enough, one week is not; a day that has begun is not counted."""
    assert (days, good) == (days_left(NOW + left, NOW), certificate_is_good(days))


@pytest.mark.parametrize(
    ("newest", "good"),
    [
        (None, True),
        (NOW - timedelta(days=900), True),
        (NOW, True),
        (NOW + timedelta(seconds=60), True),
        (NOW + timedelta(seconds=61), False),
    ],
)
def test_the_clock_against_the_ledger(newest: datetime | None, *, good: bool) -> None:
    """What was recorded cannot lie in the future, but for the step of a clock that was set right."""
    assert clock_is_good(NOW, newest) is good
