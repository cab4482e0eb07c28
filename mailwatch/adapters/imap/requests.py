"""What is sent to servers, made by pure functions that let no command be smuggled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from mailwatch.errors import ConfigError

CHUNK = 500
"""UIDs named in one command: some servers take lines of 8 kB at most."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# RFC 3501 flags are atoms; foreign keywords are looser, but none of these may ever be sent.
_BAD_FLAG = re.compile(r'[\x00-\x20\x7f-\U0010ffff(){%*"]')


def has_control(text: str) -> bool:
    """Whether a line break, a NUL or another control character stands in ``text``."""
    return _CONTROL.search(text) is not None


def quoted(text: str) -> bytes:
    """An RFC 3501 quoted string. ``text`` is ASCII without control characters."""
    if has_control(text):
        raise ConfigError("{text} cannot be sent to a mail server", text=repr(text))
    return ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"').encode("ascii")


def flag_words(flags: Sequence[str]) -> list[str]:
    r"""Flags fit to be sent, \Recent left out. Raises ConfigError for one that is not."""
    for flag in flags:
        if not flag or _BAD_FLAG.search(flag):
            raise ConfigError("the flag {flag} cannot be sent to a mail server", flag=repr(flag))
    return [flag for flag in flags if flag.lower() != r"\recent"]


def date_time(moment: datetime) -> bytes:
    """RFC 3501 date-time in the zone that ``moment`` has; a naive one counts as UTC."""
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    day = f"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment.year:04d}"
    return f'"{day} {moment:%H:%M:%S} {zone}"'.encode("ascii")


def uid_range(low: int, high: int, since: date | None) -> bytes:
    """SEARCH criteria for a window of UIDs, and a first day where wanted."""
    day = "" if since is None else f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year:04d}"
    return f"UID {low}:{high}{day}".encode("ascii")


def chunks(uids: Sequence[int]) -> Iterator[list[int]]:
    """The UIDs in lists short enough for one command."""
    for start in range(0, len(uids), CHUNK):
        yield list(uids[start : start + CHUNK])
