"""All calendars of a configuration, made for certain years, and what is not certain about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from mailwatch.config.calendars import CalendarConfig
from mailwatch.config.desks import BUILT_IN, LOCAL, Desk, calendar, local
from mailwatch.core.business_time import Calendar, Span, unknown_years
from mailwatch.errors import Words


def desks(own: Sequence[CalendarConfig], zone: ZoneInfo) -> Mapping[str, Desk]:
    """The built-in desks and the user's, by name; ``zone`` is where ``local`` is."""
    known = {**BUILT_IN, LOCAL: local(zone)}
    return {**known, **{one.name: _desk(one, known, zone) for one in own}}


def calendars(desks: Mapping[str, Desk], names: Iterable[str], years: range) -> Mapping[str, Calendar]:
    """The calendars of ``names`` with the holidays of ``years``; nothing else is loaded."""
    return {name: calendar(name, desks[name], years) for name in sorted(set(names))}


def uncertain(calendar: Calendar, span: Span) -> Words | None:
    """What a person should know of a deadline that was counted within ``span``, which must have an end."""
    years = unknown_years(calendar, span)
    if not years:
        return None
    return Words(
        "the holidays of {years} are not certain in the calendar {calendar}; give them under calendars",
        {"years": ", ".join(map(str, years)), "calendar": calendar.name},
    )


def _desk(own: CalendarConfig, known: Mapping[str, Desk], zone: ZoneInfo) -> Desk:
    base = known[own.base] if own.base else Desk(zone, ())
    return replace(
        base,
        **own.changes(),
        holidays=frozenset(own.holidays),
        worked=frozenset(own.worked),
        years=frozenset(own.years),
    )
