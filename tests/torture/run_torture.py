"""Kill mailwatch at each step of each command, and judge what is left. Run by ``make torture``.

Options (TORTURE_ARGS): ``--share N`` tries one moment of N, ``--minutes M`` ends after M minutes, ``--seed``
chooses others, ``--jobs J`` works on J at once, ``--postgresql`` keeps the ledger there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from servers.dovecot import DovecotServer
from servers.postgresql import PostgresqlServer
from torture.kill import Fate
from torture.rounds import Tried, every, rounds


def main() -> int:
    wanted = _wanted()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mwtorture")))
        dovecot = stack.enter_context(closing(DovecotServer())).start()
        database = stack.enter_context(closing(PostgresqlServer())).start() if wanted.postgresql else None
        tried = rounds(
            folder,
            dovecot,
            lambda counts: every(counts, wanted.share, wanted.seed),
            postgresql=database,
            jobs=wanted.jobs,
            tell=_teller(),
            until=began + 60 * wanted.minutes,
        )
    _say(table(tried))
    _say(f"{(time.monotonic() - began) / 60:.0f} minutes, seed {wanted.seed}, one moment of {wanted.share}")
    return int(any(one.faults for one in tried))


def table(tried: list[Tried]) -> str:
    """Markdown: command, steps, kills, faults."""
    rows = [(one.scene.name, one.steps, one.kills, len(one.faults)) for one in tried]
    rows.append(("all", *(sum(row[n] for row in rows) for n in (1, 2, 3))))
    head = "| command | steps | kills | faults |\n|---|---|---|---|"
    return "\n".join([head, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def _teller() -> Callable[[Fate], None]:
    told = [0]

    def tell(fate: Fate) -> None:
        told[0] += 1
        if fate.fault is not None:
            _say(f"FAULT {fate}")
        elif told[0] % 50 == 0:
            _say(f"{told[0]} done")

    return tell


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--postgresql", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
