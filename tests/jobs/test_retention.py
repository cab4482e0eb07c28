"""Forgetting: what is old goes, what is unfinished or still asked for stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.books import BACKENDS, START, Ticking, open_store, url_on

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.place import Place
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.jobs.retention import Forgotten, Retention, forget, forget_all
from mailwatch.ports import OutboxItem, Sighting

NOW = START + timedelta(days=1000)
KEEP = Retention(timedelta(days=400), timedelta(days=300), timedelta(days=200))


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(tmp_path / "data", Ticking(), url=url_on(request, tmp_path / "data"))
    yield opened
    opened.close()


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def plan(name: str, state: PlanState, days: int) -> Plan:
    return Plan(
        id=name * 32,
        direction=Direction.RENAME,
        mode=Mode.REPLACE,
        state=state,
        mailbox="support",
        original=name * 64,
        number=CaseNumber("srx", "SRX1318598611"),
        folder="INBOX",
        uidvalidity=1,
        uid=1,
        subject_from="a",
        subject_to="b",
        due=ago(days),
    )


def item(date: str, state: str, days: int, recipient: str = "lee@contoso.example") -> OutboxItem:
    return OutboxItem("daily", recipient, date, date, f"{date}@x", b"raw", state, 1, ago(days))


def test_sightings_are_forgotten_by_when_they_were_seen(store: SqlStore) -> None:
    """400 days: one day less stays."""
    with store.writing() as tx:
        for uid, days in ((1, 401), (2, 399)):
            place = Place("support", "INBOX", 1, uid)
            tx.desk.sight([Sighting(place, f"{uid}" * 64, f"{uid}@x", (), 1, START, ago(days))])
    assert forget(store, NOW, KEEP) == Forgotten(1, 0, 0)
    with store.writing() as tx:
        assert [s.place.uid for s in tx.desk.sighted(["1" * 64, "2" * 64])] == [2]


def test_only_plans_that_came_to_their_end_are_forgotten(store: SqlStore) -> None:
    """An open plan may hold a mail between two folders; one in review waits for a person."""
    plans = [
        plan("1", PlanState.DONE, 301),
        plan("2", PlanState.ABORTED, 301),
        plan("3", PlanState.DONE, 299),
        plan("4", PlanState.REVIEW, 900),
        plan("5", PlanState.RETIRING, 900),
    ]
    with store.writing() as tx:
        tx.plans.save(plans)
    assert forget(store, NOW, KEEP) == Forgotten(0, 2, 0)
    with store.writing() as tx:
        left = [one.id[0] for one in plans if tx.plans.find(one.id) is not None]
    assert left == ["3", "4", "5"]


def test_sent_digests_are_forgotten_but_the_newest_of_each_reader(store: SqlStore) -> None:
    """The newest says what the next one tells as new; one that was not sent must still go out."""
    items = [
        item("2027-01-01", "sent", 800),
        item("2027-01-02", "maybe", 799),
        item("2027-01-03", "sent", 798),
        item("2027-01-04", "failed", 797),
        item("2027-01-01", "sent", 800, "kim@contoso.example"),
        item("2028-10-01", "sent", 100, "kim@contoso.example"),
    ]
    with store.writing() as tx:
        for one in items:
            tx.outbox.put(one)
    assert forget(store, NOW, KEEP) == Forgotten(0, 0, 2)
    with store.writing() as tx:
        left = [i for i, one in enumerate(items) if tx.outbox.get(one.name, one.recipient, one.date)]
    assert left == [1, 2, 3, 5]


def test_forgetting_leaves_the_ledger_alone(store: SqlStore) -> None:
    """Nothing is recorded, and a second round finds nothing."""
    with store.writing() as tx:
        tx.plans.save([plan("1", PlanState.DONE, 301)])
    before = store.evidence().head()
    forget(store, NOW, KEEP)
    assert forget(store, NOW, KEEP) == Forgotten(0, 0, 0)
    assert store.evidence().head() == before


def sight(store: SqlStore, count: int, days: int) -> None:
    with store.writing() as tx:
        tx.desk.sight(
            [
                Sighting(
                    Place("support", "INBOX", 1, uid), f"{uid:064x}", f"{uid}@x", ("a@x",), 1, NOW, ago(days)
                )
                for uid in range(1, count + 1)
            ]
        )


def test_a_pass_forgets_a_bounded_slice(store: SqlStore) -> None:
    """The oldest first; the next pass goes on, and no pass forgets what is young enough."""
    sight(store, 7, 401)
    assert [forget(store, NOW, KEEP, most=3).sightings for _ in range(4)] == [3, 3, 1, 0]


def test_at_night_everything_goes_a_slice_at_a_time(store: SqlStore) -> None:
    """As many transactions as it takes."""
    sight(store, 7, 401)
    assert forget_all(store, NOW, KEEP, most=3) == Forgotten(7, 0, 0)
    with store.writing() as tx:
        assert tx.desk.sighted([f"{uid:064x}" for uid in range(1, 8)]) == ()


def test_bytes_that_are_seen_elsewhere_keep_their_wish(store: SqlStore) -> None:
    """One place of a mail is forgotten, the other one is young: it can still be fetched."""
    with store.writing() as tx:
        for uid, days in ((1, 401), (2, 399)):
            place = Place("support", "INBOX", 1, uid)
            tx.desk.sight([Sighting(place, "a" * 64, "a@x", (), 1, NOW, ago(days))])
        tx.wishes.want(["a" * 64])
    assert forget(store, NOW, KEEP).sightings == 1
    with store.writing() as tx:
        assert [s.place.uid for s in tx.wishes.wanted("support")] == [2]
