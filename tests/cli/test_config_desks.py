"""Calendars, plans and customers of the configuration: what they become, and what is said of mistakes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailwatch.config import Config, config_hash, load
from mailwatch.config.desk_calendars import calendars, desks, uncertain
from mailwatch.config.plans import all_plans
from mailwatch.core.business_time import Calendar, Span, nth_closing, open_within
from mailwatch.core.clock_reading import BusinessDays, Reading, SeverityChange
from mailwatch.core.customer import Customer
from mailwatch.core.plans import PLANS
from mailwatch.core.support_plan import Kind, Request, Severity, calendars_of, promise
from mailwatch.errors import ConfigError

ROOT = Path(__file__).parents[2]
HEAD = "data: /d\ntimezone: Asia/Seoul\nmailboxes: []\n"
YEARS = range(2024, 2029)
HOUR = timedelta(hours=1)

Read = Callable[[str], Config]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def written(text: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(HEAD + text, encoding="utf-8")
        return load(path)

    return written


def problems(read: Read, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(p).split("config.yaml:", 1)[1] for p in caught.value.problems]


def made(config: Config, name: str) -> Calendar:
    return calendars(desks(config.calendars, config.timezone), [name], YEARS)[name]


def seoul(config: Config, day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=config.timezone)


# ── built-in calendars ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "day", "works"),
    [
        # Korea 2026: substitute days, an election, and the days around Chuseok.
        ("korea", date(2026, 3, 2), False),  # for 1 March, a Sunday
        ("korea", date(2026, 5, 25), False),  # for Buddha's birthday, a Sunday
        ("korea", date(2026, 6, 3), False),  # local elections
        ("korea", date(2026, 8, 17), False),  # for 15 August, a Saturday
        ("korea", date(2026, 9, 24), False),
        ("korea", date(2026, 10, 5), False),  # for 3 October, a Saturday
        ("korea", date(2026, 9, 28), True),
        ("korea", date(2026, 11, 24), True),
        ("korea", date(2026, 11, 22), False),  # a Sunday
        # China 2026: holidays with the weekends worked for them.
        ("china", date(2026, 2, 23), False),
        ("china", date(2026, 2, 28), True),  # a Saturday
        ("china", date(2026, 1, 4), True),  # a Sunday
        ("china", date(2026, 9, 20), True),  # a Sunday
        ("china", date(2026, 10, 7), False),
        ("china", date(2026, 10, 10), True),  # a Saturday
        ("china", date(2026, 10, 11), False),
        # Japan 2026: 3 May is a Sunday, so 6 May rests; 22 September lies between two holidays.
        ("japan", date(2026, 5, 6), False),
        ("japan", date(2026, 9, 22), False),
        ("japan", date(2026, 11, 24), True),
        # United States: Independence Day 2026 is a Saturday; New Year 2028 is one, too.
        ("north-america", date(2026, 7, 3), False),
        ("north-america", date(2027, 12, 31), False),
        ("north-america", date(2026, 11, 26), False),  # Thanksgiving
        ("north-america", date(2026, 11, 27), True),
        # 21Vianet's severity B and C, and the clock around.
        ("21vianet", date(2026, 10, 1), True),
        ("21vianet", date(2026, 11, 22), True),
        ("24x7", date(2026, 1, 1), True),
    ],
)
def test_which_days_the_built_in_calendars_work(read: Read, name: str, day: date, *, works: bool) -> None:
    """As these countries announced them, and as the vendors tell their hours."""
    assert works == made(read(""), name).is_business_day(day)


@pytest.mark.parametrize(
    ("name", "hours", "zone"),
    [
        ("korea", (9, 17), "Asia/Seoul"),
        ("china", (9, 17), "Asia/Shanghai"),
        ("japan", (9, 17.5), "Asia/Tokyo"),
        ("north-america", (6, 18), "America/Los_Angeles"),
        ("21vianet", (9, 24), "Asia/Shanghai"),
    ],
)
def test_hours_of_the_built_in_calendars(
    read: Read, name: str, hours: tuple[float, float], zone: str
) -> None:
    """An ordinary Tuesday."""
    calendar = made(read(""), name)
    [window] = calendar.windows(date(2026, 11, 24))
    assert hours == (window.start / 60, window.end / 60)
    assert zone == str(calendar.zone)


def test_a_day_of_21vianet_ends_at_midnight(read: Read) -> None:
    """24:00 in Beijing is 16:00 UTC; the first business day after a Friday is Saturday."""
    friday = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert datetime(2026, 11, 21, 16, tzinfo=UTC) == nth_closing(made(read(""), "21vianet"), friday, 1)


@pytest.mark.parametrize(
    ("name", "known", "unknown"),
    [
        ("korea", 2026, 2027),
        ("china", 2026, 2027),
        ("japan", 2027, 2028),
    ],
)
def test_years_that_have_not_been_announced_are_told(read: Read, name: str, known: int, unknown: int) -> None:
    """China's working weekends of 2027 stand in no announcement yet; the fixed days of 2027 rest anyhow."""
    calendar = made(read(""), name)
    within = Span(datetime(known, 12, 1, tzinfo=UTC), datetime(known, 12, 20, tzinfo=UTC))
    assert uncertain(calendar, within) is None
    beyond = Span(within.start, datetime(unknown, 1, 20, tzinfo=UTC))
    expected = f"the holidays of {unknown} are not certain in the calendar {name}; give them under calendars"
    assert expected == str(uncertain(calendar, beyond))
    assert not calendar.is_business_day(date(unknown, 1, 1))


