"""The standard subject of a case's mails: ``[{token}] {topic}``.

The topic is what is left of a mail's own subject without the case's number and
without what mail programs and gateways put in front. Both functions settle:
applied to their own result they change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.marks import GATEWAY_TAGS, REPLY_AND_FORWARD
from mailwatch.core.plaintext import plain
from mailwatch.core.scanning import scan

LONGEST_READ = 4_000
"""Code points of a subject that are looked at."""

LONGEST_TOPIC = 900
"""Bytes of UTF-8. A longer topic is cut, so that the field stays within what
servers and mail programs take (a line of 998 octets, RFC 5322 section 2.1.1)."""

# Controls, lone surrogates, line separators, and characters that turn the
# direction of text: none of them may reach a header or a terminal.
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_APART = re.compile("[-/|·•‐-―−]")
_BLANKS = re.compile(r"\s+")

_SEPARATORS = " \t-:/|·•\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\uff1a\uff0f\uff5c\ufe63\ufe55\u3000"
_OPEN = "[({<\u3010\uff3b\uff08"
_CLOSE = "])}>\u3011\uff3d\uff09"


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# Matched on normalised text, so full-width letters and colons are covered.
_MARK = re.compile(
    rf"\s*(?:(?:{_either(REPLY_AND_FORWARD)})\s?(?:[\[(][0-9]{{1,3}}[\])]|[*^]?[0-9]{{1,2}})?\s{{0,2}}:"
    rf"|(?:[\[({{<]|\u3010|\*{{2,5}})\s?(?:{_either(GATEWAY_TAGS)})\s?(?:[\])}}>]|\u3011|\*{{2,5}})\s?:?"
    rf"|(?:external|외부)\s?:)\s*",
    re.IGNORECASE,
)


def topic(subject: str, number: CaseNumber, schemes: Sequence[Scheme], token: str = "") -> str:
    """What a mail is about: its subject without ``number``, prefixes and gateway tags.

    With the number go the brackets around it, the label before it, and the
    separators beside it. Other cases' numbers stay. The result is one line
    without control characters, at most ``LONGEST_TOPIC`` bytes; it may be empty.
    ``token`` is removed, too, where a scheme's own pattern would not find it.
    """
    line = _one_line(subject[:LONGEST_READ])
    while True:
        shorter = _cut(_without_number(_without_marks(line), number, schemes, token))
        if shorter == line:
            return line
        line = shorter


def standard_subject(
    token: str, subject: str, number: CaseNumber, schemes: Sequence[Scheme], *, title: str = ""
) -> str:
    """``[token] topic``. Where the subject says nothing but the number, ``title`` is the topic."""
    about = topic(subject, number, schemes, token) or topic(title, number, schemes, token)
    return f"[{token}] {about}".rstrip()


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", _NOT_IN_A_LINE.sub(" ", text)).strip()


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= LONGEST_TOPIC else raw[:LONGEST_TOPIC].decode(errors="ignore").rstrip()


def _without_marks(line: str) -> str:
    """``line`` without reply and forward prefixes, gateway tags and separators at its start."""
    read = plain(line)
    at = 0
    while mark := _MARK.match(read.text, at):
        at = mark.end()
    start = read.source(0, at)[1] if at else 0
    return line[start:].lstrip(_SEPARATORS)


def _without_number(line: str, number: CaseNumber, schemes: Sequence[Scheme], token: str) -> str:
    kept: list[str] = []
    at = 0
    for start, end in _places(line, number, schemes, token):
        first, last = _widened(line, start, end)
        if first >= at:
            kept.append(line[at:first])
        at = max(at, last)
    return " ".join(part for part in (*kept, line[at:]) if part)


def _places(
    line: str, number: CaseNumber, schemes: Sequence[Scheme], token: str
) -> Iterator[tuple[int, int]]:
    """Where the case's number stands, its label included."""
    if token and line.startswith(f"[{token}]"):
        yield 1, 1 + len(token)
    read = plain(line)
    for found in scan(read, schemes, None):
        if found.number == number:
            # "My ticket - TrackingID#..." is about a ticket: that label is no part of the number.
            apart = _APART.search(read.text, found.outer, found.start)
            yield read.source(found.start if apart else found.outer, found.end)


def _widened(line: str, start: int, end: int) -> tuple[int, int]:
    """The place with the brackets that hold nothing else, and the separators beside it."""
    while True:
        first = len(line[:start].rstrip(_SEPARATORS))
        last = len(line) - len(line[end:].lstrip(_SEPARATORS))
        opened = _PAIRS.get(line[last : last + 1])
        if opened and first and line[first - 1] == opened:
            start, end = first - 1, last + 1
        elif opened and line.count(opened, start, end) > line.count(line[last], start, end):
            start, end = first, last + 1  # The label stands outside: Case [2402220010002574].
        else:
            return first, last


_PAIRS = dict(zip(_CLOSE, _OPEN, strict=True))
