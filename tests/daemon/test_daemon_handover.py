"""What a house goes on from where another configuration takes over, without servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from servers.house import build

from mailwatch.config import load
from mailwatch.daemon.chores import Chores
from mailwatch.daemon.heart import Beats, Hearts
from mailwatch.daemon.house import House
from mailwatch.daemon.patience import Patience
from mailwatch.daemon.tally import Tally
from mailwatch.wiring.migration import upgrade

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def mailbox(name: str, port: int = 993) -> str:
    return (
        f"  - name: {name}\n    address: {name}@contoso.example\n"
        f"    imap: {{host: mail.contoso.example, port: {port}}}\n    password: {{env: NONE}}\n"
    )


Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[House] = []

    def opened(mailboxes: str, former: House | None = None, now: datetime = NOW) -> House:
        config = load(build(tmp_path, mailboxes, "x").config)
        made.append(House(config, Hearts(), lambda: now, Tally(), upgrade, former=former))
        return made[-1]

    yield opened
    for house in made:
        house.retire()
        assert house.has_ended(30)


def test_a_mailbox_that_stays_as_it_was_keeps_its_patience(make: Make) -> None:
    """Thirty mailboxes of a server that is away shall not ask it anew with each reload."""
    first = make(mailbox("a") + mailbox("b"))
    for watcher in first.watchers:
        for _ in range(4):
            watcher.patience.failed(0.5, temporary=True, asked=None)
        watcher.state.failures, watcher.state.down = 4, NOW
    second = make(mailbox("a") + mailbox("b", port=1993) + mailbox("c"), first, LATER)
    kept, changed, fresh = second.watchers
    assert 4 == kept.patience.failures == kept.state.failures
    # The ceiling of the fourth failure is 80 seconds, half of the way there 42.5.
    assert 40 < kept.patience.seconds <= 42.5
    assert (0, 0.0, 0) == (changed.patience.failures, changed.patience.seconds, changed.state.failures)
    assert 0 == fresh.patience.failures
    # Since when it is lost is asked of the mailbox, however it is reached: one outage, one alarm.
    assert [(NOW, NOW), (NOW, NOW), (LATER, None)] == [(s.wanted, s.down) for s in second.states]


def test_what_a_person_must_mend_is_tried_once_after_a_reload(make: Make) -> None:
    """He may have mended it; if not, the long rest begins anew."""
    first = make(mailbox("a"))
    first.watchers[0].patience.failed(0.5, temporary=False, asked=None)
    assert 600 - 5 < first.watchers[0].patience.seconds <= 600
    (after,) = make(mailbox("a"), first).watchers
    assert (1, 0.0) == (after.patience.failures, after.patience.seconds)


def test_the_threads_of_two_houses_have_names_of_their_own(make: Make) -> None:
    """The end of an old thread must not make the watchdog forget the new one."""
    first = make(mailbox("a"))
    second = make(mailbox("a"), first)
    assert [["mailbox-a"], ["mailbox-a/2"]] == [[w.name for w in h.watchers] for h in (first, second)]
    now = [0.0]
    hearts = Hearts(lambda: now[0])
    Beats(hearts, "").beat("digests", 10)
    Beats(hearts, "2").beat("digests", 10)
    Beats(hearts, "").forget("digests")
    now[0] = 11
    assert ("digests/2",) == hearts.silent()


def test_a_house_that_retires_begins_no_chore(make: Make) -> None:
    """What is due from then on is for the house that comes after: nothing is done twice."""
    house = make(mailbox("a"))
    chores: Any = house._chores
    assert isinstance(chores, Chores)
    with chores._chore("digests") as free:
        assert free
        house.retire()
        with chores._chore("alarms") as late:
            assert not late
        assert not house.has_ended(0.2)
    assert house.has_ended(30)


def test_patience_grows_and_is_forgotten_with_the_first_good_pass() -> None:
    """Five to ten seconds, then up to twenty; a rest that another thread asked for is never cut short."""
    now = [1000.0]
    patience = Patience(lambda: now[0])
    assert 7.5 == patience.failed(0.5, temporary=True, asked=None)
    now[0] += 7.5
    assert 0 == patience.seconds
    assert 12.5 == patience.failed(0.5, temporary=True, asked=None)
    patience.hold(5)
    assert 12.5 == patience.seconds
    patience.try_now()
    assert 12.5 == patience.seconds
    patience.well()
    assert (0, 0.0) == (patience.failures, patience.seconds)


def test_a_line_that_breaks_rests_and_one_that_stands_is_trusted_again() -> None:
    """IDLE has a patience of its own: a server may cut lines and answer looks."""
    now = [1000.0]
    patience = Patience(lambda: now[0])
    assert [7.5, 12.5] == [patience.line_lost(0.5), patience.line_lost(0.5)]
    assert not patience.may_listen
    now[0] += 12.5
    assert patience.may_listen
    patience.line_held()
    assert 7.5 == patience.line_lost(0.5)
    patience.never_listen()
    now[0] += 1e9
    assert not patience.may_listen


def test_time_passes_for_patience_by_itself() -> None:
    """Without another clock it goes by the monotonic one."""
    patience = Patience()
    patience.hold(0.01)
    time.sleep(0.02)
    assert 0 == patience.seconds
