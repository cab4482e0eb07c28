"""What a person types of a case: settings, times, numbers with a slip in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from mailwatch.core.customer import Customer
from mailwatch.core.near import near_number, near_word
from mailwatch.core.setting_words import SETTABLE, Known, Setting, one_line, read_settings
from mailwatch.core.spoken import Key
from mailwatch.core.told_time import day, happened, until
from mailwatch.errors import ConfigError

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # noon in Seoul
KNOWN = Known(
    ("csp", "professional"), (Customer(("Hanbit Precision", "한빛정밀")), Customer(("Contoso",), plan="csp"))
)


# ── settings ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("severity=b", Setting(Key.SEVERITY, "B")),
        ("Severity = A", Setting(Key.SEVERITY, "A")),
        ("plan=CSP", Setting(Key.PLAN, "csp")),
        ("customer=한빛정밀", Setting(Key.CUSTOMER, text="Hanbit Precision")),
        ("customer=contoso", Setting(Key.CUSTOMER, text="Contoso")),
        ("owner=lee@contoso.example", Setting(Key.OWNER, text="lee@contoso.example")),
        ("product=Exchange = Online", Setting(Key.PRODUCT, text="Exchange = Online")),
        ("kind=Billing", Setting(Key.KIND, "billing")),
        ("language=KO", Setting(Key.LANGUAGE, "ko")),
        ("portal=seen", Setting(Key.PORTAL, "seen")),
        ("response=none", Setting(Key.RESPONSE, "none")),
        ("severity=", Setting(Key.SEVERITY)),
        ("customer=", Setting(Key.CUSTOMER)),
    ],
)
def test_what_is_set_is_read(typed: str, expected: Setting) -> None:
    """Case of letters and blanks around do not matter; a customer is known by any of its names."""
    assert read_settings([typed], KNOWN) == (expected,)


@pytest.mark.parametrize(
    ("typed", "message", "mend"),
    [
        ("severty=A", "severty=A is nothing that can be set", "did you mean severity=…?"),
        ("colour=red", "colour=red is nothing that can be set", "write KEY=VALUE; keys: severity, plan"),
        ("severity", "severity is nothing that can be set", "did you mean severity=…?"),
        ("status=closed", "status=closed is nothing that can be set", "write KEY=VALUE"),
        ("severity=D", "severity cannot be D", "there are: A, B, C"),
        ("plan=cps", "plan cannot be cps", "did you mean csp? There are: csp, professional"),
        ("plan=gold", "plan cannot be gold", "there are: csp, professional"),
        ("customer=Hanbit Precison", "customer cannot be Hanbit Precison", "did you mean Hanbit Precision?"),
        ("customer=한빛정밀기", "customer cannot be 한빛정밀기", "did you mean Hanbit Precision?"),
        ("customer=Fabrikam", "customer cannot be Fabrikam", "there are: Hanbit Precision, Contoso"),
        ("kind=refund", "kind cannot be refund", "there are: technical, billing, not-break-fix"),
        ("language=Korean", "Korean is no language", "two letters, such as en or ko"),
        ("portal=yes", "portal cannot be yes", "there are: seen"),
        ("owner=a\nb", "this text is longer than one line of 300 characters", "keep it in a note"),
    ],
)
def test_each_mistake_is_one_line_with_what_may_have_been_meant(typed: str, message: str, mend: str) -> None:
    """Nothing is set then, not even what was right beside it."""
    with pytest.raises(ConfigError) as found:
        read_settings(["plan=csp", typed], KNOWN)
    assert str(found.value) == message
    assert mend in str(found.value.mend)


def test_a_key_is_set_once_and_a_customer_needs_a_configuration() -> None:
    """Which of two values holds would be a guess."""
    with pytest.raises(ConfigError, match="severity is set twice"):
        read_settings(["severity=A", "severity=B"], KNOWN)
    with pytest.raises(ConfigError, match="Contoso is no customer: none is configured"):
        read_settings(["customer=Contoso"], Known(()))
    assert Key.STATUS not in SETTABLE


def test_a_line_may_be_as_long_as_it_may() -> None:
    """To the character."""
    assert one_line("x" * 300) == "x" * 300
    with pytest.raises(ConfigError):
        one_line("x" * 301)


# ── times ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24 09:48", datetime(2026, 11, 24, 0, 48, tzinfo=UTC)),
        (" 2026-11-24T9:48:30 ", datetime(2026, 11, 24, 0, 48, 30, tzinfo=UTC)),
        ("2026-11-24T00:48Z", datetime(2026, 11, 24, 0, 48, tzinfo=UTC)),
        ("2026-11-24 08:48 +08:00", datetime(2026, 11, 24, 0, 48, tzinfo=UTC)),
        ("9:48", datetime(2026, 11, 24, 0, 48, tzinfo=UTC)),
        ("12:00", NOW),
    ],
)
def test_a_time_is_taken_in_the_readers_zone(text: str, expected: datetime) -> None:
    """Unless it names its own."""
    assert happened(text, NOW, SEOUL) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12:01", "the time 12:01 is in the future"),
        ("2026-11-25 09:00", "the time 2026-11-25 09:00 is in the future"),
        ("2026-11-24", "2026-11-24 is no time"),
        ("2026-02-30 09:00", "2026-02-30 09:00 is no time"),
        ("2026-11-24 25:00", "2026-11-24 25:00 is no time"),
        ("24:61", "24:61 is no time"),
        ("yesterday", "yesterday is no time"),
        ("0001-01-01 00:00", "0001-01-01 00:00 is no time"),
        ("0001-01-01 00:00+23:00", "0001-01-01 00:00+23:00 is no time"),
        ("2026-11-24 09:48+99:00", "2026-11-24 09:48+99:00 is no time"),
    ],
)
def test_no_time_and_one_in_the_future_are_refused(text: str, message: str) -> None:
    """Each with one line."""
    with pytest.raises(ConfigError) as found:
        happened(text, NOW, SEOUL)
    assert str(found.value) == message


def test_an_hour_that_the_clocks_leave_out_is_no_time_and_one_that_comes_twice_is_the_first() -> None:
    """29 March and 25 October 2026 in Berlin."""
    with pytest.raises(ConfigError, match="is no time"):
        happened("2026-03-29 02:30", NOW, BERLIN)
    assert happened("2026-10-25 02:30", NOW, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-25", datetime(2026, 11, 24, 15, 0, tzinfo=UTC)),
        ("2026-11-24 18:00", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("18:00", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("8h", datetime(2026, 11, 24, 11, 0, tzinfo=UTC)),
        ("3 d", datetime(2026, 11, 27, 3, 0, tzinfo=UTC)),
        ("2w", datetime(2026, 12, 8, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_snooze_ends_at_a_day_a_time_or_after_a_while(text: str, expected: datetime) -> None:
    """A day is over with its beginning."""
    assert until(text, NOW, SEOUL) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-11-24", "the time 2026-11-24 is over already"),
        ("11:00", "the time 11:00 is over already"),
        ("0d", "0d is no time"),
        ("soon", "soon is no time"),
        ("9999w", "the time"),
        ("9999-12-31 23:00-05:00", "9999-12-31 23:00-05:00 is no time"),
    ],
)
def test_what_is_over_or_no_time_is_no_snooze(text: str, message: str) -> None:
    """A year beyond all calendars, too."""
    at = datetime(9990, 1, 1, tzinfo=UTC) if text == "9999w" else NOW
    with pytest.raises(ConfigError) as found:
        until(text, at, SEOUL)
    assert str(found.value).startswith("9999w is no time" if text == "9999w" else message)


def test_a_day_is_a_day() -> None:
    """And nothing else."""
    assert day(" 2026-12-01 ") == date(2026, 12, 1)
    with pytest.raises(ConfigError, match="tomorrow is no day"):
        day("tomorrow")


# ── slips ─────────────────────────────────────────────────────────────────────

CASES = ("2402220010002574", "2402220010009999", "SRX1318598611")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2402220010002575", "2402220010002574"),
        ("2402220010002547", "2402220010002574"),
        ("240222001000257", "2402220010002574"),
        ("24022 2001000 2574", "2402220010002574"),
        ("srx131859861", "SRX1318598611"),
        ("srx1318", "SRX1318598611"),
        ("240222", None),
        ("2611240040001180", None),
        ("", None),
    ],
)
def test_a_number_with_a_slip_is_recognised(typed: str, expected: str | None) -> None:
    """Cut short it must be the only one that begins so."""
    assert near_number(typed, CASES) == expected


def test_a_word_is_near_whatever_its_letters_case() -> None:
    """And far ones are not offered."""
    assert near_word("Profesional", ("csp", "Professional")) == "Professional"
    assert near_word("gold", ("csp", "professional")) is None
