"""A daemon on a clock that the test turns, through as many ends and starts as the test likes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from servers.daemon import PATIENCE, Running
from servers.house import House

TESTS = Path(__file__).resolve().parents[1]


class Steered(Running):
    """One process; see ``servers.steered``."""

    def __init__(self, house: House, moment: datetime) -> None:
        self.log: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "servers.steered_main", str(house.config), moment.isoformat()],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __exit__(self, *args: object) -> None:
        super().__exit__(*args)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def turn(self, moment: datetime, *, ends: bool = False) -> None:
        """Turn its clock and wait until it has done what was due, or until that was its end (``ends``)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(moment.isoformat(), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert ends is (answer == ""), "\n".join([f"it ended: {answer == ''}", *self.log[-50:]])
        if ends:
            self.process.wait(timeout=PATIENCE)
            return
        told = json.loads(answer)
        assert "stuck" not in told, "\n".join([answer, *self.log[-50:]])


class Simulation:
    """Time and the daemon that lives in it, while it lives. ``now`` is the time that was asked for last.

    ``turned`` is called after each turn of the clock; ``log`` and ``cpu`` are those of all processes so far.
    """

    def __init__(self, house: House, now: datetime, turned: Callable[[datetime], None]) -> None:
        self.house = house
        self.now = now
        self.daemon: Steered | None = None
        self._turned = turned
        self._log: list[str] = []
        self._cpu = 0.0
        self.turns = 0

    def start(self) -> None:
        """Start the daemon and let it do what is due at once."""
        assert self.daemon is None
        self.daemon = Steered(self.house, self.now)
        self._turn()

    def to(self, moment: datetime) -> None:
        """Go on to ``moment``, at once."""
        assert moment >= self.now, (moment, self.now)
        self.now = moment
        self._turn()

    def end(self) -> None:
        """SIGTERM."""
        assert self.daemon is not None
        self._cpu += self.daemon.cpu()
        self.daemon.end()
        self._over()

    def kill(self) -> None:
        """SIGKILL, at whatever it is doing."""
        assert self.daemon is not None
        self._cpu += self.daemon.cpu()
        self.daemon.process.kill()
        self._over()

    def to_its_end(self, moment: datetime) -> None:
        """Go on to ``moment``, when somebody else ends it."""
        assert self.daemon is not None
        self.now = moment
        self.daemon.turn(moment, ends=True)
        self._over()

    def read_again(self, event: str) -> None:
        """SIGHUP, answered by this event."""
        assert self.daemon is not None
        before = len(self.daemon.events(event))
        self.daemon.send(signal.SIGHUP)
        self.daemon.until(event, before + 1)
        self._turn()

    def close(self) -> None:
        if self.daemon is not None:
            self._over()

    @property
    def cpu(self) -> float:
        """Seconds of CPU; of a killed process what it had used until shortly before."""
        return self._cpu + (self.daemon.cpu() if self.daemon else 0.0)

    def events(self, name: str) -> list[str]:
        """Log lines of all processes."""
        lines = [*self._log, *(self.daemon.log if self.daemon else [])]
        return [line for line in lines if f" event={name} " in f"{line} "]

    @property
    def log(self) -> list[str]:
        return [*self._log, *(self.daemon.log if self.daemon else [])]

    def _turn(self) -> None:
        if self.daemon is not None:
            self.daemon.turn(self.now)
            self.turns += 1
        self._turned(self.now)

    def _over(self) -> None:
        assert self.daemon is not None
        self.daemon.__exit__()
        self._log += self.daemon.log
        self.daemon = None
