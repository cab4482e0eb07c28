"""Header values to text, msg-ids and times.

mail-parser decodes word by word and drops bytes it does not know; the standard
library adds or loses blanks at folds. Here a value is unfolded first, encoded
words of one charset are joined as bytes before they are decoded (a character
may be split over two words), and raw 8-bit text is decoded as one piece.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from mailwatch.mime.charsets import decode

_FOLD = re.compile(rb"[\r\n]+(?=[ \t])")
# RFC 2047 forbids blanks in an encoded word; mailers write them in Q words all the same.
_WORD = re.compile(rb"=\?([!-;=@-~]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_BLANK = re.compile(rb"[ \t\r\n]*")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_CONTROL = re.compile("[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")

ID_LENGTH = 998  # RFC 5322 2.1.1: no line is longer, so no msg-id can be.


def unfold(value: bytes) -> bytes:
    """RFC 5322 2.2.3: folds removed, outer blanks cut off, tabs at folds kept as blanks."""
    return _FOLD.sub(b"", value).replace(b"\t", b" ").strip(b" \r\n")


def decode_text(value: bytes, hint: str | None = None) -> str:
    """The text of an unstructured header value (RFC 5322 2.2.1, RFC 2047). Never raises.

    ``hint`` is the charset of the mail's body, for raw 8-bit bytes. Control
    characters, line breaks of encoded words among them, become one blank.
    """
    line = unfold(value)
    text = line.decode("ascii") if line.isascii() and b"=?" not in line else _decode_words(line, hint)
    return _CONTROL.sub(" ", text).strip(" ")


def canonical_words(value: bytes, hint: str | None = None) -> bytes:
    """The value unfolded, with every encoded word and raw 8-bit byte said anew in UTF-8.

    For readers of structured fields that know fewer charsets than we do.
    """
    line = unfold(value)
    if line.isascii() and b"=?" not in line:
        return line
    return b"".join(_encode_word(t) if is_word else t.encode() for is_word, t in _pieces(line, hint))


def _encode_word(text: str) -> bytes:
    return b" =?utf-8?B?" + binascii.b2a_base64(_CONTROL.sub(" ", text).encode(), newline=False) + b"?= "


def _decode_words(line: bytes, hint: str | None) -> str:
    return "".join(text for _, text in _pieces(line, hint))


def _pieces(line: bytes, hint: str | None) -> Iterator[tuple[bool, str]]:
    """The texts of a line: (True, text) for a run of encoded words, (False, text) for what lies between."""
    hint = _header_charset(line, hint)
    run = b""  # Decoded bytes of adjacent words of one charset, not yet text.
    charset = b""
    end = 0
    for word in _WORD.finditer(line):
        between = line[end : word.start()]
        # RFC 2047 6.2: blanks between two encoded words are no text.
        adjacent = bool(charset) and not between.strip(b" \r\n")
        if not (adjacent and charset == word[1].lower()):
            if charset:
                yield True, decode(run, charset.decode("ascii")).text
            run = b""
        if between and not adjacent:
            yield False, decode(between, None, hint).text
        charset = word[1].lower()
        run += _payload(word[2], word[3])
        end = word.end()
    if charset:
        yield True, decode(run, charset.decode("ascii")).text
    yield False, decode(line[end:], None, hint).text


def _header_charset(line: bytes, hint: str | None) -> str | None:
    """What raw bytes beside encoded words are likely in: the body's charset, else that of the first word."""
    if hint is not None or line.isascii():
        return hint
    word = _WORD.search(line)
    return word[1].decode("ascii") if word else None


