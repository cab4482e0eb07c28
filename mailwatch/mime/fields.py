"""The header block as bytes: where each field starts, and where the body does.

Written apart from the standard library's parser because that one ends the
header block at the first line it does not understand, and everything below,
Subject included, becomes body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailwatch.mime.limits import DEFAULT, Limits

# RFC 5322 2.2: the name is printable ASCII but the colon; blanks before the colon are obsolete syntax (4.5).
# 200 is far over any field name in use and keeps the match bounded. A fold is a line end and a blank.
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)(?:\r\n|\n|\r|\Z)")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_EMPTY_LINE = re.compile(rb"\r\n|\n|\r")
_ENVELOPE = (b"From ", b">From ")
# After a line that is no field only a field that every reader knows proves that the header goes on:
# ``Note: ...`` may just as well be the first line of a body whose blank line was lost.
_KNOWN = re.compile(
    rb"(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|references|in-reply-to|mime-version|received|"
    rb"return-path|delivered-to|authentication-results|thread-(?:topic|index)|list-[a-z-]{1,40}|"
    rb"content-[a-z-]{1,40}|resent-[a-z-]{1,40}|dkim-signature|mailwatch-[a-z-]{1,40}|"
    rb"x-[!-9;-~]{1,200})[ \t]*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``start`` and ``end`` are offsets of its lines in the mail, last line end included.

    ``name`` is spelled as in the mail, ``value`` is what follows the colon, folds
    included, the last line end left out.
    """

    name: bytes
    value: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one header block, in order. ``body`` is the offset where the body starts.

    ``broken`` is true where lines had to be stepped over, ``truncated`` where a limit cut fields off.
    """

    fields: tuple[Field, ...]
    body: int
    broken: bool = False
    truncated: bool = False

    def all(self, name: bytes) -> list[bytes]:
        """The raw values of every field called ``name`` (lower case), top first."""
        return [f.value for f in self.fields if f.name.lower() == name]

    def first(self, name: bytes) -> bytes | None:
        """The raw value of the topmost field called ``name`` (lower case)."""
        return next((f.value for f in self.fields if f.name.lower() == name), None)


def split(raw: bytes, limits: Limits = DEFAULT) -> Header:
    """The header block of ``raw``. Never raises; linear in the size of the block.

    An mbox ``From`` line on top is stepped over. A line that is no field is
    stepped over where a well-known field follows it, else the body starts there.
    """
    fields: list[Field] = []
    broken = False
    at, stop = _after_envelope(raw), min(len(raw), limits.header)
    while at < stop and len(fields) < limits.fields:
        if found := _FIELD.match(raw, at, stop):
            fields.append(Field(found[1], found[2][: limits.field], at, found.end()))
            at = found.end()
        elif found := _EMPTY_LINE.match(raw, at, stop):
            return Header(tuple(fields), found.end(), broken)
        else:
            broken, end = True, _line_end(raw, at, stop)
            cut = end == stop < len(raw)
            if not cut and raw[at] not in b" \t" and not _KNOWN.match(raw, end, stop):
                return Header(tuple(fields), at, broken)
            at = end
    return Header(tuple(fields), _skip_rest(raw, at), broken, truncated=at < len(raw))


def _line_end(raw: bytes, at: int, stop: int) -> int:
    found = _LINE.match(raw, at, stop)
    assert found is not None  # The pattern matches everywhere, if only the empty text.
    return found.end()


def _after_envelope(raw: bytes) -> int:
    at = 0
    while raw.startswith(_ENVELOPE, at):
        at = _line_end(raw, at, len(raw))
    return at


def _skip_rest(raw: bytes, at: int) -> int:
    """Where the body starts when a limit ended the reading of the header."""
    if at >= len(raw):
        return len(raw)
    found = re.compile(rb"\r\n\r\n|\n\n|\r\r").search(raw, at)
    return found.end() if found else len(raw)
