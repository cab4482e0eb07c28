"""Looks at mailboxes: each is accounted for, and how things stand can be said in any language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.books import BACKENDS, open_store, url_on

from mailwatch.adapters.catalog import say
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.daemon.account import Account
from mailwatch.errors import TemporaryError, Words, counted
from mailwatch.jobs.poll_report import line
from mailwatch.ports import Look, Looks

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AWAY = line("support", Words("nobody answers at {host}", {"host": "mx"}), Words("wait"))


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    opened = open_store(data, url=url_on(request, data))
    yield opened
    opened.close()


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def note(store: SqlStore, *looks: Look) -> None:
    for look in looks:
        with store.writing() as tx:
            tx.rounds.note(look)


def test_looks_are_counted_over_days_and_mailboxes(store: SqlStore) -> None:
    """Four of one, two of which failed on either side of midnight; one of another. A good one ends a row."""
    note(
        store,
        Look("support", NOON, fetched=3, filed=2),
        Look("billing", NOON),
        Look("support", after(1), trouble=AWAY),
        Look("support", after(13), trouble=AWAY),
    )
    billing, support = store.looks()
    assert Looks("billing", 1, 0, NOON, NOON) == billing
    assert Looks("support", 3, 2, NOON, after(13), 2, after(1), AWAY) == support
    note(store, Look("support", after(14)))
    assert Looks("support", 4, 2, NOON, after(14)) == store.looks()[1]


def test_a_trouble_is_said_in_the_language_of_whoever_asks(store: SqlStore) -> None:
    """Sentences within sentences, and counts, outlast the database."""
    words = Words(
        "{a}: {b}", {"a": counted("{n} mail", "{n} mails", 3), "b": Words("wait {n}", {"n": "x" * 900})}
    )
    note(store, Look("support", NOON, trouble=words))
    (found,) = store.looks()
    assert found.trouble is not None
    assert "3 mails: wait " + "x" * 300 == say(found.trouble, "en")
    assert "메일 3통" in say(found.trouble, "ko")


def test_days_are_forgotten_and_the_newest_stay(store: SqlStore) -> None:
    """A day goes as a whole."""
    note(store, Look("support", NOON), Look("support", after(48)))
    with store.writing() as tx:
        assert 1 == tx.rounds.forget_before(after(24))
    assert [(1, after(48))] == [(one.looks, one.since) for one in store.looks()]


class Locked:
    """A database that another program holds for a while."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.held = True
        self.asked = 0

    def writing(self) -> Any:
        self.asked += 1
        if self.held:
            raise TemporaryError("the database is busy")
        return self._store.writing()


def test_looks_of_a_time_in_which_nothing_can_be_written_wait(store: SqlStore) -> None:
    """None is lost, and the database is not asked at each of them."""
    now = [0.0]
    locked: Any = Locked(store)
    account = Account(locked, lambda: now[0])
    for hour in range(3):
        account.note(Look("support", after(hour), trouble=AWAY))
    assert 1 == locked.asked
    locked.held = False
    now[0] += 60
    account.note(Look("support", after(3)))
    assert [Looks("support", 4, 3, NOON, after(3))] == list(store.looks())
