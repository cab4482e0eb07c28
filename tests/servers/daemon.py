"""``mailwatch run`` as a process, its log as it comes, and a service manager that listens to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil
from servers.house import House

PATIENCE = 120.0
"""Seconds to wait for what must happen; a machine under load is slow, not wrong."""


def until(found: Callable[[], bool], what: str = "it") -> None:
    """Wait until ``found``."""
    end = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.2)


class Manager:
    """A socket such as systemd's; ``heard`` holds every message."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while words := self._socket.recv(65536):
            self.heard.append(words.decode())

    def count(self, words: str) -> int:
        return sum(words in message for message in self.heard)

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(b"", str(self.path))
        self._thread.join(timeout=10)
        self._socket.close()


class Running:
    """A daemon over ``house``, from ``with`` to its end; ``log`` grows while it runs."""

    def __init__(
        self, house: House, *words: str, manager: Manager | None = None, watchdog: float = 0
    ) -> None:
        env = dict(os.environ)
        if manager is not None:
            env["NOTIFY_SOCKET"] = str(manager.path)
        if watchdog:
            env["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self.log: list[str] = []
        self.process = subprocess.Popen(
            house.command(*words, "run"),
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=30)
        self._thread.join(timeout=30)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def events(self, name: str) -> list[str]:
        return [line for line in self.log if f" event={name} " in f"{line} "]

    def until(self, name: str, times: int = 1) -> None:
        """Wait for the ``times``-th event of this name."""
        until(lambda: len(self.events(name)) >= times or self.process.poll() is not None, f"event {name}")
        assert len(self.events(name)) >= times, "\n".join(self.log)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> float:
        """SIGTERM; how many seconds the end took. It is a good one, and nothing is left over."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        began = time.monotonic()
        self.send(signal.SIGTERM)
        assert 0 == self.process.wait(timeout=PATIENCE), "\n".join(self.log)
        took = time.monotonic() - began
        until(lambda: not any(child.is_running() for child in family), "the end of the workers")
        return took

    def cpu(self) -> float:
        """Seconds of CPU so far, workers not counted."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)
