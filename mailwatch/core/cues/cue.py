"""Cues: the words by which a mail says what it does to its case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailwatch.core.case_events import Kind
from mailwatch.core.cues.reading import Sentence, sentences

GAP = "…"
"""In a phrase: anything, within the same sentence."""

_UNSPACED = frozenset({"ja", "ko", "zh"})
"""Languages written without blanks between words, or with blanks set at will."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that stand for an event. A sentence has to hold one of ``phrases`` and none of ``unless``.

    A phrase is words in their order, in ASCII lower case; ``…`` in it is a gap. It stands at word
    boundaries, with one blank where a text has any white space; in ``ko``, ``ja`` and ``zh`` neither
    blanks nor boundaries count. A phrase that ends with "?" wants a sentence that does.

    ``example`` must match and ``counterexample`` must not. ``constructed`` marks words of ours, where
    no real mail was found. ``robot``: a mail that holds such words and nothing of a person's is a
    machine's. ``weak``: the words count only in a mail of a person.
    """

    kind: Kind
    language: str
    phrases: tuple[str, ...]
    example: str
    counterexample: str
    unless: tuple[str, ...] = ()
    constructed: bool = False
    robot: bool = False
    weak: bool = False

    @property
    def holds(self) -> bool:
        """Whether the example matches, and the counterexample does not."""
        return self._within(self.example) and not self._within(self.counterexample)

    def _within(self, text: str) -> bool:
        return any(self.find(sentence) for sentence in sentences(text))

    def find(self, sentence: Sentence) -> tuple[int, int] | None:
        """Where in ``sentence.text`` the words stand, from the first to the last; None where they do not."""
        spaced = self.language not in _UNSPACED
        woven = sentence.spaced if spaced else sentence.joined
        if self._first(woven.text, self.unless, words=spaced):
            return None
        found = self._first(woven.text, self.phrases, words=spaced)
        return woven.source(*found) if found else None

    def _first(self, text: str, phrases: Iterable[str], *, words: bool) -> tuple[int, int] | None:
        found = (_phrase(text, pieces(phrase, self.language), words=words) for phrase in phrases)
        return next(filter(None, found), None)


@lru_cache(maxsize=4096)
def pieces(phrase: str, language: str) -> tuple[str, ...]:
    """The words between the gaps of a phrase, spaced as its language is read."""
    joint = "" if language in _UNSPACED else " "
    return tuple(joint.join(piece.split()) for piece in phrase.split(GAP))


def _phrase(text: str, parts: Sequence[str], *, words: bool) -> tuple[int, int] | None:
    """From the first place of the first piece to that of the last: if any order fits, this one does."""
    places = []
    at = 0
    for part in parts:
        found = _place(text, part, at, words=words)
        if found < 0:
            return None
        at = found + len(part)
        places.append(found)
    return places[0], at


def _place(text: str, part: str, at: int, *, words: bool) -> int:
    """The first place of ``part`` from ``at`` on, or -1; with ``words`` no word may run on over its ends."""
    found = text.find(part, at)
    while found >= 0 and not _stands(text, found, found + len(part), words=words):
        found = text.find(part, found + 1)
    return found


def _stands(text: str, start: int, end: int, *, words: bool) -> bool:
    if text[end - 1] == "?":
        return end == len(text)
    return not words or not (_runs_on(text, start) or _runs_on(text, end))


def _runs_on(text: str, at: int) -> bool:
    """Whether one word stands on both sides of ``at``."""
    around = text[max(0, at - 1) : at + 1]
    return len(around) > 1 and around.isalnum()


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue that a sentence holds. ``start`` and ``end`` are offsets in ``sentence.text``."""

    cue: Cue
    sentence: Sentence
    start: int
    end: int


def hits(read: Sequence[Sentence], cues: Iterable[Cue]) -> tuple[Hit, ...]:
    """All that is said, in reading order and the order of ``cues``. A question is its whole sentence."""
    likely = _likely(read, cues)
    return tuple(hit for sentence in read for hit in _in_sentence(sentence, likely))


def _likely(read: Sequence[Sentence], cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues whose words stand anywhere in the mail: one look each, instead of one a sentence."""
    text = "\n".join(sentence.joined.text for sentence in read)
    return tuple(cue for cue in cues if any(_all_in(text, phrase) for phrase in cue.phrases))


def _all_in(text: str, phrase: str) -> bool:
    """Whether its pieces stand somewhere in text without white space: what no sentence can do without."""
    return all(piece in text for piece in pieces(phrase, "ko"))


def _in_sentence(sentence: Sentence, cues: Iterable[Cue]) -> Iterator[Hit]:
    for cue in cues:
        found = cue.find(sentence)
        if found is not None:
            whole = sentence.text[found[1] - 1] == "?" and found[1] - found[0] == 1
            yield Hit(cue, sentence, *(_bare(sentence.text) if whole else found))


def _bare(text: str) -> tuple[int, int]:
    """A sentence without the white space around it."""
    return len(text) - len(text.lstrip()), len(text.rstrip())
