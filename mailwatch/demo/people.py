"""Who writes in the demo's story. All names, addresses and case numbers are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailwatch.demo.letter import Person

SEOUL = ZoneInfo("Asia/Seoul")

DESK = Person("Microsoft Support", "support@mail.support.microsoft.com")
SEOYEON = Person("Seoyeon P", "support@mail.support.microsoft.com")
DANIEL = Person("Daniel K", "support@mail.support.microsoft.com")
CONTRACTOR = Person("Priya N", "v-priyan@microsoft.com")
SRX_DESK = Person(
    "Microsoft Customer Support", "OLSRV.FOPE.WW.00.EN.WIP.SEO.TS.T01.DLS.ST.EM@css.one.microsoft.com"
)
NOTICES = Person("Microsoft Azure", "azure-noreply@microsoft.com")

TEAM = Person("한빛정밀 IT", "support@hanbit.example")
MINA = Person("김민아", "mina@hanbit.example")
CUSTOMER = Person("이도현(가람테크)", "dohyun@garam.example", vouches="none")

LOOKALIKE = Person("Microsoft Support", "support@mail-support.rnicrosoft.example")
FORGER = Person("Microsoft Support", "support@mail.support.microsoft.com", vouches="fail")
SELLER = Person("Network Outlet", "offers@outlet.example")
BIOLOGIST = Person("장하늘", "haneul@genomics.example", vouches="none")
OTHER_VENDOR = Person("Endpoint Tools Support", "support@endpoint-tools.example")
NEWSLETTER = Person("클라우드 주간", "news@cloudweekly.example")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The story's days, counted back from ``now``, so that its cases are young whenever it is told."""

    now: datetime

    def at(self, days_ago: int, clock: str) -> datetime:
        """A time of day in Seoul, ``days_ago`` days before today there. ``clock`` is HH:MM."""
        day = (self.now.astimezone(SEOUL) - timedelta(days=days_ago)).date()
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SEOUL)

    def day(self, days_ago: int, form: str) -> str:
        """That day, written by ``strftime``."""
        return self.at(days_ago, "12:00").strftime(form)

    def tracking(self, days_ago: int, rest: str) -> str:
        """A number of 16 digits that was given out on that day."""
        return self.day(days_ago, "%y%m%d") + rest

    def reg(self, days_ago: int, rest: str) -> str:
        """A number of 15 digits that was given out on that day."""
        return "1" + self.day(days_ago, "%y%m%d") + rest


@dataclass(frozen=True, slots=True)
class Numbers:
    """The cases of the story, by what they are about."""

    mailflow: str
    certificate: str
    delisting: str
    delisting_form: str
    short_srx: str
    quota: str
    quota_second: str
    recording: str
    recording_twin: str
    licence: str
    archived: str
    cafe: str
    unverified: str
    future: str


def numbers(calendar: Calendar) -> Numbers:
    """Numbers that the rules must accept on the story's days, and one from the future that they must not."""
    return Numbers(
        mailflow=calendar.tracking(9, "0030003307"),
        certificate=calendar.reg(12, "15391423"),
        delisting="SRX1490512377",
        delisting_form="SRX1490512377ID",
        short_srx="SRX149051238",
        quota=calendar.tracking(8, "0010000572"),
        quota_second=calendar.tracking(5, "0010000571"),
        recording=calendar.tracking(11, "0040004180"),
        recording_twin=calendar.tracking(12, "0040012618"),
        licence=calendar.tracking(6, "0030000947"),
        archived=calendar.tracking(14, "0050002251"),
        cafe=calendar.tracking(4, "0030002765"),
        unverified=calendar.tracking(3, "0030001180"),
        future=calendar.tracking(-40, "0030004471"),
    )
