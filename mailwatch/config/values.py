"""The small types that keys of the configuration have, and the words said where a value is none of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer, Strict, ValidationInfo

from mailwatch.errors import Words


class Wrong(ValueError):
    """A value of the configuration is wrong; says how, in words that can be translated."""

    def __init__(self, template: str, **values: object) -> None:
        self.words = Words(template, values)
        super().__init__(str(self.words))


# ── lengths of time ───────────────────────────────────────────────────────────

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_DURATION = re.compile(r"([0-9]{1,9}) ?([a-z]{1,8})")


def duration(value: object) -> timedelta:
    """Read ``60 s``, ``5 min``, ``8 h``, ``30 d``, ``2 w`` or ``2 y`` (a year is 365 days)."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] not in _UNITS:
        raise Wrong("a length of time is a number and a unit (s, min, h, d, w, y), for example 60 s")
    try:
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    except OverflowError:
        raise Wrong("this length of time is too long") from None


def spell(length: timedelta) -> str:
    """The shortest way to write a length of time, e.g. ``2 y``; what ``duration`` reads back."""
    seconds = length // timedelta(seconds=1)
    unit = next(u for u in ("y", "d", "h", "min", "s") if seconds % _UNITS[u] == 0)
    return f"{seconds // _UNITS[unit]} {unit}"


def day_or_duration(value: object) -> date | timedelta:
    """Read a day (``2024-01-31``) or a length of time before today."""
    if isinstance(value, (date, timedelta)):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Wrong("there is no such day") from None
    try:
        return duration(value)
    except Wrong:
        raise Wrong("expected a length of time (2 y, 90 d) or a day (2024-01-31)") from None


def clock(value: object) -> time:
    """Read a time of day, ``HH:MM`` in 24 hours."""
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise Wrong("expected a time of day such as 09:00")
    return time(int(match[1]), int(match[2]))


_ZONES = {"KST": "Asia/Seoul", "GMT+9": "Asia/Seoul", "UTC+9": "Asia/Seoul", "JST": "Asia/Tokyo"}
"""Abbreviations, which are no names of zones, of those who use mailwatch most."""


def zone(value: object) -> ZoneInfo:
    """Read a time zone by its IANA name."""
    if isinstance(value, ZoneInfo):
        return value
    if not isinstance(value, str):
        raise Wrong("a time zone is an IANA name such as Asia/Seoul")
    try:
        return ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        # A folder such as "Asia", a name with "..", or (ZoneInfoNotFoundError is a KeyError) no such zone.
        near = [z for z in (_ZONES.get(value.upper()),) if z] or get_close_matches(
            value, available_timezones(), n=1
        )
    if near:
        raise Wrong("there is no time zone {zone} (did you mean {near}?)", zone=value, near=near[0])
    raise Wrong("there is no time zone {zone}; a time zone is an IANA name such as Asia/Seoul", zone=value)


def days_before(since: date | timedelta, now: datetime) -> date:
    """The first day (UTC) that is wanted, as seen from ``now``."""
    if isinstance(since, timedelta):
        moment = now.astimezone(UTC)
        floor = datetime(1970, 1, 1, tzinfo=UTC)
        return (moment - min(since, moment - floor)).date()
    return since


# ── paths, addresses, numbers ─────────────────────────────────────────────────


def path(value: object, info: ValidationInfo) -> Path:
    """Read a path; ``~`` is the home folder, a relative path starts at the config file's folder."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise Wrong("expected a path")
    base: Path = (info.context or {}).get("base", Path.cwd())
    try:
        return base / Path(value).expanduser()
    except RuntimeError:
        raise Wrong("the home folder of {path} is not known", path=value) from None


_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\]+@[^\s@<>(),;:\"\\]+")


def address(value: object) -> str:
    """Read one mail address without a display name (RFC 5321 addr-spec); kept in lower case."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise Wrong("expected one mail address such as support@contoso.example")
    return value.lower()


_PORT_BEHIND = re.compile(r"[^:]*:[0-9]*")


def host(value: object) -> object:
    """The name or address of a server and nothing else."""
    if isinstance(value, str) and ("/" in value or "@" in value or any(c.isspace() for c in value)):
        raise Wrong("expected the name of the server alone, such as mail.contoso.example")
    if isinstance(value, str) and _PORT_BEHIND.fullmatch(value):
        raise Wrong("the port does not stand behind the host, but under port")
    return value


_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


def name(value: object) -> str:
    """Read a short name: letters and digits of any script, dot, hyphen, underscore."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Wrong("a name has up to 64 letters, digits, dots, hyphens or underscores, and no spaces")
    return value


def sequence(value: object) -> Any:
    """Lists only: a lone word where a list belongs would otherwise be a riddle."""
    if isinstance(value, dict):
        raise Wrong("expected a list: a hyphen and a blank stand before each of its members")
    if value is not None and not isinstance(value, (list, tuple)):
        raise Wrong("expected a list, for example [{first}]", first=value if isinstance(value, str) else "…")
    return value


def some(value: object) -> Any:
    """Lists with at least one member."""
    if value in ([], ()):
        raise Wrong("this list must not be empty")
    return sequence(value)


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def _since(value: date | timedelta) -> str | int:
    return _seconds(value) if isinstance(value, timedelta) else value.isoformat()


Host = Annotated[str, Field(min_length=1), BeforeValidator(host)]
Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(_seconds)]
Since = Annotated[date | timedelta, BeforeValidator(day_or_duration), PlainSerializer(_since)]
Clock = Annotated[time, BeforeValidator(clock), PlainSerializer(lambda t: t.strftime("%H:%M"))]
Zone = Annotated[ZoneInfo, BeforeValidator(zone), PlainSerializer(lambda z: z.key)]
ConfigPath = Annotated[Path, BeforeValidator(path), PlainSerializer(str)]
MailAddress = Annotated[str, BeforeValidator(address)]
Name = Annotated[str, BeforeValidator(name)]
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
Switch = Annotated[bool, Strict()]
