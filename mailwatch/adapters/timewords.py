"""Filters for templates: times, numbers and lines as the readers of each language write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailwatch.core.display import wrap

_KO_DAYS = "월화수목금토일"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

COLUMNS = 84
"""The widest line of a digest as text; Hangul takes two columns."""


def filters(language: str, zone: ZoneInfo) -> Mapping[str, Callable[..., str]]:
    """The filters for one language and one time zone. Times given to them are aware."""

    def local(when: datetime | date) -> date:
        return when.astimezone(zone) if isinstance(when, datetime) else when

    def day(when: datetime | date) -> str:
        return short_day(local(when), language)

    def clock(when: datetime) -> str:
        return f"{local(when):%H:%M}"

    return {
        "day": day,
        "clock": clock,
        "moment": lambda when: f"{day(when)} {clock(when)}",
        "long_day": lambda when: long_day(local(when), language),
        "zone_name": lambda when: zone_name(when.astimezone(zone), language),
        "count": lambda n: f"{n:,}",
        "wrapped": lambda text, first="", rest="": wrap(text, COLUMNS, first, rest),
    }


def short_day(day: date, language: str) -> str:
    """``11/24(화)`` or ``Tue 24 Nov``."""
    if language == "ko":
        return f"{day.month}/{day.day}({_KO_DAYS[day.weekday()]})"
    return f"{_EN_DAYS[day.weekday()]} {day.day} {_EN_MONTHS[day.month - 1]}"


def long_day(day: date, language: str) -> str:
    """``2026-11-24(화)`` or ``Tue 2026-11-24``."""
    iso = date(day.year, day.month, day.day).isoformat()
    return f"{iso}({_KO_DAYS[day.weekday()]})" if language == "ko" else f"{_EN_DAYS[day.weekday()]} {iso}"


def zone_name(local: datetime, language: str) -> str:
    """``KST (UTC+9)``: letters where the zone has some, and the offset; Koreans read ``한국 시각(KST)``."""
    if language == "ko" and local.tzname() == "KST":
        return "한국 시각(KST)"
    offset = local.utcoffset()
    assert offset is not None
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset.total_seconds() < 0 else "+"
    distance = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
    letters = local.tzname() or ""
    return f"{letters} ({distance})" if letters.isalpha() and letters != "UTC" else distance
