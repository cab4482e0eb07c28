"""A sample of ``make torture``: kills at steps of every command, judged from the outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from servers.dovecot import DovecotServer
from torture.rounds import every, rounds, sample
from torture.scenes import SCENES

KILLS = 60
SEED = int(os.environ.get("MAILWATCH_SEED", "4"))


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.timeout(900)  # Half a minute on a quiet machine; a busy one must not make it fail.
def test_a_kill_at_any_step_of_any_command_changes_only_the_time_things_take(
    tmp_path: Path, dovecot: DovecotServer
) -> None:
    """Sixty kills over all commands, then the same command again: nothing is lost, nothing is doubled.

    Before that each command runs once with its steps counted, and nothing may go past the counter.
    """
    tried = rounds(tmp_path, dovecot, lambda counts: sample(counts, KILLS, SEED))
    assert [] == [str(fate) for one in tried for fate in one.faults]
    assert all(one.kills for one in tried)
    # A run may take a few steps less than the one that was counted: what comes over a line comes in pieces.
    assert KILLS - len(SCENES) <= sum(one.kills for one in tried)


def test_a_sample_takes_as_many_moments_of_each_command_as_of_the_others() -> None:
    """Sixty over three: twenty each, none twice, and of a command with few moments all of them."""
    counts = {"poll": 300, "undo": 200, "tiny": 4}
    chosen = sample(counts, 60, seed=1)
    assert [20, 20, 8] == [sum(name == one for name, _ in chosen) for one in counts]
    assert len(set(chosen)) == len(chosen)
    assert all(0 <= moment < 2 * counts[name] for name, moment in chosen)


def test_all_moments_are_before_and_after_each_step() -> None:
    """Two for each step; one of two where half is asked for."""
    assert sorted(every({"poll": 2}, 1, seed=1)) == [("poll", moment) for moment in range(4)]
    assert 2 == len(every({"poll": 2}, 2, seed=1))