def _payload(encoding: bytes, data: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(data, header=True)
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """Base64 without what is no base64, padding mended, padded pieces joined. Never raises."""
    pieces = (piece.translate(None, _NOT_BASE64) for piece in data.split(b"=") if piece)
    return b"".join(_decode_base64_piece(piece) for piece in pieces)


def _decode_base64_piece(clean: bytes) -> bytes:
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


# ── msg-ids ──────────────────────────────────────────────────────────────────

# A comment swallows the ids inside it, an id the parentheses inside it: whichever starts first.
_ANGLE_OR_COMMENT = re.compile(r"<([^<>]+)>|\([^()<>]*(?:<[^<>()]*>[^()<>]*)?\)")
_BARE_ID = re.compile(r"[^\s<>\"(),;]+@[^\s<>\"(),;]+")
_COMMENT = re.compile(r"\([^()<>]*\)")


def message_ids(value: bytes, limit: int = 500) -> tuple[str, ...]:
    """The msg-ids of a Message-ID, References or In-Reply-To field, in order, each once.

    Angle brackets are taken off, blanks inside (of a fold) dropped, comments left
    out. Without any brackets, words that look like an id count (RFC 5322 4.5.4).
    """
    line = decode(unfold(value)).text
    found = [i for i in map(_squeeze, _ANGLE_OR_COMMENT.findall(line)) if i]
    if not found:
        found = _BARE_ID.findall(_COMMENT.sub(" ", line))
    usable = dict.fromkeys(i for i in found if len(i) <= ID_LENGTH)
    return tuple(usable)[-limit:]


def _squeeze(text: str) -> str:
    return "".join(text.split())


def message_id(value: bytes | None) -> str | None:
    """The id of a Message-ID field, in whatever form it comes; None where there is none."""
    if value is None:
        return None
    found = message_ids(value, limit=ID_LENGTH)
    bare = _squeeze(decode_text(value)).strip("<>")
    chosen = found[0] if found else bare
    return chosen if 0 < len(chosen) <= ID_LENGTH else None


def answered(header_values: Iterable[bytes], drop: AbstractSet[str], limit: int) -> tuple[str, ...]:
    """The ids of all fields of one name, without those in ``drop``."""
    found = (i for value in header_values for i in message_ids(value, limit))
    return tuple(dict.fromkeys(i for i in found if i not in drop))[-limit:]


# ── times ────────────────────────────────────────────────────────────────────

_MERIDIEM = re.compile(r"(\d{1,2})(:\d{2}(?::\d{2})?)\s*([AaPp])[Mm]\b", re.ASCII)
_NESTED = re.compile(r"\([^()]*\)")
_SHORT_ZONE = re.compile(r"([+-])(\d{3})$", re.ASCII)
_FIRST_YEAR = 1900  # RFC 5322 3.3
_LEAP_SECOND = 60
# Zones that RFC 5322 does not list and that mailers of the region write without an offset.
_ZONES = {"KST": "+0900", "JST": "+0900"}


def date(value: bytes | None) -> datetime | None:
    """The time of a Date field in UTC, read as leniently as it can be; None where it cannot be.

    A missing zone is UTC (RFC 5322 4.3 takes unknown zones so). Comments go first: the
    standard library would read the zone out of ``(EDT) -0400``.
    """
    if value is None:
        return None
    line = decode(unfold(value)[:200]).text
    for _ in range(4):
        line = _NESTED.sub(" ", line)
    line = _SHORT_ZONE.sub(r"\g<1>0\2", _MERIDIEM.sub(_to_24_hours, line).strip())
    head, _, zone = line.rpartition(" ")
    return _read_time(f"{head} {_ZONES.get(zone, zone)}")


def _to_24_hours(time: re.Match[str]) -> str:
    hour = int(time[1]) % 12 + (12 if time[3] in "pP" else 0)
    return f"{hour:02}{time[2]}"


def _read_time(line: str) -> datetime | None:
    try:
        parts = parsedate_tz(line)
        if parts is None or parts[0] < _FIRST_YEAR:
            return None
        # A leap second is the first moment of the next minute to Python.
        moment = datetime(*parts[:5], min(parts[5], 59), tzinfo=UTC)
        return moment - timedelta(seconds=(parts[9] or 0) - (parts[5] == _LEAP_SECOND))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
