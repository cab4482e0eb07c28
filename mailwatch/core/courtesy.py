"""Whether a mail of ours is no more than a thank you."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailwatch.core.case_events import Kind
from mailwatch.core.cues.cue import Cue, hits
from mailwatch.core.cues.reading import sentences
from mailwatch.core.message import Message

_LONGEST_COURTESY = 200
"""Code points of own text; who writes more has something to say."""

_GREETING = re.compile(
    r"(?:hi|hello|dear|good (?:morning|afternoon|evening)|cheers|ok(?:ay)?"
    r"|안녕하세요|안녕하십니까|네|수고하세요|수고하십시오|좋은 하루|お世話になって|よろしくお願い|您好|你好)",
    re.IGNORECASE,
)
# From here on a mail holds who wrote it, and nothing that is said.
_SIGNED = re.compile(
    r"^[ \t]*(?:--|(?:(?:best|kind|warm) )?regards\b|sincerely\b).*|^.{0,40}(?:드림|올림|배상)\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_WORDS_OF_A_NAME = 3
# What a Korean or Japanese sentence ends with, where it carries no full stop.
_VERB_ENDS = tuple("다요오죠까음함す了")
_SAYS = re.compile(r"[.!?。0-9]")


def only_thanks(message: Message, cues: Iterable[Cue]) -> bool:
    """Whether ``message`` thanks and says nothing else: greetings and names aside, each line is a courtesy.

    A question, an attachment, a digit or any other statement makes it more than that.
    Whatever is not certainly a courtesy is an answer.
    """
    own = _unsigned("\n".join(segment.text for segment in message.segments if not segment.quoted))
    if message.attachments or not own or len(own) > _LONGEST_COURTESY:
        return False
    thanks = tuple(cue for cue in cues if cue.kind is Kind.THANKS)
    lines = [line for line in _lines(own) if not _GREETING.match(line)]
    courteous = [bool(hits(tuple(sentences(line)), thanks)) for line in lines]
    rest = [line for line, thank in zip(lines, courteous, strict=True) if not thank or "?" in line]
    return any(courteous) and all(map(_is_name, rest))


def _unsigned(text: str) -> str:
    signed = _SIGNED.search(text)
    return text[: signed.start() if signed else len(text)].strip()


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (sentence.text.strip() for sentence in sentences(line))


def _is_name(line: str) -> bool:
    """A name or a company below a mail: a few words that are no sentence."""
    return (
        len(line.split()) <= _MOST_WORDS_OF_A_NAME
        and not line.rstrip(",").endswith(_VERB_ENDS)
        and not _SAYS.search(line)
    )
