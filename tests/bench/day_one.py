"""Day one on an old mailbox: 100,000 mails of mixed size, most of them no case mail, from a local Dovecot.

Prints how long ``mailwatch poll`` takes, its peak memory, what ``mailwatch status`` said meanwhile and how
right its time left was, and how long the second poll takes. Not run by CI; asserts nothing, since figures
depend on the machine. Options: --mails N, --keep (leave the folder with database and archive).
"""

# ruff: noqa: T201 - a tool of the command line speaks by print.
from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import fetch_20000 as bench

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.dovecot import DovecotServer

DAYS = 700
MEDIAN, SPREAD, LARGEST = 8_000, 1.35, 4_000_000
"""Bytes of a mail, log-normal: the mean is about 20 kB, one mail in 300 is over 300 kB."""

IN_CASES = 0.05
LOOK_EVERY = 10.0
"""Seconds between two looks by ``mailwatch status``."""


@dataclass(frozen=True, slots=True)
class Look:
    """What ``status`` said: when, how long it took itself, mails left, and seconds left as it believed."""

    at: float
    took: float
    left: int | None
    seconds_left: int | None


def main() -> int:
    options = _options()
    return bench.on_dovecot(lambda server, folder: _measure(server, folder, options.mails), keep=options.keep)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _measure(server: DovecotServer, folder: Path, count: int) -> None:
    user = server.new_user("bench", quota="50G")
    written = bench.write_maildir(server.maildir("bench"), _mails(count))
    print(f"{count} mails, {written / 1e6:.0f} MB, on {os.cpu_count()} cores")
    config = bench.configure(folder, user.port)
    looks: list[Look] = []
    ended = threading.Event()
    began = time.monotonic()
    looker = threading.Thread(target=_look_on, args=(config, began, looks, ended))
    looker.start()
    first = bench.poll(config)
    ended.set()
    looker.join()
    bench.say("first poll", first, count)
    _judge(looks, first.seconds)
    bench.say("second poll", bench.poll(config), 0)
    print("report of the first poll:", json.dumps(first.report, ensure_ascii=False))
    sizes = {path.name: path.stat().st_size >> 20 for path in sorted((folder / "data").glob("mailwatch.db*"))}
    print("MiB on disk:", sizes)


# ── looking on ────────────────────────────────────────────────────────────────


def _look_on(config: Path, began: float, looks: list[Look], ended: threading.Event) -> None:
    while not ended.wait(LOOK_EVERY):
        started = time.monotonic()
        said = json.loads(
            subprocess.run(bench.command(config, "status"), capture_output=True, check=True).stdout
        )
        folders = [f["backfill"] for f in said["folders"]]
        if folders:
            at = time.monotonic()
            looks.append(Look(at - began, at - started, folders[0]["left"], folders[0]["seconds_left"]))


def _judge(looks: Sequence[Look], end: float) -> None:
    """How far the time left was from the truth, where there was enough left to speak of."""
    if not looks:
        return
    print(f"status: {len(looks)} looks, {max(look.took for look in looks):.1f} s the longest")
    told = [(look, look.seconds_left) for look in looks if look.seconds_left]
    for look, seconds in told[:: max(1, len(told) // 12)]:
        truth = end - look.at
        print(f"  after {look.at:4.0f} s: {look.left} mails left, {seconds} s left, in truth {truth:.0f} s")


# ── mails ─────────────────────────────────────────────────────────────────────


def _mails(count: int) -> Iterator[tuple[bytes, datetime]]:
    """One in twenty belongs to a case; half of the rest stands in threads of up to six mails."""
    chance = random.Random(100_000)
    korean_words, english_words = bench.vocabulary(chance)
    pools = {True: bench.lines(korean_words, chance), False: bench.lines(english_words, chance)}
    start, step = (
        datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS),
        timedelta(days=DAYS - 2) / count,
    )
    for number in range(count):
        at = start + step * number
        in_case = chance.random() < IN_CASES
        head = _case_head(number, at, chance) if in_case else _other_head(number, at, chance)
        size = min(LARGEST, int(chance.lognormvariate(0, SPREAD) * MEDIAN))
        korean = chance.random() < 0.5
        yield head + bench.body(max(200, size - len(head)), pools[korean], chance, korean=korean), at


def _case_head(number: int, at: datetime, chance: random.Random) -> bytes:
    """Mail of the desk about one of the last cases, with its number in the subject."""
    serial = number // 160 + chance.randrange(3)
    token = f"TrackingID#{at:%y%m}010030{serial:06}"
    return _head(
        number, at, f"RE: mail flow stops {serial} - {token}", "support@mail.support.microsoft.com", ""
    )


def _other_head(number: int, at: datetime, chance: random.Random) -> bytes:
    """Colleagues, customers, newsletters; look-alikes of numbers among them."""
    who = chance.randrange(3_000)
    subject = chance.choice(
        ["Lunch", "견적 요청", f"Order {chance.randrange(10**10):010}", "회의록", "Weekly news"]
    )
    answered = number - chance.randint(1, 5) * 7
    answers = f"In-Reply-To: <m{answered}@bench.example>\n" if chance.random() < 0.5 and answered >= 0 else ""
    return _head(number, at, f"{subject} {number}", f"Person {who} <p{who}@firm{who % 200}.example>", answers)


def _head(number: int, at: datetime, subject: str, sender: str, answers: str) -> bytes:
    stamp = format_datetime(at)
    received = "".join(f"Received: from a{hop}.example by b{hop}.example; {stamp}\n" for hop in range(4))
    return (
        f"{received}From: {sender}\nTo: support@contoso.example\nSubject: {subject}\nDate: {stamp}\n"
        f"Message-ID: <m{number}@bench.example>\n{answers}MIME-Version: 1.0\n"
    ).encode()


if __name__ == "__main__":
    sys.exit(main())
