"""Simulated weeks of the real daemon against Dovecot: outages, restarts, people; balanced books.

Run by ``make weeks``: three weeks around the day on which Berlin's clocks go forward, and three around
the day on which they go back. Variables: MAILWATCH_WEEKS (how many), MAILWATCH_SEEDS (of the random
choices: a list such as ``1,2,3``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from servers.dovecot import DovecotServer
from servers.smtp import SmtpSink
from weeks import books
from weeks.story import Story
from weeks.world import World

pytestmark = pytest.mark.server

SPRING = datetime(2026, 3, 16, tzinfo=UTC)
AUTUMN = datetime(2025, 10, 13, tzinfo=UTC)
SEEDS = [int(seed) for seed in os.environ.get("MAILWATCH_SEEDS", "1").split(",")]
WEEKS = int(os.environ.get("MAILWATCH_WEEKS", "3"))
BEGINNINGS = [SPRING, AUTUMN]


@pytest.fixture
def world(
    tmp_path: Path, own_dovecot: DovecotServer, smtp_sink: SmtpSink, request: pytest.FixtureRequest
) -> Iterator[World]:
    found = World(tmp_path, own_dovecot, smtp_sink, request.param)
    yield found
    found.time.close()


@pytest.mark.slow
@pytest.mark.timeout(3600)  # Seconds on a quiet machine are minutes on a busy one.
@pytest.mark.parametrize("world", BEGINNINGS, indirect=True, ids=lambda first: f"{first:%Y-%m}")
@pytest.mark.parametrize("seed", SEEDS)
def test_weeks(world: World, seed: int) -> None:
    """Nothing lost, nothing doubled, nothing in silence, whatever went away and came back."""
    story = Story(world, seed)
    first = story.begin()
    for day in range(7 * WEEKS):
        story.live(day)
    story.finish()
    balanced(
        partial(books.originals_are_kept, world),
        partial(books.mailboxes_are_as_left, world),
        partial(books.cases_are_complete, world),
        partial(books.digests_are_as_promised, world, first, story.maybe),
        partial(books.alarms_are_told_once, world, first, story.heard_of),
        partial(books.silences_are_recorded, world),
        partial(books.house_is_in_order, world),
        partial(no_hurry, world),
    )


def balanced(*checks: Callable[[], None]) -> None:
    """All that is wrong, at once: what the weeks brought is gone when the test ends."""
    wrong = []
    for check in checks:
        try:
            check()
        except AssertionError as error:
            wrong.append(error)
    if wrong:
        raise ExceptionGroup("the books do not balance", wrong)


def no_hurry(world: World) -> None:
    """No defect, no thread that is stuck, and no loop without a pause.

    In trouble each mailbox tries once when it is rung and a few times at short intervals at the
    beginning of an outage; a turn of the clock in which all is well costs a fraction of a second.
    """
    assert [] == world.time.events("defect") + world.time.events("stuck")
    mailboxes = len(world.users)
    assert len(world.time.events("wait")) < 5 * mailboxes * world.time.turns
    assert world.time.cpu < 2 * world.time.turns, (world.time.cpu, world.time.turns)
