"""What servers answer, read by pure functions: response codes, UID sets, waiting times, fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

MAX_MAPPED = 10_000
"""UIDs that one APPENDUID or COPYUID may speak of; more is taken for nonsense."""

# Three letters at least: the library puts answers into its errors as "[b'[TOOBIG] …']".
_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9-]{2,})[^\]\[]*\]")
_BACKOFF = re.compile(r"Suggested Backoff Time: ?([0-9]{1,9}) ?(ms|milliseconds|s|seconds)?", re.IGNORECASE)
_APPENDUID = re.compile(rb"\[APPENDUID ([0-9]{1,10}) ([0-9]{1,10})\]", re.IGNORECASE)
_COPYUID = re.compile(rb"([0-9]{1,10}) ([0-9:,]+) ([0-9:,]+)")
_PLAN = re.compile(rb"plan=([0-9a-f]{32})")
_MESSAGE_ID = re.compile(rb"^Message-ID[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_ODD = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")


def response_code(text: str) -> str | None:
    """The first response code in brackets (RFC 3501 section 7.1, RFC 5530), in upper case."""
    match = _CODE.search(text)
    return match[1].upper() if match else None


def backoff(text: str) -> float | None:
    """Seconds that Exchange asks to wait (``Suggested Backoff Time: 299984 milliseconds``), at most 300."""
    match = _BACKOFF.search(text)
    if match is None:
        return None
    unit = (match[2] or "ms").lower()
    seconds = int(match[1]) / (1000 if unit.startswith("m") else 1)
    return min(seconds, 300.0)


def one_line(text: str, secret: str = "") -> str:
    """A server's words made fit to be shown: one line, at most 200 characters, without the password."""
    if secret:
        text = text.replace(secret, "***")
    return _ODD.sub(" ", text).strip()[:200]


def appended(answer: bytes) -> tuple[int, int] | None:
    """(UIDVALIDITY, UID) of an APPENDUID code (RFC 4315), or None where there is none."""
    match = _APPENDUID.search(answer)
    return (int(match[1]), int(match[2])) if match else None


def copied(code: bytes) -> Mapping[int, tuple[int, int]]:
    """Old UID to (UIDVALIDITY, new UID) of a COPYUID code's data; empty where it makes no sense.

    RFC 4315: the two sets correspond in the order in which they are written.
    """
    match = _COPYUID.fullmatch(code.strip())
    if match is None:
        return {}
    validity, old, new = int(match[1]), uid_set(match[2]), uid_set(match[3])
    if old is None or new is None or len(old) != len(new):
        return {}
    return {o: (validity, n) for o, n in zip(old, new, strict=True)}


def uid_set(text: bytes) -> list[int] | None:
    """The UIDs of a set such as ``3:5,9`` in its own order; None where it is no such set or too long."""
    found: list[int] = []
    for part in text.split(b","):
        run = _run(part)
        if run is None or len(run) + len(found) > MAX_MAPPED:
            return None
        found.extend(run)
    return found


def _run(part: bytes) -> range | None:
    first, colon, last = part.partition(b":")
    last = last if colon else first
    if not (first.isdigit() and last.isdigit()):
        return None
    low, high = sorted((int(first), int(last)))
    return range(low, high + 1)


def plan_of(field: bytes) -> str:
    """The plan id of a Mailwatch-Original field, or nothing where it names none."""
    match = _PLAN.search(field)
    return match[1].decode("ascii") if match else ""


def message_ids(header: bytes) -> Iterator[str]:
    """The values of the Message-ID fields of a header, without angle brackets and white space."""
    for match in _MESSAGE_ID.finditer(header):
        yield bare_id("".join(match[1].decode("utf-8", "replace").split()))


def bare_id(message_id: str) -> str:
    """A msg-id without its angle brackets."""
    return message_id.strip().removeprefix("<").removesuffix(">")


def flag_names(flags: object) -> frozenset[str]:
    r"""Flags as text, without \Recent. The library makes numbers of keywords that are digits only."""
    if not isinstance(flags, tuple):
        return frozenset()
    words = (f.decode("latin-1") if isinstance(f, bytes) else str(f) for f in flags)
    return frozenset(word for word in words if word.lower() != r"\recent")


def in_utc(value: object) -> datetime | None:
    """An INTERNALDATE in UTC; None where the server's date cannot be one."""
    if not isinstance(value, datetime):
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
