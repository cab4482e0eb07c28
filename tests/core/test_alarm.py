"""When silence counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.alarm import is_alarming, is_gap

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("before", "every", "gap"),
    [
        (None, 5, False),
        (ago(15), 5, False),
        (ago(15.1), 5, True),
        (ago(60), 20, False),
        (ago(61), 20, True),
        (ago(-5), 5, False),
    ],
)
def test_a_stretch_without_a_look_is_recorded(before: datetime | None, every: int, *, gap: bool) -> None:
    """Longer than a quarter of an hour, or three polls where they are rarer; never after a clock set back."""
    assert gap is is_gap(before, NOW, timedelta(minutes=every))


@pytest.mark.parametrize(
    ("since", "failures", "alarming"),
    [(ago(59), 9, False), (ago(60), 1, True), (ago(600), 0, False), (ago(600), 1, True)],
)
def test_a_person_hears_after_an_hour_of_trouble(since: datetime, failures: int, *, alarming: bool) -> None:
    """A mailbox that was not looked at because mailwatch did not run gets its first look before any alarm."""
    assert alarming is is_alarming(since, failures, NOW, timedelta(hours=1))
