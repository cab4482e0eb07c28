"""Calendars that users write: when a desk is open."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, Strict, model_validator

from mailwatch.config.desks import BUILT_IN
from mailwatch.config.public_holidays import is_country
from mailwatch.config.section import ListOf, Section
from mailwatch.config.values import Name, Wrong, Zone
from mailwatch.core.business_time import Window

_TIME = r"([01][0-9]|2[0-4]):([0-5][0-9])"
_WINDOW = re.compile(rf"{_TIME} ?[-–] ?{_TIME}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKDAYS = 5


def _window(value: object) -> Window:
    """Read ``09:00-18:00``; 24:00 is the end of the day."""
    match = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Wrong("expected opening hours such as 09:00-18:00 (24:00 is the end of the day)")
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    try:
        return Window(start, end)
    except ValueError:
        raise Wrong(
            "opening hours end after they begin and by 24:00; "
            "past midnight, the rest belongs to the next day: 18:00-24:00, then 00:00-02:00"
        ) from None


def _spelled(window: Window) -> str:
    return "-".join(f"{at // 60:02}:{at % 60:02}" for at in (window.start, window.end))


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Wrong("expected a day such as 2027-02-08")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Wrong("there is no such day") from None


def _country(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2}", value) or not is_country(value.upper()):
        raise Wrong("expected the two letters of a country, such as KR, CN, US or JP")
    return value.upper()


Day = Annotated[date, BeforeValidator(_day)]
Hours = ListOf[Annotated[Window, BeforeValidator(_window), PlainSerializer(_spelled)]]


class WeekConfig(Section):
    """Opening hours by weekday; the more exact key wins, and a day without hours is closed."""

    daily: Hours = Field(default=(), description="On all seven days.", examples=[["09:00-24:00"]])
    weekdays: Hours | None = Field(
        default=None, description="From Monday to Friday.", examples=[["09:00-12:00", "13:00-18:00"]]
    )
    mon: Hours | None = Field(default=None, description="On Mondays.")
    tue: Hours | None = Field(default=None, description="On Tuesdays.")
    wed: Hours | None = Field(default=None, description="On Wednesdays.")
    thu: Hours | None = Field(default=None, description="On Thursdays.")
    fri: Hours | None = Field(default=None, description="On Fridays.")
    sat: Hours | None = Field(default=None, description="On Saturdays.", examples=[["09:00-12:00"]])
    sun: Hours | None = Field(default=None, description="On Sundays; `[]` is closed.", examples=[[]])

    def windows(self) -> tuple[tuple[Window, ...], ...]:
        """The windows of each weekday, Monday first."""
        return tuple(self._of(place, name) for place, name in enumerate(_WEEK))

    def _of(self, place: int, name: str) -> tuple[Window, ...]:
        own: tuple[Window, ...] | None = getattr(self, name)
        if own is not None:
            return own
        if place < _WORKDAYS and self.weekdays is not None:
            return self.weekdays
        return self.daily


class CalendarConfig(Section):
    """One calendar: one of the user's own, or changes to a built-in one."""

    name: Name = Field(
        description="Short name, for plans to refer to. The name of a built-in calendar changes that one: "
        "`24x7`, `21vianet`, `china`, `korea`, `japan`, `north-america`, or `local`, which is the one that "
        "fits `timezone`.",
        examples=["our-desk"],
    )
    extends: Name | None = Field(
        default=None,
        description="A built-in calendar that gives what is not said here.",
        examples=["korea"],
    )
    zone: Zone | None = Field(
        default=None, description="IANA name of the desk's time zone.", examples=["Asia/Seoul"]
    )
    week: WeekConfig | None = Field(default=None, description="When the desk is open.")
    country: Annotated[str, BeforeValidator(_country)] | None = Field(
        default=None,
        description="Its public holidays are closed: two letters. Of KR, CN, US and JP it is known up to "
        "which year they have been announced; China's working weekends are worked. Other countries' are "
        "computed, and every year is told as uncertain until it stands in `years`. Absent: no holidays but "
        "those given here.",
        examples=["KR"],
    )
    holidays: ListOf[Day] = Field(
        default=(), description="Further days on which it is closed.", examples=[["2027-02-06"]]
    )
    worked: ListOf[Day] = Field(
        default=(),
        description="Days that are worked although they are a weekend or a holiday, with the hours of "
        "a Monday.",
        examples=[["2027-02-06"]],
    )
    years: ListOf[Annotated[int, Strict()]] = Field(
        default=(),
        description="Years whose holidays are complete with what is given here: no warning for them. "
        "Without `country`, and with years given, all other years are told as uncertain.",
        examples=[[2027]],
    )

    @model_validator(mode="after")
    def _check(self) -> CalendarConfig:
        if self.extends is not None and self.extends not in BUILT_IN:
            near = get_close_matches(self.extends, BUILT_IN, n=1)
            if near:
                raise Wrong(
                    "there is no built-in calendar {name} (did you mean {near}?)",
                    name=self.extends,
                    near=near[0],
                )
            raise Wrong("there is no built-in calendar {name}", name=self.extends)
        if self.base is None and (self.zone is None or self.week is None):
            raise Wrong("{name} is no built-in calendar, so it needs the keys zone and week", name=self.name)
        return self

    @property
    def base(self) -> str | None:
        """The built-in calendar that it starts from."""
        return self.extends or (self.name if self.name in BUILT_IN else None)

    def changes(self) -> dict[str, Any]:
        """What it says, by the fields of a ``Desk``; a built-in one gives the rest."""
        said = {
            "zone": self.zone,
            "week": self.week.windows() if self.week else None,
            "country": self.country,
        }
        return {key: value for key, value in said.items() if value is not None}
