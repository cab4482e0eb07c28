"""Public holidays of a country, from the library ``holidays``, frozen into plain dates.

The library computes a year whether or not it has been announced, so what has been announced is
told here. China announces its working weekends with the holidays, late in the year before;
the library holds those of announced years as data, and is asked for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import MappingProxyType
from typing import Any

_PUBLISHED = MappingProxyType(
    {
        # Korea AeroSpace Administration: the calendar of 2026, announced at the end of June 2025.
        "KR": 2026,
        # National Astronomical Observatory of Japan and Cabinet Office: 2027, announced 2026-02-02.
        "JP": 2027,
        # 5 U.S.C. 6103 fixes them once for all; presidents may add a single day.
        "US": 2100,
    }
)
"""The last year that has been announced and that the library's dates were held against."""

_CHINA = "CN"
KNOWN = frozenset((*_PUBLISHED, _CHINA))


@dataclass(frozen=True, slots=True)
class PublicDays:
    """Days of rest, weekend days that are worked, and the years of which this is certain."""

    holidays: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]


def is_country(code: str) -> bool:
    """Whether the library knows the country, an ISO 3166-1 code of two letters."""
    return code in KNOWN or code in _library().list_supported_countries()


def public_days(country: str, years: range) -> PublicDays:
    """The days of ``years``; ``country`` must be one that is known."""
    found = _library().country_holidays(country, years=years)
    return PublicDays(
        holidays=frozenset(day for day in found if day.year in years),
        worked=frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year in years),
        years=frozenset(year for year in years if year <= _announced(country, found)),
    )


def _announced(country: str, found: Any) -> int:
    if country == _CHINA:
        return int(max(found.special_public_holidays))
    return _PUBLISHED.get(country, 0)


def _library() -> Any:
    """The library takes a tenth of a second to load, which nobody waits for who has no use for it."""
    return import_module("holidays")
