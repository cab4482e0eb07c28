"""``mailwatch run`` on a clock that its starter turns; see ``servers.steered_main``.

Everything is the daemon's own but two things: the clock (that of the records, of the
scheduler and ``time.monotonic``) jumps when standard input says ``2026-03-29T01:00:00+00:00``,
and each jump is answered on standard output by one line of JSON, once all threads have
done what was due at that time and rest. In between the clock goes on like any other.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from servers import turned_clock
from servers.turned_clock import real

from mailwatch import daemon as daemon_module
from mailwatch.cli.chassis import cli
from mailwatch.daemon import Daemon
from mailwatch.daemon import house as house_module
from mailwatch.daemon import run as run_module
from mailwatch.daemon import watcher as watcher_module
from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.house import House
from mailwatch.daemon.wall import Wall
from mailwatch.daemon.watcher import STEP_LIMIT, Watcher
from mailwatch.wiring.app import utc_now

PATIENCE = 60.0
"""Seconds of real time for what is due; a machine under load is slow, not wrong."""

MOMENT = 0.5
"""Seconds: whoever rests for less than this has something to do."""


class Attention:
    """Who rests, and who has begun how many steps."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.resting: set[str] = set()
        self.begun: dict[str, int] = {}
        self.house: House | None = None

    def begin(self, name: str) -> None:
        with self.lock:
            self.resting.discard(name)
            self.begun[name] = self.begun.get(name, 0) + 1
            self.lock.notify_all()

    def beat(self, name: str, limit: float) -> None:
        """Before it rests, a thread says that it will not be heard of for longer than a step takes."""
        with self.lock:
            if limit - STEP_LIMIT > MOMENT:
                self.resting.add(name)
            self.lock.notify_all()

    def open(self, house: House | None) -> None:
        with self.lock:
            self.house = house
            self.lock.notify_all()


attention = Attention()


class Stepping(Watcher):
    def _step(self) -> None:
        attention.begin(self.name)
        super()._step()


class Listening(Hearts):
    def beat(self, name: str, limit: float) -> None:
        super().beat(name, limit)
        attention.beat(name, limit)


class Attended(House):
    def start(self) -> None:
        super().start()
        attention.open(self)

    def retire(self) -> None:
        if attention.house is self:
            attention.open(None)
        super().retire()


def _rung(house: House, end: float) -> bool:
    """Let the timetable ring whom it has to ring, and its chores come to their end."""
    if not house._timetable.running:
        return False
    house._timetable.wakeup()
    while not _idle(house):
        time.sleep(0.002)
        if real() > end or attention.house is not house:
            return False
    return True


def _idle(house: House) -> bool:
    """Nothing is due in the timetable, and nothing that it began is under way."""
    soon = utc_now() + timedelta(seconds=MOMENT)
    due = any(job.next_run_time <= soon for job in house._timetable.get_jobs())
    rung = any(house._timetable._lookup_executor("default")._instances.values())
    return not due and not rung and not house._chores.busy


class Turner:
    """Reads times, turns the clock, answers when all is quiet."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def serve(self) -> None:
        for line in sys.stdin:
            self._turn(datetime.fromisoformat(line.strip()))
            print(json.dumps(self._settled()), flush=True)  # noqa: T201 - this is how a program answers

    def _turn(self, moment: datetime) -> None:
        now = utc_now()
        if moment > now:
            self._clock.move_to(moment)
            turned_clock.turn((moment - now).total_seconds())

    def _settled(self) -> dict[str, Any]:
        end = real() + PATIENCE
        late: set[str] = set()
        while real() < end:
            with attention.lock:
                attention.lock.wait_for(lambda: attention.house is not None, PATIENCE)
                house = attention.house
            if house is None or not _rung(house, end):
                continue
            late = self._quiet(house, end)
            # What the mailboxes did may have rung for a chore.
            if not late and _idle(house):
                return {"now": utc_now().isoformat()}
        return {"stuck": sorted(late)}

    @staticmethod
    def _quiet(house: House, end: float) -> set[str]:
        """Every mailbox has taken one more step and rests; who does not."""
        names = {watcher.name for watcher in house.watchers}
        with attention.lock:
            marks = {name: attention.begun.get(name, 0) for name in names}
        for watcher in house.watchers:
            watcher.bell.ring()

        def restless() -> set[str]:
            return {
                name
                for name in names
                if attention.begun.get(name, 0) <= marks[name] or name not in attention.resting
            }

        with attention.lock:
            attention.lock.wait_for(
                lambda: not restless() or attention.house is not house, max(0.0, end - real())
            )
            return restless()


class Attentive(Daemon):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # A thread that rests is silent while the clock jumps, and not stuck.
        self._hearts = Listening(real)
        # Two clocks cannot be turned in one moment; forth is what nobody need notice.
        self._wall = Wall(utc_now, real)


def main(config: Path, moment: datetime) -> None:
    """The command itself, with its daemon attended."""
    # The pause in which mails gather is real time that proves nothing here.
    watcher_module.GATHER = 0.01
    house_module.Watcher = Stepping
    run_module.House = Attended
    daemon_module.Daemon = Attentive
    with time_machine.travel(moment, tick=True) as clock:
        threading.Thread(target=Turner(clock).serve, daemon=True).start()
        cli(["--config", str(config), "--lang", "en", "-vv", "run"])
