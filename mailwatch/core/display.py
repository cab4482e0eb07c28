"""Words out of a mail, made fit to be shown: one line, no tricks, no secrets.

Subjects and names are written by strangers. They may carry line breaks, controls
that turn the direction of the text around, addresses that a mail client makes
clickable, and codes that let their finder sign in.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

from mailwatch.core.addresses import ascii_domain
from mailwatch.core.privacy import hide_codes

_SPACES = re.compile(r"\s+")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15}):(?=//)")
_WWW = re.compile(r"(?i)\b(www)\.")


def one_line(text: str, limit: int = 120) -> str:
    """``text`` in one line of at most ``limit`` columns, safe to print.

    Controls and format characters (bidirectional overrides, zero-width ones) are
    dropped, white space is folded, links can no longer be clicked, one-time
    codes are covered.
    """
    kept = "".join(c if c.isspace() else _visible(c) for c in text[: limit * 8])
    folded = _SPACES.sub(" ", kept).strip()
    return cut(hide_codes(_no_links(folded)), limit)


def who(name: str, addr: str) -> str:
    """A sender for people: ``name <address>``, since anybody can write any name.

    The domain is in its ASCII form (RFC 3490), what has none as escapes: letters of
    another script that look like ours are seen.
    """
    local, at, domain = addr.rpartition("@")
    plain = local + at + ascii_domain(domain).encode("ascii", "backslashreplace").decode("ascii")
    return f"{name} <{plain}>" if name and plain else name or plain


def _visible(char: str) -> str:
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else char


def _no_links(text: str) -> str:
    return _WWW.sub(r"\1[.]", _SCHEME.sub(r"\1[:]", text))


def width(text: str) -> int:
    """The columns that ``text`` takes where Hangul and Han are two wide (UAX 11)."""
    return sum(_columns(c) for c in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` columns; an ellipsis stands for what is left out."""
    if width(text) <= limit:
        return text
    ends = accumulate(map(_columns, text))
    return text[: sum(1 for end in ends if end < limit)].rstrip() + "…"


def wrap(text: str, limit: int, first: str = "", rest: str = "") -> str:
    """``text`` broken at spaces into lines of at most ``limit`` columns, led in by ``first``, then ``rest``.

    A word that is wider than a line stays whole: a case number must be copied in one piece.
    """
    lines: list[str] = []
    line, empty = first, True
    for word in text.split():
        longer = f"{line}{word}" if empty else f"{line} {word}"
        if empty or width(longer) <= limit:
            line, empty = longer, False
        else:
            lines.append(line)
            line = f"{rest}{word}"
    return "\n".join([*lines, line])