@pytest.mark.parametrize("name", ["24x7", "21vianet", "north-america"])
def test_where_nothing_is_announced_nothing_is_uncertain(read: Read, name: str) -> None:
    """No holidays, or a law that fixes them."""
    span = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 12, 1, tzinfo=UTC))
    assert uncertain(made(read(""), name), span) is None


@pytest.mark.parametrize(
    ("zone", "same_as"),
    [
        ("Asia/Seoul", "korea"),
        ("Asia/Tokyo", "japan"),
        ("Asia/Shanghai", "china"),
        ("America/New_York", "north-america"),
    ],
)
def test_local_business_hours_follow_the_time_zone(zone: str, same_as: str) -> None:
    """The desk that is known of the zone."""
    known = desks((), ZoneInfo(zone))
    assert known[same_as] == known["local"]


def test_elsewhere_local_business_hours_know_no_holiday() -> None:
    """Monday to Friday, nine to five on the spot, and every year is told as uncertain."""
    berlin = ZoneInfo("Europe/Berlin")
    calendar = calendars(desks((), berlin), ["local"], YEARS)["local"]
    monday = Span(datetime(2026, 11, 23, tzinfo=berlin), datetime(2026, 11, 24, tzinfo=berlin))
    assert 8 * HOUR == open_within(calendar, monday)
    assert uncertain(calendar, monday) is not None


# ── calendars of one's own ────────────────────────────────────────────────────

OWN = """\
calendars:
  - name: our-desk
    zone: Asia/Seoul
    week:
      weekdays: ["09:00-12:00", "13:00-18:00"]
      fri: ["09:00-12:00"]
      sat: ["20:00-24:00"]
    holidays: [2026-11-25]
    worked: [2026-11-29]
"""


def test_a_calendar_of_ones_own(read: Read) -> None:
    """Hours by weekday, up to 24:00; holidays and worked days by hand; nothing is uncertain."""
    config = read(OWN)
    desk = made(config, "our-desk")
    days = {day: date(2026, 11, day) for day in range(23, 31)}
    spans = {
        day: Span(seoul(config, days[day], 0), seoul(config, days[day] + timedelta(days=1), 0))
        for day in range(23, 30)
    }
    hours = {day: open_within(desk, span) / HOUR for day, span in spans.items()}
    # Monday, Tuesday, a holiday, Thursday, half a Friday, Saturday night, a Sunday with Monday's hours.
    assert {23: 8, 24: 8, 25: 0, 26: 8, 27: 3, 28: 4, 29: 8} == hours
    assert uncertain(desk, Span(spans[23].start, seoul(config, date(2028, 1, 1), 0))) is None


def test_daily_hours_hold_where_no_more_exact_key_stands(read: Read) -> None:
    """An empty list closes a day."""
    config = read('calendars: [{name: d, zone: Asia/Seoul, week: {daily: ["10:00-11:00"], sun: []}}]')
    desk = made(config, "d")
    assert [True] * 6 + [False] == [desk.is_business_day(date(2026, 11, day)) for day in range(23, 30)]


