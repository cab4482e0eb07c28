"""The severity that a sentence names."""

from __future__ import annotations

import re

_NUMBERED = re.compile(
    r"(?:\bsev(?:erity)?|심각도|重要度|严重性|严重级别|嚴重性)[ \t\n]?[:=#]?[ \t\n]?([1-3])(?!\d)",
    re.IGNORECASE,
)
# At the very start of a sentence an A is an article.
_LETTER = re.compile(r"(?<=[^A-Za-z0-9'.&/-])([ABC])(?![A-Za-z0-9'&-])")


def severity_level(text: str) -> int | None:
    """0 for A or 1, 1 for B or 2, 2 for C or 3: the last one named ("from A to B"). None where none is."""
    letters = [(match.start(), "ABC".index(match[1])) for match in _LETTER.finditer(text)]
    numbers = [(match.start(), int(match[1]) - 1) for match in _NUMBERED.finditer(text)]
    named = max(letters + numbers, default=None)
    return named[1] if named else None
