"""Which UIDs are read next."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.window import RESCAN, SEARCH_SPAN, new_windows, old_windows


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


@given(st.integers(1, 10**6))
def test_old_windows_cover_everything_below_low_once(low: int) -> None:
    """Descending down to UID 1, without gap or overlap."""
    windows = list(old_windows(low))
    assert (windows == []) is (low == 1)
    assert all(a[0] == b[1] + 1 for a, b in itertools.pairwise(windows))
    assert not windows or (windows[0][1], windows[-1][0]) == (low - 1, 1)
