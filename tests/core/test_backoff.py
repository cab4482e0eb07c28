"""Waiting after failures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.backoff import LONGEST, MOST_ASKED, SHORTEST, Backoff, patient_delay

CHANCES = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("failures", "ceiling"),
    [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (7, 320), (8, 640), (9, 900), (10, 900), (10_000, 900)],
)
def test_the_ceiling_doubles_from_five_seconds_to_fifteen_minutes(failures: int, ceiling: float) -> None:
    """Each failure doubles it; a server that was away for a month is still asked four times an hour."""
    assert ceiling == Backoff(failures).ceiling


@pytest.mark.parametrize(
    ("failures", "chance", "asked", "delay"),
    [
        (1, 0.5, None, 2.5),
        (1, 0.0, None, 1.0),
        (3, 0.5, None, 10.0),
        (9, 0.5, None, 450.0),
        (1, 0.5, 60.0, 62.5),
        (1, 0.5, 0.0, 2.5),
        (9, 0.0, 300.0, 301.0),
        (1, 0.5, 1e9, MOST_ASKED + 2.5),
    ],
)
def test_a_delay_is_a_part_of_the_ceiling_on_top_of_what_the_server_asks(
    failures: int, chance: float, asked: float | None, delay: float
) -> None:
    """Full jitter; the wish of a server is obeyed, but not for ever."""
    assert delay == Backoff(failures).delay(chance, asked)


@given(st.integers(0, 100), CHANCES, st.none() | st.floats(0, 1e6))
def test_no_delay_is_a_busy_loop_and_none_undercuts_the_server(
    failures: int, chance: float, asked: float | None
) -> None:
    """Always a second at least, and at least what was asked for up to an hour."""
    delay = Backoff(failures).delay(chance, asked)
    assert SHORTEST <= delay <= LONGEST + MOST_ASKED
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
