"""Which UIDs of a folder to read next: new mail first, then backwards, newest first.

A cursor is a pair (low, high): everything in [low, high] was seen. UIDs only
grow (RFC 3501 section 2.3.1.1), but on some servers a lower one becomes visible
after a higher one, so the last few are looked at once more.
"""

from __future__ import annotations

from collections.abc import Iterator

SEARCH_SPAN = 20_000
"""UIDs asked for by one SEARCH: the answer must stay below imaplib's line limit of 1,000,000 bytes."""

RESCAN = 200
"""UIDs below ``high`` that are looked at again in each pass."""


def new_windows(low: int, high: int, uidnext: int) -> Iterator[tuple[int, int]]:
    """Windows of new mail, ascending, from a little below ``high`` up to ``uidnext - 1``."""
    start = max(low, high - RESCAN + 1, 1)
    while start < uidnext:
        end = min(start + SEARCH_SPAN - 1, uidnext - 1)
        yield start, end
        start = end + 1


def old_windows(low: int) -> Iterator[tuple[int, int]]:
    """Windows of older mail, descending, from just below ``low`` down to UID 1."""
    end = low - 1
    while end >= 1:
        start = max(1, end - SEARCH_SPAN + 1)
        yield start, end
        end = start - 1