def test_a_year_that_is_not_announced_takes_overrides(read: Read) -> None:
    """China's 2027, once it is announced: a day off, a Saturday that is worked, and no warning any more."""
    config = read("calendars: [{name: china, holidays: [2027-02-11], worked: [2027-02-20], years: [2027]}]")
    china = made(config, "china")
    assert not china.is_business_day(date(2027, 2, 11))
    assert china.is_business_day(date(2027, 2, 20))
    assert not china.is_business_day(date(2027, 10, 1))
    assert china.is_business_day(date(2026, 2, 28))
    span = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
    assert uncertain(china, span) is None


def test_a_calendar_extends_a_built_in_one(read: Read) -> None:
    """Korean hours until 18:00, the country's holidays and one's own."""
    config = read(
        'calendars: [{name: k18, extends: korea, week: {weekdays: ["09:00-18:00"]}, holidays: [2026-11-24]}]'
    )
    desk = made(config, "k18")
    assert [False, True, False] == [
        desk.is_business_day(day) for day in (date(2026, 11, 24), date(2026, 11, 25), date(2026, 10, 5))
    ]
    assert 18 * 60 == desk.windows(date(2026, 11, 25))[0].end
    assert made(config, "korea").is_business_day(date(2026, 11, 24))


def test_another_countrys_holidays_are_computed_and_told_as_uncertain(read: Read) -> None:
    """Germany rests on 3 October; nobody here has held the library against an announcement."""
    config = read(
        "calendars: [{name: de, zone: Europe/Berlin, country: de, "
        'week: {weekdays: ["09:00-17:00"]}, years: [2025]}]'
    )
    desk = made(config, "de")
    assert not desk.is_business_day(date(2025, 10, 3))
    in_2026 = Span(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC))
    in_2025 = Span(datetime(2025, 1, 5, tzinfo=UTC), datetime(2025, 1, 6, tzinfo=UTC))
    assert uncertain(desk, in_2026) is not None
    assert uncertain(desk, in_2025) is None


# ── plans and customers ───────────────────────────────────────────────────────

PLAN = """\
plans:
  - name: ours
    extends: csp
    vendor: Contoso
    phone: true
    business_days: hours
    severity_change: restart
    billing_at_most: C
    targets:
      - {severity: B, within: 6 h, calendar: korea, languages: [KO], source: "annex 2"}
      - {kind: billing, within: 2 business days}
      - {kind: billing, severity: A, within: 1 business day, contract: gold}
  - {name: azure-standard, unconfirmed: true}
"""


def test_a_plan_of_ones_own(read: Read) -> None:
    """Its targets come first, those of the plan it extends after them."""
    plan = all_plans(read(PLAN).plans)["ours"]
    assert ("Contoso", True) == (plan.vendor, plan.phone)
    assert Reading(BusinessDays.HOURS, SeverityChange.RESTART) == plan.reading
    korean = promise(plan, Request(asked=Severity.B, language="ko")).row
    english = promise(plan, Request(asked=Severity.B, language="en")).row
    billing = promise(plan, Request(Kind.BILLING, asked=Severity.A))
    assert korean is not None
    assert english is not None
    assert billing.row is not None
    assert (6 * HOUR, "korea", "annex 2") == (korean.time, korean.calendar, korean.source)
    assert 4 * HOUR == english.time
    assert (Severity.C, 2, "local") == (
        billing.severity,
        billing.row.business_days,
        billing.row.calendar,
    )


def test_a_shipped_plan_is_changed_by_its_name(read: Read) -> None:
    """Unconfirmed targets are switched on; the other plans stay."""
    plans = all_plans(read(PLAN).plans)
    found = promise(plans["azure-standard"], Request(asked=Severity.B)).row
    assert found is not None
    assert 4 * HOUR == found.time
    assert PLANS["21vianet"] is plans["21vianet"]
    assert {*PLANS, "ours"} == set(plans)


def test_every_calendar_of_a_shipped_plan_is_built_in(read: Read) -> None:
    """A plan that names one that is not there would stop a digest."""
    known = desks((), read("").timezone)
    for plan in PLANS.values():
        assert calendars_of(plan) <= set(known)


