"""How text is cut for full-text search: CJK runs into pairs, everything else into words.

A Korean word of two syllables is then one token, and a longer one is a phrase of
overlapping pairs: both are found exactly, wherever they stand.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

LONGEST = 262_144
"""Only this many code points of one text are indexed: a stranger decides how long a mail is."""

# Kana, Bopomofo, ideographs with extension A and the compatibility block, Hangul syllables and jamo;
# the supplementary ideographic planes.
_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3100-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PIECES = re.compile(f"([{_CJK}]+)|[^\\W_{_CJK}]+")


def bigrams(text: str) -> tuple[str, ...]:
    """The tokens of ``text`` in order, case and width folded. A lone CJK character stays one token."""
    return tuple(token for run in runs(text) for token in run)


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """The tokens of each run without a gap: a word alone, or the pairs of a CJK run."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    for piece in _PIECES.finditer(folded):
        found = piece.group()
        if piece.group(1) is None or len(found) == 1:
            yield (found,)
        else:
            yield tuple(map("".join, itertools.pairwise(found)))
