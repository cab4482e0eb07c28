"""The words around a search match."""

from __future__ import annotations

import re
import unicodedata

from mailwatch.core.privacy import hide_codes

_SPACE = re.compile(r"\s+")
_LONGEST = 262_144


def snippet(text: str, asked: str, around: int = 40, *, beside: str = "") -> str:
    """One line with the first place where ``asked`` stands, ``around`` code points on either side.

    Compared without regard to case and width. Where the whole is not found, its
    first word is; where that is not, the beginning of the text is shown.
    One-time codes are covered before anything is cut, so that no half of one is left;
    ``beside`` is what may speak of them, too: the subject.
    """
    plain = _SPACE.sub(" ", hide_codes(unicodedata.normalize("NFKC", text[:_LONGEST]), beside=beside)).strip()
    start, end = _find(plain, _SPACE.sub(" ", unicodedata.normalize("NFKC", asked)).strip())
    low, high = max(0, start - around), min(len(plain), end + around)
    return ("…" if low else "") + plain[low:high].strip() + ("…" if high < len(plain) else "")


def _find(plain: str, asked: str) -> tuple[int, int]:
    for wanted in (asked, *asked.split(" ")[:1]):
        if wanted:
            found = re.search(re.escape(wanted), plain, re.IGNORECASE)
            if found:
                return found.span()
    return 0, 40
