"""Which digests are promised: to whom, for which local day, and from which moment on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from weeks.letters import KIM, SUPPORT


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets the digest ``name`` each day: in which zone, from which hour on, by smtp or imap."""

    name: str
    address: str
    zone: ZoneInfo
    at: time
    by: str = "smtp"
    language: str = "en"


SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
READERS = (
    Reader("daily", KIM, SEOUL, time(9), language="ko"),
    Reader("daily", "jonas@contoso.example", BERLIN, time(9)),
    # An hour that is left out or comes twice when the clocks change.
    Reader("night", "night@contoso.example", BERLIN, time(2, 30)),
    Reader("desk", SUPPORT, SEOUL, time(18), by="imap"),
)


@dataclass(frozen=True, slots=True)
class Due:
    """One digest that was promised: to whom, for which local day, from when on and until when."""

    reader: Reader
    day: date
    since: datetime
    until: datetime


def promised(reader: Reader, first: datetime, last: datetime) -> Iterator[Due]:
    """Each local day on which the hour had come by ``last``; the day of ``first`` is the first one."""
    day = first.astimezone(reader.zone).date()
    while (since := _first_instant(day, reader.at, reader.zone)) <= last:
        over = _first_instant(day + timedelta(days=1), time(0), reader.zone)
        yield Due(reader, day, since, over)
        day += timedelta(days=1)


def _first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the wall clock shows ``at`` or more: looked for, by no rule about clocks."""
    moment = datetime.combine(day, time(0), UTC) - timedelta(hours=15)
    while (moment.astimezone(zone).date(), moment.astimezone(zone).time()) < (day, at):
        moment += timedelta(minutes=30)
    return moment
