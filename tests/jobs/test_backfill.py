"""Older mail is counted before it is read, and the time that it takes is measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.ingest_world import POLICY, World, mail
from fakes.mailbox import FakeMailbox

from mailwatch.adapters.worker import InlineParser
from mailwatch.core.schemes import BUILTIN
from mailwatch.errors import TemporaryError
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.backfill import Backfill
from mailwatch.jobs.folders import FolderWish
from mailwatch.jobs.ingest import Ingest
from mailwatch.jobs.reading import Rules
from mailwatch.ports import Cursor, Role

BATCH = 250
START = datetime(2026, 11, 3, tzinfo=UTC)


class Stop(Exception):
    """Raised by a listener that has heard enough."""


class Listener:
    """Stands where the terminal or the daemon stands; moves the clock by ``step`` seconds with each batch."""

    def __init__(self, world: World, *, enough: int = 10**9, step: float = 0) -> None:
        self.heard: list[tuple[str, int, int | None, int | None]] = []
        self._world = world
        self._enough = enough
        self._step = step

    def __call__(self, what: str, done: int, left: int | None, seconds: int | None = None, /) -> None:
        self.heard.append((what, done, left, seconds))
        self._world.clock.now += timedelta(seconds=self._step)
        if len(self.heard) == self._enough:
            raise Stop


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def ingest(world: World, listener: Listener) -> Ingest:
    return Ingest(
        store=world.store,
        archive=world.archive,
        parser=InlineParser(),
        rules=Rules(BUILTIN),
        clock=world.clock,
        progress=listener,
    )


def watching(*folders: str) -> Watching:
    return Watching("support", tuple(map(FolderWish, folders or ("INBOX",))), POLICY)


def fill(world: World, count: int, folder: str = "INBOX") -> None:
    world.deliver(*(mail(f"{folder}{n}", sender="news@weekly.example") for n in range(count)), folder=folder)


def cursor(world: World, folder: str = "INBOX") -> Cursor:
    with world.store.writing() as tx:
        found = tx.desk.cursor("support", folder)
    assert found is not None
    return found


def test_every_folder_is_counted_before_the_first_is_read(world: World) -> None:
    """Inbox first, then Sent; each batch tells how many mails of its folder are left."""
    world.server.make("Sent", Role.SENT)
    fill(world, 2 * BATCH + 10)
    fill(world, 20, "Sent")
    listener = Listener(world)
    ingest(world, listener).poll(FakeMailbox(world.server), watching())
    assert [
        ("support/INBOX", 0, 510),
        ("support/Sent", 0, 20),
        ("support/INBOX", 250, 260),
        ("support/INBOX", 500, 10),
        ("support/INBOX", 510, 0),
        ("support/INBOX", 510, 0),
        ("support/Sent", 20, 0),
        ("support/Sent", 20, 0),
    ] == [heard[:3] for heard in listener.heard]
    assert (0, 0, True) == (cursor(world).older, cursor(world).older_seconds, cursor(world).backfilled)


def test_an_interrupted_backfill_knows_what_is_left(world: World) -> None:
    """Count and cursor are one row, so that status can tell them; the next process counts again."""
    fill(world, 2 * BATCH + 10)
    with pytest.raises(Stop):
        ingest(world, Listener(world, enough=2)).poll(FakeMailbox(world.server), watching())
    assert (260, False) == (cursor(world).older, cursor(world).backfilled)
    world.server.purge(1)
    listener = Listener(world)
    ingest(world, listener).poll(FakeMailbox(world.server), watching())
    assert [259, 9, 0, 0] == [left for _, _, left, _ in listener.heard]


def test_a_pass_that_was_ended_early_knows_what_it_did(world: World) -> None:
    """The daemon ends a pass after a slice: what was fetched and filed till then is accounted for."""
    fill(world, 2 * BATCH + 10)
    job = ingest(world, Listener(world, enough=2))
    with pytest.raises(Stop):
        job.poll(FakeMailbox(world.server), watching())
    assert BATCH == job.done.fetched
    assert BATCH + 10 == job.poll(FakeMailbox(world.server), watching()).outcome.fetched == job.done.fetched


def test_slices_of_one_process_count_once_and_measure_on(world: World) -> None:
    """The daemon reads older mail in slices: its pace is that of the clock, what lies in between included."""
    fill(world, 7 * BATCH)
    listener = Listener(world, enough=2)
    job = ingest(world, listener)
    for _ in range(3):
        with pytest.raises(Stop):
            job.poll(FakeMailbox(world.server), watching())
        listener.heard.clear()
        world.clock.now += timedelta(seconds=100)
    # The first slice counted and read one batch, the others two each: every 100 seconds, and some more.
    assert 2 * BATCH == cursor(world).older
    assert 90 <= (cursor(world).older_seconds or 0) <= 130


def test_only_what_is_wanted_is_counted(world: World) -> None:
    """Mails from before ``since`` are never read, so they are not left either."""
    box = FakeMailbox(world.server)
    fill(world, 3)
    world.server.folders["INBOX"].mails[2].internaldate = START - timedelta(days=900)
    box.examine("INBOX")
    fresh = Cursor("support", "INBOX", 1, 4, 3, backfilled=False)
    since = (START - timedelta(days=730)).date()
    assert 2 == Backfill(world.clock).count(box, fresh, since).older


def test_no_time_is_told_before_it_was_measured(world: World) -> None:
    """A trouble in between is no reading time; what was measured before stays."""
    backfill = Backfill(world.clock)
    some = Cursor("support", "INBOX", 1, 400, 900, backfilled=False, older=300)
    backfill.begin(some)
    assert backfill.measured(some, BATCH).older_seconds is None  # One second, by a clock that ticks.
    world.clock.now += timedelta(seconds=9)
    # Ten seconds for 250 mails, and the first second with its 250 mails, faded by a sixth: 300 * 10.8 / 461.
    assert 7 == backfill.measured(some, BATCH).older_seconds
    backfill.pause()
    world.clock.now += timedelta(seconds=600)
    backfill.begin(some)
    assert 7 == backfill.measured(some, 25).older_seconds


def test_a_lost_line_pauses_the_measure(world: World) -> None:
    """An hour without a server must not be told as an hour for each batch."""
    fill(world, 4 * BATCH)
    listener = Listener(world, enough=3, step=5)
    job = ingest(world, listener)
    with pytest.raises(Stop):
        job.poll(FakeMailbox(world.server), watching())

    class Away(FakeMailbox):
        def examine(self, folder: str) -> object:
            raise TemporaryError("away")

    assert job.poll(Away(world.server), watching()).temporary
    world.clock.now += timedelta(seconds=800)
    listener.heard.clear()
    with pytest.raises(Stop):
        job.poll(FakeMailbox(world.server), watching())
    seconds = cursor(world).older_seconds
    assert seconds is None or seconds < 60
