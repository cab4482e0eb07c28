"""What somebody may have meant who typed a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_CLOSE = 0.6
_CLOSE_NUMBER = 0.85
_SHORTEST_CUT = 6


def near_word(typed: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that is spelled most alike, whatever the case of its letters; None: none is."""
    by_small = {one.lower(): one for one in known}
    found = get_close_matches(typed.lower(), by_small, n=1, cutoff=_CLOSE)
    return by_small[found[0]] if found else None


def near_number(typed: str, known: Iterable[str]) -> str | None:
    """The number that ``typed`` is a slip of: a digit wrong, swapped or missing, or the end cut off."""
    wanted = "".join(typed.upper().split())
    every = tuple(known)
    cut = [one for one in every if len(wanted) >= _SHORTEST_CUT and one.upper().startswith(wanted)]
    if len(cut) == 1:
        return cut[0]
    by_large = {one.upper(): one for one in every}
    found = get_close_matches(wanted, by_large, n=1, cutoff=_CLOSE_NUMBER)
    return by_large[found[0]] if found else None
