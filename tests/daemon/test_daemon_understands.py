"""The daemon reads what filed mails tell of their cases, and only where there is news."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.ingest_world import NUMBER, World, mail
from fakes.mailserver import LATER

from mailwatch.adapters.worker import InlineParser
from mailwatch.config import load
from mailwatch.core.case_state import case_state
from mailwatch.core.deadline import Terms
from mailwatch.daemon.chores import Chores
from mailwatch.daemon.heart import Hearts
from mailwatch.errors import TemporaryError
from mailwatch.wiring import assemble

NOW = datetime(2026, 11, 3, tzinfo=UTC)
ASKS = mail("a", f"TrackingID#{NUMBER} Mail", body="Could you provide the trace?")
CLOSES = mail("b", f"TrackingID#{NUMBER} Mail", body="Your case has now been closed.", hour=10)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "data")
    (tmp_path / "config.yaml").write_text(
        "data: data\ntimezone: Asia/Seoul\nmailboxes: []\nsenders: ['support@mail.support.microsoft.com']\n"
    )
    made.deliver(ASKS)
    made.poll()
    yield made
    made.close()


class Parser(InlineParser):
    """Counts its batches; ``away``: there are no workers."""

    def __init__(self) -> None:
        super().__init__()
        self.batches, self.away = 0, False

    def parse(self, batch: Any) -> Any:
        if self.away:
            raise TemporaryError("no workers")
        self.batches += 1
        return super().parse(batch)


def chores(world: World, parser: Parser, *, stopping: bool = False) -> Chores:
    config = load(world.data.parent / "config.yaml")
    stop = threading.Event()
    if stopping:
        stop.set()
    return Chores(
        config,
        world.store,
        world.archive,
        parser=parser,
        clock=world.clock,
        hearts=Hearts(),
        stop=stop,
    )


def status(world: World) -> str:
    how = assemble.hearing(load(world.data.parent / "config.yaml"))
    with world.store.reading() as library:
        return case_state([m.told for m in library.mails.awake(how.fingerprint)], (), Terms(), NOW).status(
            "open"
        )


def test_news_are_read_once(world: World) -> None:
    """A minute without news costs one look at the ledger's end; the next mail is read alone."""
    parser = Parser()
    made = chores(world, parser)
    made.understand()
    made.understand()
    assert (parser.batches, status(world)) == (1, "waiting-us")
    world.server.deliver(CLOSES, when=LATER + timedelta(hours=1))
    world.poll()
    made.understand()
    assert (parser.batches, status(world)) == (2, "closed")


def test_trouble_passes_and_is_made_up_for(world: World) -> None:
    """Without workers nothing is told; the next minute tries again though the ledger has not grown."""
    parser = Parser()
    parser.away = True
    made = chores(world, parser)
    made.understand()
    assert status(world) == "open"
    parser.away = False
    made.understand()
    assert status(world) == "waiting-us"


def test_nothing_is_begun_while_the_house_ends(world: World) -> None:
    """What is still to be read waits for the next start."""
    parser = Parser()
    chores(world, parser, stopping=True).understand()
    assert (parser.batches, status(world)) == (0, "open")
