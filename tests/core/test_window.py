"""Which UIDs are read next."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.window import RESCAN, SEARCH_SPAN, new_windows, next_span, old_window, still_to_read


def covered(windows: list[tuple[int, int]]) -> list[int]:
    return [uid for low, high in windows for uid in (low, high)]


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_new_windows_cover_everything_above_high_once(low: int, seen: int, fresh: int) -> None:
    """Ascending, without gap or overlap, each small enough, from a little below high to the last UID."""
    high = low + seen - 1
    windows = list(new_windows(low, high, high + fresh + 1))
    edges = covered(windows)
    assert edges == sorted(edges)
    assert all(b[0] == a[1] + 1 for a, b in itertools.pairwise(windows))
    assert all(0 <= end - start < SEARCH_SPAN for start, end in windows)
    if windows:
        assert (max(low, high - RESCAN + 1), high + fresh) == (windows[0][0], windows[-1][1])
    else:
        assert fresh == 0


def old_windows(low: int, uids: list[int]) -> list[tuple[int, int, list[int]]]:
    """What is asked for, and found, below ``low`` in a folder that holds ``uids``."""
    windows, span = [], SEARCH_SPAN
    while low > 1:
        low, high = old_window(low, span)
        found = [uid for uid in uids if low <= uid <= high]
        windows.append((low, high, found))
        span = next_span(span, len(found))
    return windows


@given(st.integers(1, 2**32), st.lists(st.integers(1, 2**32), max_size=50))
def test_old_windows_cover_everything_below_low_once(low: int, uids: list[int]) -> None:
    """Descending down to UID 1, without gap or overlap; few even where UIDs lie far apart."""
    windows = old_windows(low, uids)
    assert (windows == []) is (low == 1)
    assert all(a[0] == b[1] + 1 for a, b in itertools.pairwise(windows))
    assert not windows or (windows[0][1], windows[-1][0]) == (low - 1, 1)
    assert len(windows) < 32


def test_a_window_stays_small_where_mails_lie_close() -> None:
    """It grows over a desert of numbers, and is cut back when it has hit more than one answer should hold."""
    dense = old_windows(200_001, list(range(1, 200_001)))
    assert {SEARCH_SPAN} == {high - low + 1 for low, high, _ in dense}
    assert 2 * SEARCH_SPAN == next_span(SEARCH_SPAN, 0)
    assert 2 * SEARCH_SPAN == next_span(4 * SEARCH_SPAN, SEARCH_SPAN + 1)
    assert SEARCH_SPAN == next_span(SEARCH_SPAN, SEARCH_SPAN + 1)
    assert 2 * SEARCH_SPAN == next_span(2 * SEARCH_SPAN, SEARCH_SPAN)


@pytest.mark.parametrize(
    ("counted", "low", "left"),
    [(100, 50, 100), (100, 9, 98), (100, 3, 97), (100, 1, 97), (2, 1, 0), (None, 1, None)],
)
def test_what_is_left_follows_the_cursor(counted: int | None, low: int, left: int | None) -> None:
    """UIDs 3, 9 and 10 lie in this window; more of them than were counted leave nothing, not less."""
    assert left == still_to_read(counted, [3, 9, 10], low)
