"""Everything that can go wrong on the line, at each command of each job. Run by ``make faults``.

Options (FAULTS_ARGS): ``--share N`` tries one row of N, ``--minutes M`` ends after M minutes, ``--seed``
chooses others.
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

from faults.kinds import LACKS
from faults.scenes import NAMES, Spoilt, Table, Wanted, Wire
from servers.dovecot import DovecotServer
from torture.starter import Starter


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
        done = _tried(table, rows[:: wanted.share], began + 60 * wanted.minutes)
    _say(_counted(done, lasting=len(table.kinds())))
    _say(f"{len(done)} of {len(rows)} rows, {len(LACKS) * len(NAMES)} lacks, seed {wanted.seed}, ", end="")
    _say(f"{(time.monotonic() - began) / 60:.0f} minutes")
    return int(bool(lacking) or any(one.fault for one in done))


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


def _shuffled(rows: list[Wanted], seed: int) -> list[Wanted]:
    """An order that lets a run that is broken off have tried of all."""
    random.Random(seed).shuffle(rows)
    return rows


def _say(words: str, end: str = "\n") -> None:
    sys.stdout.write(words + end)
    sys.stdout.flush()


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
