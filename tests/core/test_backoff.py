"""Waiting after failures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.backoff import LONGEST, MOST_ASKED, Backoff, patient_delay

CHANCES = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("failures", "ceiling"),
    [(0, 10), (1, 10), (2, 20), (3, 40), (4, 80), (6, 320), (7, 640), (8, 900), (9, 900), (10_000, 900)],
)
def test_the_ceiling_doubles_from_ten_seconds_to_fifteen_minutes(failures: int, ceiling: float) -> None:
    """Each failure doubles it; a server that was away for a month is still asked four times an hour."""
    assert ceiling == Backoff(failures).ceiling


@pytest.mark.parametrize(
    ("failures", "chance", "asked", "delay"),
    [
        (1, 0.0, None, 5.0),
        (1, 0.5, None, 7.5),
        (3, 0.5, None, 22.5),
        (9, 0.0, None, 5.0),
        (9, 0.5, None, 452.5),
        (1, 0.5, 60.0, 67.5),
        (1, 0.5, 0.0, 7.5),
        (9, 0.0, 300.0, 305.0),
        (1, 0.5, 1e9, 3607.5),
    ],
)
def test_a_delay_is_a_part_of_the_ceiling_on_top_of_what_the_server_asks(
    failures: int, chance: float, asked: float | None, delay: float
) -> None:
    """Between five seconds and the ceiling; the wish of a server is obeyed, but not for ever."""
    assert delay == Backoff(failures).delay(chance, asked)


@given(st.integers(0, 100), CHANCES, st.none() | st.floats(0, 1e6))
def test_no_delay_is_a_busy_loop_and_none_undercuts_the_server(
    failures: int, chance: float, asked: float | None
) -> None:
    """Always five seconds at least, and at least what was asked for up to an hour."""
    delay = Backoff(failures).delay(chance, asked)
    assert 5 <= delay <= LONGEST + MOST_ASKED
    assert delay >= min(asked or 0, MOST_ASKED)


@given(st.integers(0, 50))
def test_each_failure_counts_and_only_a_new_value_forgets(failures: int) -> None:
    """``failed`` adds one; nothing but a fresh Backoff starts over."""
    assert Backoff(failures + 1) == Backoff(failures).failed()
    assert Backoff(failures).ceiling <= Backoff(failures).failed().ceiling


@given(CHANCES)
def test_what_a_person_must_mend_is_tried_every_five_to_fifteen_minutes(chance: float) -> None:
    """Wrong passwords in quick succession lock accounts."""
    assert 300 <= patient_delay(chance) <= 900
