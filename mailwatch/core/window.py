"""Which UIDs of a folder to read next: new mail first, then backwards, newest first.

A cursor is a pair (low, high): everything in [low, high] was seen. UIDs only
grow (RFC 3501 section 2.3.1.1), but on some servers a lower one becomes visible
after a higher one, so the last few are looked at once more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

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


def old_window(low: int, span: int) -> tuple[int, int]:
    """The ``span`` UIDs just below ``low``, down to UID 1; ``low`` is above 1."""
    return max(1, low - span), low - 1


def next_span(span: int, found: int) -> int:
    """How wide the next window of older mail is, where the last one held ``found`` mails.

    UIDs may lie far apart: a folder from which mail is moved away counts up to
    millions with few mails in it, and must not cost a SEARCH for every 20,000 numbers.
    """
    if found > SEARCH_SPAN:
        return max(SEARCH_SPAN, span // 2)
    return span * 2 if found < SEARCH_SPAN // 4 else span


def still_to_read(counted: int | None, found: Sequence[int], low: int) -> int | None:
    """Mails left once everything from ``low`` on is read, of those ``counted`` before this window.

    ``found`` are the window's UIDs, ascending. A folder changes while it is read, so
    the count is held at zero; None where nothing was counted.
    """
    return None if counted is None else max(0, counted - (len(found) - bisect_left(found, low)))
