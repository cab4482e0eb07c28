"""When everything will have been read: an honest estimate, or none."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.pace import (
    ENOUGH,
    PAUSE,
    Left,
    Pace,
    how_long,
    one_after_another,
    side_by_side,
    two_digits,
)

STEPS = st.lists(st.tuples(st.integers(1, 250), st.floats(0.01, PAUSE)), min_size=1, max_size=20)


def paced(*steps: tuple[int, float]) -> Pace:
    pace = Pace()
    for mails, seconds in steps:
        pace = pace.after(mails, seconds)
    return pace


@pytest.mark.parametrize(
    ("steps", "left", "seconds"),
    [
        ([], 100, None),
        ([(250, ENOUGH - 0.1)], 100, None),
        ([(250, 0.0)], 100, None),
        ([(10, 5.0)], 100, 50),
        ([(10, 5.0)], 0, 0),
        ([(10, 5.0)], 1, 0),
        ([(100, 10.0), (250, -3600.0)], 100, 10),
        ([(100, 10.0), (250, PAUSE + 1)], 100, 10),
        ([(100, 10.0)], 1_234_567, 120_000),
        ([(0, 10.0)], 100, None),
        ([(1, PAUSE)], 10, 9000),
    ],
)
def test_an_estimate_stands_on_what_was_measured(
    steps: list[tuple[int, float]], left: int, seconds: int | None
) -> None:
    """Nothing measured, nothing told; a clock set back and a machine that slept measure nothing."""
    assert seconds == paced(*steps).seconds_for(left)


def test_what_was_measured_lately_counts_most() -> None:
    """The server gets ten times slower: after a minute the estimate has followed most of the way."""
    before = paced(*[(100, 10.0)] * 30)
    after = paced(*[(100, 10.0)] * 30, *[(10, 10.0)] * 6)
    assert 100 == before.seconds_for(1000)
    # A third of the mails still counts at the old pace, by its time: 1/e of 10 mails a second.
    assert 200 < (after.seconds_for(1000) or 0) < 300
    assert 1000 == paced(*[(100, 10.0)] * 30, *[(10, 10.0)] * 60).seconds_for(1000)


@given(STEPS)
def test_a_pace_lies_between_the_slowest_and_the_fastest_batch(steps: list[tuple[int, float]]) -> None:
    """Whatever happens, the estimate is not negative and not wilder than what was seen."""
    found = paced(*steps).seconds_for(1_000)
    rates = [seconds / mails for mails, seconds in steps]
    if found is None:
        assert sum(seconds for _, seconds in steps) < PAUSE
    else:
        assert 0.9 * min(rates) * 1_000 - 1 <= found <= 1.1 * max(rates) * 1_000 + 1


@given(st.floats(0, 1e9))
def test_two_digits_are_kept(value: float) -> None:
    """723 seconds are told as 720: what follows was never known."""
    kept = two_digits(value)
    assert len(str(kept).rstrip("0")) <= 2
    assert abs(kept - value) <= max(0.5, value * 0.06)


@pytest.mark.parametrize(
    ("parts", "one_by_one", "together"),
    [
        ([], Left(0, 0), Left(0, 0)),
        ([Left(0, None)], Left(0, 0), Left(0, 0)),
        ([Left(100, 50)], Left(100, 50), Left(100, 50)),
        ([Left(100, None)], Left(100, None), Left(100, None)),
        ([Left(100, 50), Left(300, None)], Left(400, 200), Left(400, None)),
        ([Left(100, 50), Left(0, None)], Left(100, 50), Left(100, 50)),
        ([Left(100, 50), Left(30, 80)], Left(130, 130), Left(130, 80)),
    ],
)
def test_folders_wait_for_one_another_and_mailboxes_do_not(
    parts: list[Left], one_by_one: Left, together: Left
) -> None:
    """Folders of a mailbox add up; of mailboxes side by side the slowest decides, where all are measured."""
    assert one_by_one == one_after_another(parts)
    assert together == side_by_side(parts)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "less than a minute"),
        (44, "less than a minute"),
        (45, "about 1 minute"),
        (89, "about 1 minute"),
        (90, "about 2 minutes"),
        (720, "about 12 minutes"),
        (5_399, "about 90 minutes"),
        (5_400, "about 2 hours"),
        (86_400, "about 24 hours"),
        (129_600, "about 2 days"),
        (864_000, "about 10 days"),
    ],
)
def test_people_are_told_a_time_in_one_unit(seconds: int, told: str) -> None:
    """Twelve minutes, not 11:58."""
    assert told == str(how_long(seconds))


def test_a_longer_time_is_never_told_as_a_shorter_one() -> None:
    """The words follow one another as the seconds do, without a gap."""
    told = [str(how_long(seconds)) for seconds in range(0, 200_000, 7)]
    changes = [told[0], *(after for before, after in pairwise(told) if before != after)]
    assert len(changes) == len(set(changes))
