"""Times that a person types: when something happened, and until when something shall rest."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mailwatch.errors import ConfigError

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?) ?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPAN = re.compile(r"([1-9][0-9]{0,3}) ?(h|d|w)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def happened(text: str, now: datetime, zone: tzinfo) -> datetime:
    """When something happened, in UTC: ``2026-11-24 09:48``, or ``09:48`` of today.

    A time with a zone (``2026-11-24T00:48Z``) is taken as it is, any other as that of ``zone``.

    Raises:
        ConfigError: it is no such time, or lies after ``now``.
    """
    moment = _moment(text.strip(), now, zone)
    if moment is None:
        raise ConfigError(
            "{text} is no time", mend="write it as 2026-11-24 09:48, or 09:48 for today", text=text
        )
    if moment > now:
        raise ConfigError(
            "the time {text} is in the future",
            mend="say when it happened: 2026-11-24 09:48, or 09:48 for today",
            text=text,
        )
    return moment


def until(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Until when something shall rest, in UTC: a day (its beginning), a time, or a length such as ``3d``.

    Raises:
        ConfigError: it is none of these, or over already.
    """
    moment = _later(text.strip(), now, zone)
    if moment is None:
        raise ConfigError(
            "{text} is no time", mend="write it as 2026-12-01, 2026-12-01 09:00, 8h, 3d or 2w", text=text
        )
    if moment <= now:
        raise ConfigError(
            "the time {text} is over already", mend="name a day or a time that is to come", text=text
        )
    return moment


def day(text: str) -> date:
    """A day, ``2026-12-01``.

    Raises:
        ConfigError: it is none.
    """
    found = _date(text.strip())
    if found is None:
        raise ConfigError("{text} is no day", mend="write it as 2026-12-01", text=text)
    return found


def _later(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    span = _SPAN.fullmatch(text)
    try:
        if span:
            return now + int(span[1]) * _UNITS[span[2]]
        only = _date(text)
        return _moment(text, now, zone) if only is None else _local(only, time(), zone)
    except OverflowError:
        return None


def _moment(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    clock = _clock(text)
    if clock is not None:
        return _local(now.astimezone(zone).date(), clock, zone)
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    on, at = _date(found[1]), _clock(found[2])
    if on is None or at is None:
        return None
    if found[3] is None:
        return _local(on, at, zone)
    try:
        offset = datetime.fromisoformat(f"2000-01-01T00:00{found[3]}").tzinfo
        return datetime.combine(on, at, offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _local(on: date, at: time, zone: tzinfo) -> datetime | None:
    """The instant; the first of an hour that comes twice, None for one that the clocks leave out."""
    local = datetime.combine(on, at, zone)
    try:
        moment = local.astimezone(UTC)
        there = moment.astimezone(zone)
    except OverflowError:
        return None
    return moment if there.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
