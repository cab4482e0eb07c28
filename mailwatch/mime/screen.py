"""Can this mail matter at all? Cheap, and exact where it says no.

``matters`` false is a proof: the text that ``parse`` would read (subject and
segments) holds no run of ``shortest`` digits and neither word of the short
schemes, and the mail carries no field of ours. It looks at more than ``parse``
reads, all bytes below the header, and gives up (it matters) wherever bytes could
decode to something else than they show: base64, HTML, escapes, bytes above 0x7F.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from mailwatch.mime import fields, headers, identity
from mailwatch.mime.fields import Header

SHORTEST = 8  # digits of the shortest number that a built-in scheme takes for one

# What makes text of bytes that do not show it; ``html`` stands for text/html in every spelling. All of this
# is looked for in lower case, word by word: several times faster than one expression for all.
_OPAQUE = (b"base64", b"html", b"\0", b"\x0e", b"\x0f", b"\x1b")
_WORDS = (b"vuln-", b"msrc")
# Of quoted-printable only escapes of ASCII punctuation pass; Python skips what follows "=" and a bare CR.
_ESCAPE = re.compile(rb"=\r(?!\n)|=(?!2[0-9a-f]|3[a-f]|0[9ad])[0-9a-f]{2}")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?\n")
# Charsets in which 7-bit bytes are ASCII and nothing else.
_PLAIN_CHARSET = re.compile(
    rb"charset[ \t]*=[ \t]*(\"?)(?:us-ascii|utf-?8|iso-8859-[0-9]{1,2}|windows-125[0-8]|koi8-r|euc-kr|"
    rb"ks_c_5601-1987|windows-949|gb2312|gbk|gb18030|big5|shift_jis)\1(?=[\s;]|\Z)"
)
_DIGITS_AS_ZERO = bytes(ord("0") if chr(n) in "0123456789" else ord(" ") for n in range(256))
# An address alone, or one in angle brackets behind a name without one: what every reader of addresses reads
# alike. Only a real reader can say who it is that anything else names.
_WORD = rb"[^\s<>()\[\],;:\\\"@]{1,256}"
_USUAL_FROM = re.compile(
    rb"(?:[^<>@()\\:]{0,512}<" + _WORD + rb"@" + _WORD + rb">|" + _WORD + rb"@" + _WORD + rb")?"
)


@dataclass(frozen=True, slots=True)
class Screened:
    """What is known of a mail without parsing it.

    ``senders`` are all address-like words of the From field, domains in lower case:
    where ``matters`` is false, the address that ``parse`` would find is among them. ``date`` is the Date
    field in UTC.
    """

    matters: bool
    message_id: str | None
    thread_key: str
    answers: tuple[str, ...]
    date: datetime | None
    senders: tuple[str, ...]


def screen(raw: bytes, *, shortest: int = SHORTEST) -> Screened:
    """Look at one mail. Never raises. ``shortest``: the digits of the shortest number of any scheme."""
    header = fields.split(raw)
    replied, references = identity.answers(header)
    return Screened(
        matters=_matters(raw, header, shortest),
        message_id=identity.message_id(header),
        thread_key=identity.thread_key(header, raw),
        answers=references + tuple(i for i in replied if i not in references),
        date=headers.date(header.first(b"date")),
        senders=tuple(dict.fromkeys(identity.addresses(header, b"from"))),
    )


def _matters(raw: bytes, header: Header, shortest: int) -> bool:
    if header.truncated or any(f.name.lower().startswith(b"mailwatch-") for f in header.fields):
        return True
    if not all(_USUAL_FROM.fullmatch(value.strip()) for value in header.all(b"from")):
        return True
    return _subject_matters(header, shortest) or _body_matters(raw, header, shortest)


def _subject_matters(header: Header, shortest: int) -> bool:
    value = header.first(b"subject") or b""
    if not value.isascii():
        return True
    # Dropping every character that is no ASCII can only join runs, never break one.
    shown = unicodedata.normalize("NFKC", headers.decode_text(value)).encode("ascii", "ignore").lower()
    return _has_run(shown, shortest) or _holds(shown, _WORDS)


def _body_matters(raw: bytes, header: Header, shortest: int) -> bool:
    body = raw[header.body :].lower()
    if not body.isascii() or _holds(body, _OPAQUE) or _holds(body, _WORDS) or _has_run(body, shortest):
        return True
    content = b"\n".join(f.value for f in header.fields if f.name.lower().startswith(b"content-")).lower()
    if not content.isascii() or _holds(content, _OPAQUE):
        return True
    named = content + b"\n" + body
    if named.count(b"charset") != len(_PLAIN_CHARSET.findall(named)):
        return True
    return b"=" in body and _escapes_matter(body, shortest)


def _escapes_matter(body: bytes, shortest: int) -> bool:
    """Whether quoted-printable, if it is that, could show more than the bytes do."""
    joined = _SOFT_BREAK.sub(b"", body)
    if _ESCAPE.search(body) or _ESCAPE.search(joined):
        return True
    return _has_run(joined, shortest) or _holds(joined, _WORDS)


def _has_run(text: bytes, length: int) -> bool:
    """Whether so many digits stand together. Without an expression: it takes five times as long."""
    return b"0" * length in text.translate(_DIGITS_AS_ZERO)


def _holds(text: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in text for word in words)
