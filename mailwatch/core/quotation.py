"""The words of a mail that caused something, cut from the mail to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from mailwatch.core.case_events import Words
from mailwatch.core.cues.reading import Sentence, sentences
from mailwatch.core.display import one_line
from mailwatch.core.message import Message, Segment


@dataclass(frozen=True, slots=True)
class Quote:
    """Who said what; ``words`` are empty where the mail as a whole is the cause."""

    sender: str = ""
    words: str = ""


def quote(message: Message, words: Words | None, limit: int = 76) -> Quote:
    """Whose mail it is, and the sentence in which ``words`` stand."""
    sender = (message.sender.name or message.sender.addr) if message.sender else ""
    return Quote(sender, quotation(message, words, limit) if words else "")


def quotation(message: Message, words: Words, limit: int = 76) -> str:
    """The sentence in which ``words`` stand, in one line of at most ``limit`` columns, safe to print.

    Empty where the mail has no such place: then it is not the mail that was read.
    """
    sentence = next((s for s in _read(message, words) if _holds(s, words)), None)
    if sentence is None:
        return ""
    start = _within(sentence, words.start)
    whole = one_line(sentence.text, limit)
    # Of a sentence that is longer than a line, the words that count are shown rather than its beginning.
    return whole if not whole.endswith("…") else one_line(sentence.text[max(0, start - limit // 4) :], limit)


def _read(message: Message, words: Words) -> list[Sentence]:
    if words.part is None:
        return list(sentences(message.subject))
    segment = next((s for s in message.segments if _reaches(s, words)), None)
    return [] if segment is None else list(sentences(segment.text, segment.part, segment.start))


def _reaches(segment: Segment, words: Words) -> bool:
    return segment.part == words.part and segment.start <= words.start < segment.start + len(segment.text)


def _holds(sentence: Sentence, words: Words) -> bool:
    start, end = sentence.source(0, len(sentence.text))
    return start <= words.start < end


def _within(sentence: Sentence, at: int) -> int:
    """About where in the sentence the place ``at`` of the part is; exact where nothing was normalised."""
    return at - sentence.source(0, len(sentence.text))[0]
