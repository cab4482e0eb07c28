"""Days that a sentence names: "by the 20th", "on November 24", "11월 24일까지", "2026-11-24".

A year that is not written is that of the next such day, seen from the mail. What is no day of
the calendar, or cannot lie ahead, is none; an hour is taken only where one is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, time, timedelta

from mailwatch.core.case_events import Day

AHEAD = timedelta(days=270)
"""A day further ahead is meant as one that has passed: "the mail of 11/18", said on 20 November."""

_ONE_LINE = str.maketrans("\t\r\n", "   ")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_NEAR = 24
"""How many code points on either side of a day are searched for an hour."""


@dataclass(frozen=True, slots=True)
class Named:
    """A day that stands at [``start``, ``end``) of the sentence."""

    day: Day
    start: int
    end: int


def named_day(text: str, on: date) -> Named | None:
    """The soonest day ahead that ``text`` names, itself or by its weekday; None where it names none.

    Args:
        text: one sentence, normalised as in ``plaintext``.
        on: the day on which it was written, in the reader's zone. That day itself lies ahead.
    """
    if on.year == MAXYEAR:  # Nothing can be counted on from there.
        return None
    text = text.translate(_ONE_LINE)
    found = list(_days(text, on, _BY_DATE)) or list(_days(text, on, _BY_WORD))
    return min(found, key=lambda one: one.day.date, default=None)


def _days(text: str, on: date, readers: _Readers) -> Iterator[Named]:
    for pattern, read in readers:
        for match in pattern.finditer(text):
            day = read(match, on)
            if day is not None and on <= day <= on + AHEAD:
                yield Named(Day(day, _hour(text, match)), match.start(), match.end())


# ── which day ─────────────────────────────────────────────────────────────────


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(on: date, month: int, day: int) -> date | None:
    """That day of this year or the next, whichever comes first on or after ``on``."""
    years = (_made(year, month, day) for year in (on.year, on.year + 1))
    return next((made for made in years if made is not None and made >= on), None)


def _in(on: date, year: str | None, month: int, day: str) -> date | None:
    return _made(int(year), month, int(day)) if year else _next(on, month, int(day))


def _year_first(match: re.Match[str], on: date) -> date | None:
    return _in(on, match[1], int(match[2]), match[3])


def _month_name_first(match: re.Match[str], on: date) -> date | None:
    return _in(on, match[3], _month(match[1]), match[2])


def _day_first(match: re.Match[str], on: date) -> date | None:
    return _in(on, match[3], _month(match[2]), match[1])


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _slashed(match: re.Match[str], on: date) -> date | None:
    """Month first, as Microsoft's templates have it; the other way where it cannot be."""
    first, second = match[1], match[2]
    month, day = (second, first) if int(first) > len(_MONTHS) else (first, second)
    return _in(on, match[3], int(month), day)


def _day_alone(match: re.Match[str], on: date) -> date | None:
    """The next month that has such a day, this one included: one of three always has, if any."""
    months = (divmod(on.month - 1 + ahead, 12) for ahead in range(3))
    days = (_made(on.year + years, month + 1, int(match[1])) for years, month in months)
    return next((made for made in days if made is not None and made >= on), None)


def _weekday(match: re.Match[str], on: date) -> date:
    return on + timedelta(days=(_WEEKDAYS.index(match[1][:3].lower()) - on.weekday()) % 7)


def _korean_weekday(match: re.Match[str], on: date) -> date:
    return on + timedelta(days=("월화수목금토일".index(match[1]) - on.weekday()) % 7)


def _tomorrow(_match: re.Match[str], on: date) -> date:
    return on + timedelta(days=1)


_Readers = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...]

_I = re.IGNORECASE
_BY_DATE: _Readers = (
    (re.compile(r"(?<![\d.-])(20\d\d)(?:-|\. ?|/)(\d{1,2})(?:-|\. ?|/)(\d{1,2})(?![\d-])"), _year_first),
    (re.compile(r"(?:(20\d\d) ?[年년] ?)?(?<!\d)(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号號]"), _year_first),
    (
        re.compile(rf"\b{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,? (20\d\d)\b)?", _I),
        _month_name_first,
    ),
    (
        re.compile(rf"(?<![\d:])(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}\.?(?:,? (20\d\d)\b)?", _I),
        _day_first,
    ),
    # 24/7 is no day, it is how long a desk is open.
    (re.compile(r"(?<![\d/.])(?!24/7(?!\d))(\d{1,2})/(\d{1,2})(?:/(20\d\d))?(?![\d/])"), _slashed),
    (
        re.compile(
            rf"\b(?:by|on|before|until) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of )?{_MONTH})", _I
        ),
        _day_alone,
    ),
    (
        # "3일 이내" and "3日前" are stretches of time, not days.
        re.compile(
            r"(?<![월月] )(?<![월月\d])(\d{1,2})[일日]"
            r"(?= ?(?:\([월화수목금토일月火水木金土日]\) ?)?(?:까지|에|まで|오전|오후|\d{1,2}시))"
        ),
        _day_alone,
    ),
)
_BY_WORD: _Readers = (
    (re.compile(rf"\b(?:by|on|before|until|this) (?:end of (?:day )?)?{_WEEKDAY}\b", _I), _weekday),
    (re.compile(r"(?<!다음 주 )(?<!다음주 )([월화수목금토일])요일"), _korean_weekday),
    (re.compile(r"\btomorrow\b|내일|明日|明天", _I), _tomorrow),
)


# ── which hour ────────────────────────────────────────────────────────────────

_HOURS = (
    re.compile(r"(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b", _I),
    re.compile(
        r"(?:(?P<half>오전|오후|午前|午後|上午|下午) ?)?(?<!\d)(?P<hour>\d{1,2}) ?[시時时点點](?![간間间])"
        r"(?: ?(?P<minute>\d{1,2}) ?[분分])?"
    ),
    re.compile(r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?![\d:])"),
)
_AFTERNOON = frozenset({"p", "오후", "午後", "下午"})


def _hour(text: str, day: re.Match[str]) -> time | None:
    """The hour that stands next to a day, behind it or before it."""
    behind = text[day.end() : day.end() + _NEAR]
    before = text[max(0, day.start() - _NEAR) : day.start()]
    found = (pattern.search(place) for place in (behind, before) for pattern in _HOURS)
    return next((_time(match) for match in found if match), None)


def _time(match: re.Match[str]) -> time | None:
    hour, half = int(match["hour"]), match.groupdict().get("half")
    if half:
        hour = hour % 12 + (12 if half.lower() in _AFTERNOON else 0)
    try:
        return time(hour, int(match["minute"] or 0))
    except ValueError:
        return None