@pytest.mark.parametrize(
    ("page", "hour", "day"), [("", "{} h", "{} business day"), (".ko", "{}시간", "{}영업일")]
)
def test_the_page_on_deadlines_tells_every_plan_and_calendar(page: str, hour: str, day: str) -> None:
    """In the row of a plan stands each of its amounts, beside the name of the calendar."""
    text = (ROOT / f"docs/deadlines{page}.md").read_text(encoding="utf-8")
    told: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("| `"):
            name = line.split("`")[1]
        told[name] = told.get(name, "") + line
    for plan in PLANS.values():
        for row in (row for row in plan.rows if row.time is not None and row.time >= HOUR):
            assert row.time is not None
            assert f"{hour.format(row.time // HOUR)}, `{row.calendar}`" in told[plan.name]
        for row in (row for row in plan.rows if row.business_days is not None):
            assert day.format(row.business_days) in told[plan.name]
    assert set(desks((), ZoneInfo("Asia/Seoul"))) <= set(told)


CUSTOMER = """\
customers:
  - name: Hanbit Precision
    names: [한빛정밀]
    tenants: [11111111-2222-3333-4444-55555555555A]
    subscriptions: [66666666-7777-8888-9999-000000000000]
    domains: [Hanbit.example]
    addresses: [Kim@Fabrikam.example]
    plan: 21vianet
    contracts: [advanced]
"""


def test_a_customer(read: Read) -> None:
    """What mails are compared with is in lower case."""
    [customer] = read(CUSTOMER).customers
    assert customer.customer() == Customer(
        names=("Hanbit Precision", "한빛정밀"),
        tenants=frozenset({"11111111-2222-3333-4444-55555555555a"}),
        subscriptions=frozenset({"66666666-7777-8888-9999-000000000000"}),
        domains=frozenset({"hanbit.example"}),
        addresses=frozenset({"kim@fabrikam.example"}),
        plan="21vianet",
        contracts=frozenset({"advanced"}),
    )
    assert "Hanbit Precision" == customer.customer().name


