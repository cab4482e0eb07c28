"""What an idle daemon costs: ``mailwatch run`` over thirty mailboxes of a local Dovecot, by TLS and IDLE.

Run by ``make bench-idle``. The daemon is started twice, since only the first start makes the database.
Each time this waits until every mailbox was read and the workers have ended, then for a
while, and prints megabytes (RSS and PSS, of the daemon and of all its processes) and CPU seconds; asserts
nothing, since figures depend on the machine. Options: --mailboxes N, --mails N (in each), --seconds N (of
idleness that are measured), --settle N (seconds before), --smaps (where the memory lies).
"""

# ruff: noqa: T201 - a tool of the command line speaks by print.
from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers.daemon import Running
from servers.dovecot import PASSWORD, DovecotServer, find_dovecot
from servers.house import House, build, mailbox_yaml

BATCH = "event=poll "

FIRST_LOOK_WITHIN = 300.0
WORKERS_END_WITHIN = 150.0
"""Seconds; then it is measured what there is."""


def main() -> int:
    options = _options()
    if find_dovecot() is None:
        print("Dovecot is not installed (Debian: apt install dovecot-imapd)")
        return 1
    server = DovecotServer().start()
    folder = Path(tempfile.mkdtemp(prefix="mailwatch-bench-"))
    try:
        house = _house(server, folder, options)
        for start in ("first start, database made, all mail read", "start again"):
            print(start)
            with Running(house, "-vv") as daemon:
                _measure(daemon, options)
                print(f"  ended after SIGTERM in {daemon.end():.1f} s", flush=True)
    finally:
        server.close()
        shutil.rmtree(folder)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mailboxes", type=int, default=30)
    parser.add_argument("--mails", type=int, default=40)
    parser.add_argument("--settle", type=float, default=120)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--smaps", action="store_true")
    return parser.parse_args()


def _house(server: DovecotServer, folder: Path, options: argparse.Namespace) -> House:
    listed = ""
    for number in range(options.mailboxes):
        user = server.new_user()
        server.fill(user.name, (_mail(number, n) for n in range(options.mails)))
        listed += mailbox_yaml(
            user, folder / "password", name=f"box{number}", address=f"box{number}@contoso.example"
        )
    return build(folder, listed, PASSWORD, "digests: []\n")


def _mail(box: int, number: int) -> bytes:
    token = f"26110200100{box:02d}{number % 7:03d}"
    return (
        "From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: RE: mail flow - TrackingID#{token}\r\nMessage-ID: <m{box}.{number}@example>\r\n"
        "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n" + "the mailbox is slow since Monday\r\n" * 200
    ).encode()


def _measure(daemon: Running, options: argparse.Namespace) -> None:
    _wait(lambda: _all_read(daemon, options.mailboxes), FIRST_LOOK_WITHIN)
    print(f"  {options.mailboxes} mailboxes of {options.mails} mails were looked at", flush=True)
    main = psutil.Process(daemon.process.pid)
    _say("just read", main)
    # Workers end a minute after the last work.
    _wait(lambda: len(main.children(recursive=True)) <= 1, WORKERS_END_WITHIN)
    time.sleep(options.settle)
    _say("idle", main)
    before, began = _cpu(main), time.monotonic()
    time.sleep(options.seconds)
    print(f"  CPU: {_cpu(main) - before:.2f} s in {time.monotonic() - began:.0f} s of idleness")
    _say("idle", main)
    if options.smaps:
        _say_where(main.pid)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.5)


def _all_read(daemon: Running, mailboxes: int) -> bool:
    read = {
        part for line in daemon.log if BATCH in line for part in line.split() if part.startswith("mailbox=")
    }
    return len(read) == mailboxes


def _cpu(process: psutil.Process) -> float:
    """Seconds of CPU of the process and of its children, those that have ended included."""
    return sum(process.cpu_times()[:4])


def _say(when: str, process: psutil.Process) -> None:
    family = [process, *process.children(recursive=True)]
    sizes = [one.memory_full_info() for one in family]
    rss, pss = sum(size.rss for size in sizes), sum(size.pss for size in sizes)
    print(
        f"  {when}: daemon RSS {sizes[0].rss / 1e6:.1f} MB; {len(family)} processes,"
        f" {process.num_threads()} threads: RSS {rss / 1e6:.1f} MB, PSS {pss / 1e6:.1f} MB",
        flush=True,
    )


def _say_where(pid: int) -> None:
    """The biggest maps, in MB of PSS."""
    found: Counter[str] = Counter()
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            name = fields[5] if len(fields) > 5 else "(anonymous)"
        elif fields[0] == "Pss:":
            found[name] += int(fields[1])
    for name, kib in found.most_common(25):
        print(f"    {kib * 1024 / 1e6:6.1f}  {name}")


if __name__ == "__main__":
    sys.exit(main())
