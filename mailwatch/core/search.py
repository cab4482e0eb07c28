"""How text is cut for full-text search: CJK runs into pairs, everything else into words.

A Korean word of two syllables is then one token, and a longer one is a phrase of
overlapping pairs: both are found exactly, wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 262_144
"""Only this many code points of one text are indexed: a stranger decides how long a mail is."""

# Kana, Bopomofo, ideographs with extension A and the compatibility block, Hangul syllables and jamo;
# the supplementary ideographic planes.
_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3100-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PIECES = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")

# A pair at every place inside a CJK run (the first group eats nothing, so that pairs overlap), else a word
# or a CJK character that stands alone. One pass of the engine over the text: this is the hot loop.
_TOKENS = re.compile(f"(?=([{_CJK}][{_CJK}]))|([^\\W_{_CJK}]+|(?<![{_CJK}])[{_CJK}](?![{_CJK}]))")


def bigrams(text: str) -> tuple[str, ...]:
    """The tokens of ``text`` in order, case and width folded. A lone CJK character stays one token."""
    return tuple(cut(text).split())


def cut(text: str) -> str:
    """The tokens of ``text`` in order, blanks between two.

    ASCII in one go. All else word by word: people repeat themselves, so most words have been cut before.
    """
    text = text[:LONGEST]
    if text.isascii():
        return text.translate(_ASCII)
    return " ".join(map(_CUT.__getitem__, text.split()))


def runs(text: str) -> tuple[tuple[str, ...], ...]:
    """The tokens of each run without a gap: a word alone, or the pairs of a CJK run."""
    return tuple(tuple(_tokens(piece)) for piece in _PIECES.findall(_folded(text[:LONGEST])))


_WORD = 64
"""Longer words are not remembered: a stranger decides how long they are."""

_PIECE = 4096

_ASCII = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)}
"""Every token of ASCII is a run of letters and digits."""


class _Cut(dict[str, str]):
    """Words and their tokens; a mapping and not ``lru_cache``, which takes longer than most words do."""

    MOST = 16_384

    def __missing__(self, word: str) -> str:
        if len(word) > _WORD:
            return _cut_long(word)
        if len(self) >= self.MOST:
            self.clear()
        self[word] = tokens = " ".join(_tokens(_folded(word)))
        return tokens


_CUT = _Cut()


def _cut_long(word: str) -> str:
    """In pieces: normalising a long run of combining marks takes time that grows with its square."""
    pieces = (word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
    return " ".join(token for piece in pieces for token in _tokens(_folded(piece)))


def _tokens(folded: str) -> list[str]:
    return [pair or word for pair, word in _TOKENS.findall(folded)]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
