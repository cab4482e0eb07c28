"""The first run over years of mail: 20,000 mails of 20 kB from a local Dovecot, filed by ``mailwatch poll``.

Run by ``make bench``. Prints seconds, mails a second and memory; asserts nothing, since figures depend
on the machine. Options: --mails N, --size BYTES, --keep (leave the folder with database and archive),
--varied (20,000 words instead of 20, and as many people, so that nothing that is remembered helps too much).
"""

# ruff: noqa: T201 - a tool of the command line speaks by print.
from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.dovecot import PASSWORD, DovecotServer, find_dovecot

MAILS_IN_A_CASE = 8
ENGLISH = ["the", "mailbox", "is", "slow", "since", "Monday", "and", "we", "see", "errors", "again"]
KOREAN = ["메일", "흐름", "지연", "라이선스", "할당", "인증서", "갱신", "확인", "부탁드립니다", *ENGLISH]


@dataclass(frozen=True, slots=True)
class Run:
    """One ``mailwatch poll``: seconds of wall clock, peak memory in MiB, and its report."""

    seconds: float
    main_mib: float
    tree_mib: float
    report: dict[str, object]


def main() -> int:
    options = _options()
    return on_dovecot(lambda server, folder: _measure(server, folder, options), keep=options.keep)


def on_dovecot(measure: Callable[[DovecotServer, Path], None], *, keep: bool) -> int:
    """Measure with a server and a folder of its own, which is left there where ``keep`` says so."""
    if find_dovecot() is None:
        print("Dovecot is not installed (Debian: apt install dovecot-imapd)")
        return 1
    server = DovecotServer().start()
    folder = Path(tempfile.mkdtemp(prefix="mailwatch-bench-"))
    try:
        measure(server, folder)
    finally:
        server.close()
        if keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--varied", action="store_true")
    return parser.parse_args()


def _measure(server: DovecotServer, folder: Path, options: argparse.Namespace) -> None:
    user = server.new_user("bench", quota="20G")
    mails = _mails(options.mails, options.size, varied=options.varied)
    written = write_maildir(server.maildir("bench"), mails)
    print(f"{options.mails} mails, {written / 1e6:.0f} MB, on {os.cpu_count()} cores")
    config = configure(folder, user.port)
    first = poll(config)
    say("first poll", first, options.mails)
    say("second poll", poll(config), 0)
    print("report of the first poll:", json.dumps(first.report, ensure_ascii=False))


def configure(folder: Path, port: int) -> Path:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    path = folder / "config.yaml"
    path.write_text(
        f"data: {folder / 'data'}\ntimezone: Asia/Seoul\nlanguage: ko\nmailboxes:\n"
        f"  - name: bench\n    address: support@contoso.example\n"
        f"    imap: {{host: 127.0.0.1, port: {port}, tls: none}}\n"
        f"    username: bench\n    password: {{file: {secret}}}\n    folders: [INBOX]\n"
    )
    return path


def poll(config: Path) -> Run:
    started = time.monotonic()
    process = subprocess.Popen(command(config, "poll"), stdout=subprocess.PIPE, text=True)
    main_peak, tree_peak = _watch(psutil.Process(process.pid), process)
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    if process.returncode:
        sys.exit(f"mailwatch poll ended with {process.returncode}")
    return Run(seconds, main_peak, tree_peak, json.loads(output))


def command(config: Path, word: str) -> list[str]:
    """One command of the house, answering in JSON."""
    return [str(Path(sys.executable).with_name("mailwatch")), "--config", str(config), word, "--json"]


def _watch(process: psutil.Process, handle: subprocess.Popen[str]) -> tuple[float, float]:
    """Peak resident memory of the process, and of it with its workers, in MiB, looked at 5 times a second."""
    main_peak = tree_peak = 0.0
    while handle.poll() is None:
        try:
            own = process.memory_info().rss
            workers = sum(_resident(child) for child in process.children(recursive=True))
        except psutil.NoSuchProcess:
            break
        main_peak, tree_peak = max(main_peak, own), max(tree_peak, own + workers)
        time.sleep(0.2)
    return main_peak / 2**20, tree_peak / 2**20


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def say(what: str, run: Run, mails: int) -> None:
    rate = f", {mails / run.seconds:.0f} mails/s" if mails else ""
    memory = f"peak {run.main_mib:.0f} MiB ({run.tree_mib:.0f} MiB with workers)"
    print(f"{what}: {run.seconds:.1f} s{rate}, {memory}")


