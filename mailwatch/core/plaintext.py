"""Text as the rules read it, and the way back to where it stood.

NFKC (Unicode Standard Annex 15), zero-width characters gone, non-breaking
spaces tamed. Every offset in the result can be mapped back to code points of
the text it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

# These are their own NFKC and join with nothing but marks behind them, so they
# are copied in whole runs: ASCII, Latin and Cyrillic letters, common punctuation,
# kana, ideographs, Hangul syllables.
_EXOTIC = re.compile(
    "[^\x00-\x7f\u00c0-\u00ff\u0410-\u044f\u2010\u2012-\u2016\u2018-\u2023"
    "\u3001\u3002\u3008-\u3011\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]+"
)

# Annex 15, section 13 (Stream-Safe Text Format) allows 30 marks on a character.
# More are normalised apart: sorting a longer run of marks takes quadratic time.
_CLUSTER = 31

_NO_BREAK = frozenset("\u00a0\u2007\u202f")
# Invisible, though Unicode does not call them format characters (Cf): combining
# grapheme joiner, Hangul fillers, Mongolian and general variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0\u180b\u180c\u180d") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)


class _Piece(NamedTuple):
    """A stretch of the result: copied one to one, or made from [``start``, ``end``) of the source."""

    at: int
    start: int
    end: int
    copied: bool


@dataclass(frozen=True, slots=True)
class Plain:
    """Normalised text. ``pieces`` is empty where it is the source itself.

    ``joints`` are the offsets in ``text`` where a non-breaking space was removed.
    """

    text: str
    pieces: tuple[_Piece, ...] = ()
    joints: tuple[int, ...] = ()

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty stretch [start, end) of ``text`` stood, in code points of the source."""
        if not self.pieces:
            return start, end
        first, last = self._piece(start), self._piece(end - 1)
        source_start = first.start + (start - first.at if first.copied else 0)
        source_end = last.start + (end - last.at) if last.copied else last.end
        return source_start, source_end

    def _piece(self, index: int) -> _Piece:
        return self.pieces[bisect_right(self.pieces, index, key=attrgetter("at")) - 1]


def plain(text: str) -> Plain:
    """Normalise ``text`` for the rules. Linear in its length, whatever stands in it.

    A non-breaking space between two digits is removed: mail programs put it into
    long numbers. Anywhere else it is a space, as HTML uses it between words.
    """
    if text.isascii():
        return Plain(text)
    out: list[str] = []
    pieces: list[_Piece] = []
    joints: list[int] = []
    at = done = 0
    for start, end, made in _made(text):
        if start > done:
            pieces.append(_Piece(at, done, start, copied=True))
            out.append(text[done:start])
            at += start - done
        if made == " " and text[start] in _NO_BREAK and _between_digits(text, end, out):
            joints.append(at)
        elif made:
            pieces.append(_Piece(at, start, end, copied=False))
            out.append(made)
            at += len(made)
        done = end
    pieces.append(_Piece(at, done, len(text), copied=True))
    out.append(text[done:])
    return Plain("".join(out), tuple(pieces), tuple(joints))


def no_break_groups(read: Plain, start: int, end: int) -> list[int]:
    """The lengths of the groups that non-breaking spaces cut [start, end) into."""
    inside = read.joints[bisect_right(read.joints, start) : bisect_left(read.joints, end)]
    return [b - a for a, b in pairwise((start, *inside, end))]


def _between_digits(text: str, after: int, out: list[str]) -> bool:
    return bool(out) and out[-1][-1].isdecimal() and text[after : after + 1].isdecimal()


def _made(text: str) -> Iterator[tuple[int, int, str]]:
    """The clusters that are not copied: start, end, and what becomes of them."""
    done = 0
    for run in _EXOTIC.finditer(text):
        # A mark joins the character before it.
        at = run.start() - 1 if run.start() > done and _joins(text[run.start()]) else run.start()
        done = run.end()
        while at < done:
            end = at + 1
            while end < done and end - at < _CLUSTER and _joins(text[end]):
                end += 1
            yield at, end, _normal(text[at:end])
            at = end


@lru_cache(maxsize=4096)
def _joins(char: str) -> bool:
    """Whether ``char`` may compose with what stands before it: marks, medial and final jamo."""
    first = unicodedata.normalize("NFKC", char)[0]
    return unicodedata.combining(first) > 0 or "\u1160" <= first <= "\u11ff"


@lru_cache(maxsize=4096)
def _normal(cluster: str) -> str:
    seen = "".join(c for c in cluster if c not in _INVISIBLE and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", seen)
