"""What strangers wrote, made harmless for a terminal."""

from __future__ import annotations

import unicodedata

from mailwatch.core.logline import ODD

_KEPT = "\u200c\u200d"  # Persian words and joined emoji need these two, and they deceive nobody.


def safe(text: str) -> str:
    """One line without control characters, terminal sequences, or marks that turn the writing direction.

    White space of any kind becomes a blank; everything else that could deceive an
    eye or a terminal becomes U+FFFD, so that one sees that something was there.
    """
    return ODD.sub(lambda found: _harmless(found[0]), text)


def safe_lines(text: str) -> str:
    """The same, line breaks and tabs kept."""
    return "\n".join("\t".join(safe(part) for part in line.split("\t")) for line in text.splitlines())


def _harmless(char: str) -> str:
    if char in _KEPT:
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"


def cells(text: str) -> int:
    """How many columns a terminal gives to a text: Hangul and Han take two (UAX 11), accents none."""
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char) or char in _KEPT or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """``text`` filled up with blanks on the right."""
    return text + " " * (columns - cells(text))