# ── mistakes ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "calendars: [{name: mine}]",
            "4:13: calendars.0: mine is no built-in calendar, so it needs the keys zone and week",
        ),
        (
            "calendars: [{name: mine, extends: koera}]",
            "4:13: calendars.0: there is no built-in calendar koera (did you mean korea?)",
        ),
        ("calendars: [{name: m, extends: mars}]", "4:13: calendars.0: there is no built-in calendar mars"),
        (
            'calendars: [{name: korea, week: {mon: ["9-18"]}}]',
            (
                "4:40: calendars.0.week.mon.0: expected opening hours such as 09:00-18:00 "
                "(24:00 is the end of the day)"
            ),
        ),
        (
            'calendars: [{name: korea, week: {mon: ["18:00-02:00"]}}]',
            (
                "4:40: calendars.0.week.mon.0: opening hours end after they begin and by 24:00; "
                "past midnight, the rest belongs to the next day: 18:00-24:00, then 00:00-02:00"
            ),
        ),
        (
            'calendars: [{name: korea, week: {mon: ["20:00-24:30"]}}]',
            (
                "4:40: calendars.0.week.mon.0: opening hours end after they begin and by 24:00; "
                "past midnight, the rest belongs to the next day: 18:00-24:00, then 00:00-02:00"
            ),
        ),
        (
            "calendars: [{name: korea, week: {monday: []}}]",
            "4:34: calendars.0.week.monday: unknown key (did you mean mon?)",
        ),
        (
            "calendars: [{name: korea, country: Korea}]",
            "4:27: calendars.0.country: expected the two letters of a country, such as KR, CN, US or JP",
        ),
        (
            "calendars: [{name: korea, country: XX}]",
            "4:27: calendars.0.country: expected the two letters of a country, such as KR, CN, US or JP",
        ),
        (
            "calendars: [{name: korea, holidays: [tomorrow]}]",
            "4:38: calendars.0.holidays.0: expected a day such as 2027-02-08",
        ),
        (
            "calendars: [{name: korea, worked: [2027-02-30]}]",
            "4:36: calendars.0.worked.0: there is no such day",
        ),
        (
            "calendars: [{name: a-b, extends: korea}, {name: A-B, extends: korea}]",
            "4:43: calendars.1.name: the name A-B is taken already",
        ),
        (
            "plans: [{name: p, extends: cps}]",
            "4:9: plans.0: there is no shipped plan cps (did you mean csp?)",
        ),
        ("plans: [{name: p, extends: gold}]", "4:9: plans.0: there is no shipped plan gold"),
        (
            "plans: [{name: p, targets: [{within: soon}]}]",
            (
                "4:30: plans.0.targets.0.within: expected open time such as 4 h, "
                "or a number such as 1 business day"
            ),
        ),
        (
            "plans: [{name: p, targets: [{within: 0 h}]}]",
            "4:30: plans.0.targets.0.within: a target takes some time",
        ),
        (
            "plans: [{name: p, targets: [{languages: [korean]}]}]",
            "4:42: plans.0.targets.0.languages.0: a language is two letters, such as en or ko",
        ),
        (
            "plans: [{name: p, targets: [{severity: D}]}]",
            "4:30: plans.0.targets.0.severity: expected one of: A, B or C",
        ),
        (
            "plans: [{name: p, targets: [{kind: goods}]}]",
            "4:30: plans.0.targets.0.kind: expected one of: technical, billing or not-break-fix",
        ),
        (
            "plans: [{name: p, targets: [{calender: korea}]}]",
            "4:30: plans.0.targets.0.calender: unknown key (did you mean calendar?)",
        ),
        (
            "plans: [{name: p, targets: [{calendar: koera}]}]",
            "4:30: plans.0.targets.0.calendar: there is no calendar koera (did you mean korea?)",
        ),
        (
            "plans: [{name: p, targets: [{calendar: mars}]}]",
            "4:30: plans.0.targets.0.calendar: there is no calendar mars; write it under calendars",
        ),
        (
            "customers: [{name: Hanbit, plan: 21vianett}]",
            "4:28: customers.0.plan: there is no plan 21vianett (did you mean 21vianet?)",
        ),
        (
            "customers: [{name: Hanbit, plan: gold}]",
            "4:28: customers.0.plan: there is no plan gold; write it under plans",
        ),
        (
            "customers: [{name: Hanbit, tenants: [hanbit]}]",
            "4:38: customers.0.tenants.0: expected an ID such as 11111111-2222-3333-4444-555555555555",
        ),
        (
            'customers: [{name: Hanbit, domains: ["@hanbit.example"]}]',
            "4:38: customers.0.domains.0: expected a domain such as contoso.example",
        ),
        (
            'customers: [{name: " "}]',
            "4:14: customers.0.name: a customer's name is one line of up to 100 characters",
        ),
        (
            "customers: [{name: Hanbit, domains: [h.example]}, {name: Garam, domains: [H.example]}]",
            "4:75: customers.1.domains.0: h.example belongs to Hanbit already",
        ),
    ],
)
def test_each_mistake_has_its_place_and_words(read: Read, text: str, expected: str) -> None:
    """Line, column, key, what is wrong, and the word that was meant."""
    assert [expected] == problems(read, text)


def test_two_ways_to_say_one_thing_have_one_hash(read: Read) -> None:
    """Hours, days and amounts enter the ledger's hash of the configuration by what they mean."""
    one = read(
        'calendars: [{name: d, extends: korea, week: {mon: ["09:00-24:00"]}, holidays: [2026-11-25]}]\n'
        "plans: [{name: p, targets: [{within: 60 min}, {within: 1 business day}]}]"
    )
    other = read(
        'calendars: [{name: d, extends: korea, week: {mon: ["09:00 – 24:00"]}, holidays: [2026-11-25]}]\n'
        "plans: [{name: p, targets: [{within: 1 h}, {within: 1 business days}]}]"
    )
    changed = read("plans: [{name: p, targets: [{within: 2 h}, {within: 1 business day}]}]")
    assert config_hash(one) == config_hash(other) != config_hash(changed)


# ── what it costs who does not use it ─────────────────────────────────────────

LOADED = """\
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
import mailwatch.cli, mailwatch.daemon, mailwatch.wiring.app
from mailwatch.config import load
load(Path(sys.argv[1]))
print("holidays" in sys.modules)
"""


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("", False),
        (PLAN + CUSTOMER, False),
        (OWN, False),
        ("calendars: [{name: de, extends: korea, country: DE}]", True),
    ],
)
def test_the_worlds_holidays_are_loaded_where_they_are_asked_for(
    tmp_path: Path, text: str, *, carried: bool
) -> None:
    """A daemon, its configuration and the command line do without; another country has to be looked up."""
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(path)], capture_output=True, text=True, check=True
    )
    assert f"{carried}\n" == done.stdout