def write_maildir(maildir: Path, mails: Iterable[tuple[bytes, datetime]]) -> int:
    """Write mails with their times of arrival into a new Maildir; the bytes written."""
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    total = 0
    for number, (raw, at) in enumerate(mails):
        path = maildir / "cur" / f"{int(at.timestamp())}.M{number}P1.bench:2,S"
        path.write_bytes(raw)
        os.utime(path, (at.timestamp(), at.timestamp()))
        total += len(raw)
    if os.getuid() == 0:
        # Dovecot does not work as root; the folder's owner is the user that the server runs as.
        shutil.chown(maildir.parents[1], "nobody", "nogroup")
        subprocess.run(["chown", "-R", "nobody:nogroup", str(maildir.parents[1])], check=True)
    return total


def _mails(count: int, size: int, *, varied: bool = False) -> Iterator[tuple[bytes, datetime]]:
    """Mails over the last 600 days: 7 of 10 speak of a case, 1 of 3 is Korean, in base64."""
    chance = random.Random(20_000)
    korean_words, english_words = vocabulary(chance) if varied else (KOREAN, ENGLISH)
    pools = {True: lines(korean_words, chance), False: lines(english_words, chance)}
    start, step = datetime.now(UTC).replace(microsecond=0) - timedelta(days=600), timedelta(days=590) / count
    for number in range(count):
        case, place = divmod(number, MAILS_IN_A_CASE)
        opened = start + step * case * MAILS_IN_A_CASE
        token = f"TrackingID#{opened:%y%m%d}0030{case % 1_000_000:06d}" if case % 10 < 7 else ""
        people = chance.randrange(20_000) if varied else 0
        head = _head(number, token, place, start + step * number, people)
        korean = number % 3 == 0
        yield head + body(size - len(head), pools[korean], chance, korean=korean), start + step * number


def _head(number: int, token: str, place: int, at: datetime, people: int) -> bytes:
    """The header; every fourth mail of a case has lost the number and is filed by its thread."""
    stamp = format_datetime(at)
    received = "".join(
        f"Received: from hop{hop}.example by hop{hop + 1}.example; {stamp}\n" for hop in range(5)
    )
    subject = f"RE: mail flow stops {number // MAILS_IN_A_CASE}"
    subject += f" - {token}" if token and place % 4 != 3 else ""
    sender = (
        f"Hong G {people} <support@mail.support.microsoft.com>"
        if token
        else f"News <news{people}@weekly.example>"
    )
    answers = f"In-Reply-To: <m{number - 1}@bench.example>\n" if token and place else ""
    return (
        f"{received}From: {sender}\nTo: support@contoso.example\nSubject: {subject}\nDate: {stamp}\n"
        f"Message-ID: <m{number}@bench.example>\n{answers}MIME-Version: 1.0\n"
    ).encode()


def body(room: int, pool: list[bytes], chance: random.Random, *, korean: bool) -> bytes:
    encoding = b"base64" if korean else b"7bit"
    fields = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding + b"\n\n"
    wanted = room * 3 // 4 if korean else room
    shortest = min(map(len, pool))
    text = b"".join(chance.choices(pool, k=1 + wanted // shortest))[:wanted]
    text = text.decode(errors="ignore").encode()
    return fields + (base64.encodebytes(text) if korean else text)


def lines(words: list[str], chance: random.Random) -> list[bytes]:
    """Lines of 12 words. The earlier a word stands in a long list, the more often it is used (Zipf's law)."""
    weights = [1 / rank for rank in range(1, len(words) + 1)] if len(words) > len(KOREAN) else None
    count = 500 if weights is None else 10_000
    return [" ".join(chance.choices(words, weights, k=12)).encode() + b"\n" for _ in range(count)]


def vocabulary(chance: random.Random) -> tuple[list[str], list[str]]:
    """20,000 made-up words, and half of each in a Korean mail."""
    latin = ["".join(chance.choices("etaoinshrdlucmfwyp", k=chance.randint(2, 9))) for _ in range(20_000)]
    hangul = [
        "".join(chr(0xAC00 + chance.randrange(11_172)) for _ in range(chance.randint(2, 4)))
        for _ in range(10_000)
    ]
    return [word for pair in zip(hangul, latin, strict=False) for word in pair], latin


if __name__ == "__main__":
    sys.exit(main())
