"""Everything that can go wrong on the line, at each command of each job. Run by ``make faults``.

Then somebody else works on the mailbox meanwhile. Options (FAULTS_ARGS): ``--share N`` tries one row of N,
``--visits V`` lets him in V times, ``--minutes M`` ends after M minutes, ``--seed`` chooses others.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

from faults.kinds import LACKS
from faults.scenes import NAMES, Spoilt, Table, Visit, Wanted, Wire
from servers.dovecot import DovecotServer
from torture.starter import Starter

Row = TypeVar("Row")


def main() -> int:
    wanted = _wanted()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mwfaults")))
        dovecot = stack.enter_context(closing(DovecotServer())).start()
        starter = stack.enter_context(Starter(folder / "launcher"))
        table = Table(stack.enter_context(closing(Wire(folder / "trials", dovecot, starter))))
        lacking = [failure for lack in LACKS for name in NAMES if (failure := _lacking(table, lack, name))]
        # What lasts first: there is less of it.
        rows = [*_shuffled(table.kinds(), wanted.seed), *_shuffled(table.all(), wanted.seed)]
        until = began + 60 * wanted.minutes
        visits = _shuffled(table.visits(), wanted.seed)[: wanted.visits]
        bad, seen = _visited(table, visits, until)
        done = _tried(table, rows[:: wanted.share], until)
    _say(_counted(done, lasting=len(table.kinds())))
    _say(f"{len(done)} of {len(rows)} rows, {len(LACKS) * len(NAMES)} lacks, seed {wanted.seed}, ", end="")
    _say(f"{(time.monotonic() - began) / 60:.0f} minutes")
    _say(f"{seen} visits, {bad} faults")
    return int(bool(lacking or bad) or any(one.fault for one in done))


def _tried(table: Table, rows: list[Wanted], until: float) -> list[Spoilt]:
    done: list[Spoilt] = []
    for row in rows:
        if time.monotonic() > until:
            break
        done.append(table.spoil(row))
        if done[-1].fault is not None:
            _say(f"FAULT {done[-1]}")
        elif len(done) % 50 == 0:
            _say(f"{len(done)} done")
    return done


def _visited(table: Table, visits: list[Visit], until: float) -> tuple[int, int]:
    """How many visits left something that is not as the guest left it, and how many there were."""
    bad = seen = 0
    for visit in visits:
        if time.monotonic() > until:
            break
        fault = table.visit(visit)
        seen += 1
        if fault is not None:
            bad += 1
            _say(f"FAULT {fault}")
    return bad, seen


def _lacking(table: Table, lack: str, name: str) -> str | None:
    try:
        told, copies = table.lacking(lack, name)
    except AssertionError as error:
        _say(f"FAULT {name}, {lack}: {error}")
        return str(error) or repr(error)
    _say(f"{name}, {lack}: {told}; copies: {copies}")
    return None


def _counted(done: list[Spoilt], *, lasting: int) -> str:
    """Markdown: command, runs, faults."""
    runs, faults = Counter(one.scene for one in done), Counter(one.scene for one in done if one.fault)
    rows = [f"| {name} | {runs[name]} | {faults[name]} |" for name in NAMES]
    head = "| command | runs | faults |\n|---|---|---|"
    return "\n".join([head, *rows, f"({lasting} rows are of faults that last)"])


def _shuffled(rows: list[Row], seed: int) -> list[Row]:
    """An order that lets a run that is broken off have tried of all."""
    random.Random(seed).shuffle(rows)
    return rows


def _say(words: str, end: str = "\n") -> None:
    sys.stdout.write(words + end)
    sys.stdout.flush()


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
