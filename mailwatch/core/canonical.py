"""Canonical bytes: the one way in which a JSON value is written (RFC 8785), and times in it.

Keys are ASCII and numbers are integers below 2^53, so that sorted keys and the
standard library's escapes are all that RFC 8785 asks for. What does not fit is
refused, never bent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LARGEST = 2**53 - 1


class Malformed(ValueError):
    """Bytes or values that are no canonical JSON of ours."""


def canonical(value: Mapping[str, object]) -> bytes:
    """The canonical bytes of a JSON object.

    Raises:
        ValueError: a float, an integer beyond 2^53-1, a key that is not ASCII, a
            lone surrogate, or a value of another type.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _check(value: object) -> None:
    """Refuse what RFC 8785 would write otherwise. ``value`` is ours and flat: three levels deep.

    Exact types are asked for, not ``isinstance``: this runs over every member of every entry.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if isinstance(value, int) and kind is int:
        if abs(value) > _LARGEST:
            raise Malformed(f"the integer {value} does not fit a JSON number")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (type(key) is str and key.isascii()):
                raise Malformed(f"the key {key!r} is not ASCII")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    else:
        raise Malformed(f"a {kind.__name__} has no canonical form")


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down. ``moment`` is aware."""
    return (moment - _EPOCH) // _MILLISECOND


def to_milliseconds(moment: datetime) -> datetime:
    """``moment`` in UTC, cut to the precision that is kept: one millisecond."""
    return from_milliseconds(milliseconds(moment))


def from_milliseconds(count: int) -> datetime:
    """The moment ``count`` milliseconds after 1970, in UTC."""
    return _EPOCH + count * _MILLISECOND


def rfc3339(moment: datetime) -> str:
    """``moment`` as RFC 3339 in UTC with milliseconds and ``Z``.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no canonical form")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_rfc3339(text: str) -> datetime:
    """The reverse of ``rfc3339``; ValueError for any other spelling."""
    moment = datetime.fromisoformat(text)
    if rfc3339(moment) != text:
        raise ValueError(f"{text!r} is no canonical time")
    return moment.astimezone(UTC)


# ── reading ───────────────────────────────────────────────────────────────────


def parse_object(data: bytes) -> Mapping[str, object]:
    """A JSON object; ``Malformed`` for anything else, however deep it is nested."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    if not isinstance(value, dict):
        raise Malformed("no JSON object")
    return value


def string(body: Mapping[str, object], key: str) -> str:
    """The text under ``key``; ``Malformed`` where there is none."""
    value = body.get(key)
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text")
    return value


def integer(body: Mapping[str, object], key: str) -> int:
    """The integer under ``key``; ``Malformed`` where there is none."""
    value = body.get(key)
    if type(value) is not int:
        raise Malformed(f"{key} is no integer")
    return value
