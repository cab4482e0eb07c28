"""A mail's renamed copy, and the way back, byte for byte.

The copy differs from the original by the value of the one Subject field and by
two fields on top: ``Mailwatch-Original`` (whose copy it is) and
``Original-Subject`` (RFC 5703 section 5.4), which carries the old value with its
folds. Nothing else is touched, so the original can be restored from the copy
alone, and is, before a copy is handed out.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from mailwatch.mime import fields
from mailwatch.mime.fields import Field, Header

_ORIGINAL = re.compile(rb" sha256=([0-9a-f]{64}); plan=[0-9a-f]{32}")
_PLAN = re.compile(r"[0-9a-f]{32}")
# Whatever could end a line or be read as one, in any reader: C0, DEL, C1, line and paragraph separator.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN = re.compile(r"[!-~]{0,60}")
_LINE_LENGTH = 76  # RFC 2047 section 2, for lines that hold encoded words
_CHUNK = 36  # bytes an encoded word: 60 characters, so that one fits behind the field's name


class CannotResubject(ValueError):
    """This mail has no renamed copy. ``why`` is an enumerated word."""

    WHY = (
        "bare-line-end",
        "nul",
        "mbox-line",
        "header-broken",
        "no-subject",
        "two-subjects",
        "original-subject",
        "mailwatch-field",
        "empty-subject",
        "wrong-hash",
        "not-restored",
    )

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class _Value:
    """Where the value of a field lies in a mail, its last line end left out."""

    start: int
    end: int


def resubject(raw: bytes, subject: str, *, sha256: str, plan: str) -> bytes:
    """The copy of ``raw`` under ``subject``. Raises ``CannotResubject``.

    ``sha256`` is the original's, ``plan`` the plan's id (32 hex digits). It holds
    that ``restore(resubject(raw, ...)) == raw``, and this is checked here.
    """
    if hashlib.sha256(raw).hexdigest() != sha256 or not _PLAN.fullmatch(plan):
        raise CannotResubject("wrong-hash")
    header = fields.split(raw)
    value = _value(raw, _only_subject(raw, header))
    text = clean(subject)
    if not text:
        raise CannotResubject("empty-subject")
    copy = b"".join(
        (
            f"Mailwatch-Original: sha256={sha256}; plan={plan}\r\n".encode("ascii"),
            b"Original-Subject:" + raw[value.start : value.end] + b"\r\n",
            raw[: value.start],
            encode(text, room=value.start - raw.rfind(b"\n", 0, value.start) - 1),
            raw[value.end :],
        )
    )
    if restore(copy) != raw:
        raise CannotResubject("not-restored")
    return copy


def restore(raw: bytes) -> bytes | None:
    """The original that ``raw`` is a renamed copy of, or None where it does not prove to be one.

    Proof is that the restored bytes have the SHA-256 that the copy claims.
    """
    header = fields.split(raw)
    names = [f.name for f in header.fields[:2]]
    subjects = [f for f in header.fields if f.name.lower() == b"subject"]
    if names != [b"Mailwatch-Original", b"Original-Subject"] or len(subjects) != 1 or header.fields[0].start:
        return None
    claim = _ORIGINAL.fullmatch(header.fields[0].value)
    if claim is None:
        return None
    old, new = _value(raw, header.fields[1]), _value(raw, subjects[0])
    original = raw[header.fields[1].end : new.start] + raw[old.start : old.end] + raw[new.end :]
    return original if hashlib.sha256(original).hexdigest().encode() == claim[1] else None


def _only_subject(raw: bytes, header: Header) -> Field:
    names = [f.name.lower() for f in header.fields]
    refusals = {
        "nul": b"\0" in raw,
        # APPEND sends lines: a bare CR or LF would arrive as CRLF and the copy could not be restored.
        "bare-line-end": raw.count(b"\r\n") != raw.count(b"\n") or raw.count(b"\r\n") != raw.count(b"\r"),
        "mbox-line": raw.startswith((b"From ", b">From ")),
        "header-broken": header.broken or header.truncated,
        "original-subject": b"original-subject" in names,
        "mailwatch-field": any(n.startswith(b"mailwatch-") for n in names),
        "no-subject": b"subject" not in names,
        "two-subjects": names.count(b"subject") > 1,
    }
    for why, refused in refusals.items():
        if refused:
            raise CannotResubject(why)
    return header.fields[names.index(b"subject")]


def _value(raw: bytes, field: Field) -> _Value:
    start = raw.index(b":", field.start) + 1
    end = field.end - 2 if raw[field.end - 2 : field.end] == b"\r\n" else field.end
    return _Value(start, end)


def clean(subject: str) -> str:
    """``subject`` as it can stand in a field: control characters are blanks, lone surrogates U+FFFD."""
    storable = subject.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", storable).strip(" ")


def encode(text: str, room: int = 0) -> bytes:
    """A Subject value for ``text``: a blank, then words folded at 76 characters.

    ``room`` is what the field's name takes of the first line. ASCII words stay
    plain, the bracketed token above all, since Microsoft and others look for it in
    the raw field; the rest is RFC 2047, UTF-8, B.
    """
    lines = [""]
    used = room
    for word in _words(text):
        if used + 1 + len(word) > _LINE_LENGTH and lines[-1].strip():
            lines.append("")
            used = 0
        lines[-1] += " " + word
        used += 1 + len(word)
    return "\r\n".join(lines).encode("ascii")


def _words(text: str) -> Iterator[str]:
    """Plain words and encoded words, in order, to be joined by one blank each."""
    run: list[str] = []
    waiting = 0  # blanks in a row after the run, which belong to it only if it goes on
    for word in text.split(" "):
        if _PLAIN.fullmatch(word) and "=?" not in word:
            if run and not word:
                waiting += 1
                continue
            yield from _encoded(run)
            yield from [""] * waiting
            run, waiting = [], 0
            yield word
        else:
            run += [""] * waiting + [word]
            waiting = 0
    yield from _encoded(run)


def _encoded(run: list[str]) -> Iterator[str]:
    """One text as encoded words that each hold whole characters (RFC 2047 section 5)."""
    chunk = b""
    for character in " ".join(run):
        octets = character.encode()
        if len(chunk) + len(octets) > _CHUNK:
            yield _word(chunk)
            chunk = b""
        chunk += octets
    if chunk:
        yield _word(chunk)


def _word(chunk: bytes) -> str:
    return f"=?UTF-8?B?{b64encode(chunk).decode('ascii')}?="
