"""A sample of ``make faults``: one thing wrong on the line, at some command of some job, then nothing."""

from __future__ import annotations

import os
import random
from contextlib import closing
from pathlib import Path

import pytest
from faults.kinds import KINDS
from faults.scenes import Table, Wanted, Wire
from servers.dovecot import DovecotServer
from torture.starter import Starter

SEED = int(os.environ.get("MAILWATCH_SEED", "4"))
SOME, VISITS = 7, 4

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(900)]


def sample(rows: list[Wanted], seed: int) -> list[Wanted]:
    """Some kinds of fault once each, at a command and in a scene of chance; the time for tests is short."""
    chance = random.Random(seed)
    kinds = chance.sample(list(KINDS), SOME)
    return [chance.choice([row for row in rows if row.kind == kind]) for kind in kinds]


REPLACED, BY_COPY = "possible, in place and by copy", "possible by copy only: "
OF_A_SERVER = {
    "no MOVE, no UIDPLUS": (BY_COPY + "the server has no MOVE", {"Mailwatch/Cases": 4}),
    "no UIDNEXT": (REPLACED, {"INBOX": 4}),
    "UIDs that are not so": (
        BY_COPY + "the server tells a wrong place of what it stored",
        {"Mailwatch/Cases": 4},
    ),
}
"""What a server lacks: what ``check`` says of renaming then, and where the copies of four mails lie."""


def test_faults_on_the_line_change_only_the_time_things_take(tmp_path: Path, dovecot: DovecotServer) -> None:
    """No hang, no busy loop; the next run completes all, and no mail is ever missing or there twice.

    Somebody else who works on the mailbox meanwhile has his way. What a server lacks for good is found out
    and told, and decides how mails are renamed. All in one test, since the scenes take ten seconds to set.
    """
    with Starter(tmp_path / "launcher") as starter, closing(Wire(tmp_path, dovecot, starter)) as stage:
        table = Table(stage)
        # What the long run goes through: all kinds, and all commands that the jobs give.
        rows = table.all()
        assert set(KINDS) == {row.kind for row in rows}
        changing = {"APPEND", "UID MOVE", "UID STORE", "UID EXPUNGE", "CREATE"}
        reading = {"LOGIN", "LIST", "EXAMINE", "SELECT", "UID SEARCH", "UID FETCH", "NOOP"}
        assert changing | reading <= {row.name for row in rows}
        assert [] == [str(done) for done in map(table.spoil, sample(rows, SEED)) if done.fault is not None]
        visits = random.Random(SEED).sample(table.visits(), VISITS)
        assert [] == [fault for fault in map(table.visit, visits) if fault is not None]
        assert {lack: table.lacking(lack, "rename") for lack in OF_A_SERVER} == OF_A_SERVER
