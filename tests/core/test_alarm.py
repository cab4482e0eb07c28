"""When silence counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailwatch.core.alarm import is_alarming, is_gap, outage_going_on, outages_after
from mailwatch.core.digest_facts import GapFacts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("before", "every", "gap"),
    [
        (None, 5, False),
        (ago(15), 5, False),
        (ago(15.1), 5, True),
        (ago(60), 20, False),
        (ago(61), 20, True),
        (ago(-5), 5, False),
    ],
)
def test_a_stretch_without_a_look_is_recorded(before: datetime | None, every: int, *, gap: bool) -> None:
    """Longer than a quarter of an hour, or three polls where they are rarer; never after a clock set back."""
    assert gap is is_gap(before, NOW, timedelta(minutes=every))


@pytest.mark.parametrize(
    ("since", "failures", "alarming"),
    [(ago(59), 9, False), (ago(60), 1, True), (ago(600), 0, False), (ago(600), 1, True)],
)
def test_a_person_hears_after_an_hour_of_trouble(since: datetime, failures: int, *, alarming: bool) -> None:
    """A mailbox that was not looked at because mailwatch did not run gets its first look before any alarm."""
    assert alarming is is_alarming(since, failures, NOW, timedelta(hours=1))


def gap(since: datetime | None, until: datetime | None = None, **changes: str) -> GapFacts:
    return GapFacts(
        **{"what": "outage", "mailbox": "support", "folder": None, **changes}, since=since, until=until
    )


@pytest.mark.parametrize(
    ("gaps", "since"),
    [
        ([], None),
        ([gap(ago(90))], ago(90)),
        ([gap(ago(90)), gap(ago(90), ago(10))], None),
        ([gap(ago(500)), gap(ago(500), ago(400)), gap(ago(90))], ago(90)),
        ([gap(ago(90), mailbox="billing"), gap(ago(80), what="folder-gone")], None),
        ([gap(None)], None),
    ],
)
def test_an_outage_goes_on_until_its_end_is_recorded(gaps: list[GapFacts], since: datetime | None) -> None:
    """Of this mailbox alone; an outage that ended, or a folder that is gone, is none that goes on."""
    assert since == outage_going_on(gaps, "support")


def test_each_outage_is_told_once_by_its_beginning() -> None:
    """Begun and over is one; what was over before is none; a folder that is gone is no outage."""
    over_long_ago = gap(ago(9000), ago(8000))
    lasting, short = gap(ago(90)), gap(ago(500), ago(400), mailbox="billing")
    told = [lasting, over_long_ago, gap(ago(500), mailbox="billing"), short, gap(ago(3), what="folder-gone")]
    assert (short, lasting) == outages_after(told, ago(1000))
    assert (lasting,) == outages_after([lasting, gap(None)], ago(1000))
