"""A mail's own text, sentence by sentence, as cues read it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mailwatch.core.message import Message
from mailwatch.core.plaintext import Plain, plain

MOST_TEXT = 20_000
"""Code points of one mail's own text that are read. What a mail does to its case is said long before."""

MOST_SENTENCES = 400
"""Of one mail; more are no letter."""

LONGEST_SENTENCE = 600
"""Code points; more without an end is no sentence, and is read in pieces."""

# Neither a full stop before a digit ("Nov. 24", "2026. 11. 24.") nor a question mark in an address ends one.
_END = re.compile(
    r"[.!](?=\s+[^\d\s])|\?(?=[\s\"')\]*]|\Z)|。|\n\s*\n|\n(?=[ \t]*(?:[-*•\[]|\d{1,2}[.)][ \t]))"
)
_WORD = re.compile(r"\S+")
_LIKE_ASCII = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ’‘“”", "abcdefghijklmnopqrstuvwxyz''\"\"")
_CLOSING_MARKS = "\"')]*"


@dataclass(frozen=True, slots=True)
class Woven:
    """The words of a sentence in lower case, joined by one blank or by none, and the way back.

    ``plain`` is the sentence, ``joint`` what stands between its words. The way back is walked only where
    something was found: of ten thousand sentences a few say anything.
    """

    text: str
    plain: str
    joint: str

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty stretch [start, end) stood in the sentence."""
        starts, ats, at = [], [], 0
        for word in _WORD.finditer(self.plain):
            starts.append(word.start())
            ats.append(at)
            at += word.end() - word.start() + len(self.joint)
        first, last = (bisect_right(ats, index) - 1 for index in (start, end - 1))
        return starts[first] + start - ats[first], starts[last] + end - ats[last]


def weave(text: str, joint: str) -> Woven:
    """``text`` with every run of white space as ``joint``, in ASCII lower case: as long as its words."""
    woven = joint.join(text.split())
    # As fast as it can be where it can: most of a mail is plain ASCII.
    lower = woven.lower() if woven.isascii() else woven.translate(_LIKE_ASCII)
    return Woven(lower.rstrip(_CLOSING_MARKS), text, joint)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, normalised as in ``plaintext``.

    ``spaced`` is for languages that put blanks between words, ``joined`` for those that
    do so at will or not at all: there a line may break inside a word.
    """

    text: str
    spaced: Woven
    joined: Woven
    part: int | None
    read: Plain
    start: int
    offset: int

    @property
    def place(self) -> tuple[int | None, int, int]:
        """What tells it from every other sentence of its mail."""
        return self.part, self.offset, self.start

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty stretch [start, end) of ``text`` stood in the decoded part."""
        first, last = self.read.source(self.start + start, self.start + end)
        return self.offset + first, self.offset + last


def sentences(text: str, part: int | None = None, offset: int = 0) -> Iterator[Sentence]:
    """The sentences of one text, in reading order. Linear in its length.

    Args:
        text: decoded, not normalised.
        part: the text part it is from; None is the subject.
        offset: where ``text`` starts in that part.
    """
    read = plain(text)
    for start, end in _stretches(read.text):
        piece = read.text[start:end]
        if piece.strip():
            yield Sentence(piece, weave(piece, " "), weave(piece, ""), part, read, start, offset)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    done = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        while done < end:
            cut = min(end, done + LONGEST_SENTENCE)
            yield done, cut
            done = cut


def own_sentences(message: Message) -> tuple[Sentence, ...]:
    """The sentences that the writer of ``message`` wrote; what is quoted says nothing. Bounded."""
    return tuple(islice(_own(message), MOST_SENTENCES))


def _own(message: Message) -> Iterable[Sentence]:
    left = MOST_TEXT
    for segment in message.segments:
        if not segment.quoted and left > 0:
            yield from sentences(segment.text[:left], segment.part, segment.start)
            left -= len(segment.text)
