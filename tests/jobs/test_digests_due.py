"""Who is to get a digest now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.books import open_store

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.reminders import DigestSpec, Recipient
from mailwatch.jobs.remind.due import due_readers, overdue_readers
from mailwatch.ports import OutboxItem

SEOUL = Recipient("lee@contoso.example", "ko", ZoneInfo("Asia/Seoul"))
BERLIN = Recipient("mei@contoso.example", "en", ZoneInfo("Europe/Berlin"))
SPEC = DigestSpec(
    "daily", "kim@contoso.example", (SEOUL, BERLIN), at=time(9, 0), weekdays=frozenset({1, 2, 3, 4, 5})
)
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # Monday, nine o'clock in Seoul


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = open_store(tmp_path)
    yield made
    made.close()


def put(store: SqlStore, date: str, state: str, updated: datetime, tries: int = 1) -> None:
    item = OutboxItem(SPEC.name, SEOUL.address, date, "id", "m@x", b"", state, tries, updated)
    with store.writing() as tx:
        tx.outbox.put(item)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (MORNING - timedelta(minutes=1), ()),
        (MORNING, (SEOUL,)),
        (MORNING + timedelta(hours=8), (SEOUL, BERLIN)),
        (MORNING + timedelta(days=5, hours=4), ()),  # Saturday in both places
    ],
)
def test_each_reader_has_a_morning_of_his_own(
    store: SqlStore, now: datetime, due: tuple[Recipient, ...]
) -> None:
    """The wall clock where he lives decides, and the weekdays by name."""
    assert due == due_readers(store, SPEC, now)


@pytest.mark.parametrize(
    ("date", "state", "minutes", "tries", "due"),
    [
        ("2026-03-02", "sent", 600, 1, False),
        ("2026-03-02", "failed", 29, 0, False),
        ("2026-03-02", "failed", 30, 0, True),
        ("2026-03-02", "stored", 4, 0, False),
        ("2026-03-02", "stored", 5, 0, True),
        ("2026-03-02", "sending", 14, 1, False),
        ("2026-03-02", "sending", 15, 1, True),
        ("2026-03-02", "maybe", 15, 1, True),
        ("2026-03-02", "maybe", 600, 2, False),
        ("2026-03-02", "stored", -600, 0, True),
        ("2026-02-27", "sent", 600, 1, True),
        ("2026-02-27", "failed", 600, 0, True),
        ("2027-03-02", "sent", 600, 1, True),
        ("2026-02-27", "maybe", 600, 2, True),
    ],
)
def test_what_was_done_about_todays_digest_decides(
    store: SqlStore, date: str, state: str, minutes: int, tries: int, *, due: bool
) -> None:
    """Sent: no more today. Refused: again after a rest. Uncertain: again after more of it.

    A clock that was ahead for a while leaves digests of days to come, and hours of change that lie
    ahead; neither keeps today's from going out.
    """
    put(store, date, state, MORNING - timedelta(minutes=minutes), tries)
    assert due is (SEOUL in due_readers(store, SPEC, MORNING))


def test_a_new_configuration_does_not_rest_after_what_was_refused_under_the_old_one(store: SqlStore) -> None:
    """A mended password counts at once; what has arrived, or may have, is not touched by that."""
    for state, due in (("failed", True), ("sent", False), ("sending", False)):
        put(store, "2026-03-02", state, MORNING - timedelta(minutes=1), tries=int(state != "failed"))
        assert due is (SEOUL in due_readers(store, SPEC, MORNING, untried=(SEOUL.address,))), state


@pytest.mark.parametrize(
    ("state", "hours", "overdue"),
    [
        (None, 1, True),
        (None, 0.9, False),
        ("stored", 1, True),
        ("failed", 1, True),
        ("sent", 1, False),
        ("maybe", 1, False),
        (None, 48 + 72, False),  # Saturday
    ],
)
def test_a_digest_that_certainly_did_not_go_out_is_overdue_after_an_hour(
    store: SqlStore, state: str | None, hours: float, *, overdue: bool
) -> None:
    """One that may have arrived is told of by the next digest instead."""
    if state is not None:
        put(store, "2026-03-02", state, MORNING)
    found = overdue_readers(store, SPEC, MORNING + timedelta(hours=hours), timedelta(hours=1))
    assert overdue is (SEOUL in found)


def test_yesterdays_digest_does_not_stand_for_todays(store: SqlStore) -> None:
    """Friday's arrived; on Monday nothing was written down at all: overdue."""
    put(store, "2026-02-27", "sent", MORNING - timedelta(days=3))
    assert (SEOUL,) == overdue_readers(store, SPEC, MORNING + timedelta(hours=2), timedelta(hours=1))
