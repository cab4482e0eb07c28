"""``mailwatch run``: one daemon for each data folder, its signals, and its word to the service manager.

The first thread waits for nothing but signals and the clock, so that it can always be told to end.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from mailwatch.adapters import catalog, memory
from mailwatch.adapters.exporter import Figure
from mailwatch.adapters.locks import daemon_lock
from mailwatch.adapters.systemd import Notifier
from mailwatch.config.model import Config
from mailwatch.daemon.changing import Change, hand_over, refuse_other_place, tell_refusal
from mailwatch.daemon.events import event
from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.house import House
from mailwatch.daemon.houses import Houses
from mailwatch.daemon.showing import Showing
from mailwatch.daemon.signals import ENDING, Ear, listening
from mailwatch.daemon.status import status_line
from mailwatch.daemon.tally import Tally
from mailwatch.daemon.wall import Wall
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words
from mailwatch.ports import Clock
from mailwatch.wiring.assemble import Upgrade, utc_now
from mailwatch.wiring.migration_apart import upgrade_apart

END_WITHIN = 3.0
"""Seconds for the current batch after SIGTERM; then it is abandoned, and read again at the next start.

Promised are five for the whole end: what comes after this waits for nobody.
"""

GONE_WITHIN = 4.5
"""Seconds after SIGTERM at which the process ends, whatever it hangs in: a log that nobody reads, say."""

TURN = 5.0
"""Seconds between two looks at the threads, where the watchdog does not ask for more."""


class Daemon:
    """Runs until a signal ends it.

    ``load`` reads the configuration again; ``adopt`` is called before a new one takes over, and may
    refuse it with a ConfigError; ``env`` holds ``NOTIFY_SOCKET`` and its like; ``upgrade`` brings the
    database up to this version.
    """

    def __init__(
        self,
        config: Config,
        load: Callable[[], Config],
        env: Mapping[str, str],
        clock: Clock = utc_now,
        *,
        upgrade: Upgrade = upgrade_apart,
        adopt: Callable[[Config], None] = lambda _config: None,
    ) -> None:
        self._adopt = adopt
        self._config = config
        self._load = load
        self._upgrade = upgrade
        self._clock = clock
        self._wall = Wall(clock)
        self._notifier = Notifier(env, os.getpid())
        self._hearts = Hearts()
        self._tally = Tally()
        self._houses = Houses()
        self._showing = Showing(self._figures)
        self._told: str | None = None
        self._refused: Words | None = None
        self._stuck: tuple[str, ...] = ()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            ConfigError: another daemon runs on this data folder, or it cannot be opened.
            TemporaryError: the database is held by another program, or away.
        """
        memory.share_one_heap()
        with daemon_lock(self._config.data / "locks"), listening() as ear:
            self._showing.adopt(self._config.metrics)
            self._end(self._loop(ear))

    # ── the loop ──────────────────────────────────────────────────────────────

    def _loop(self, ear: Ear) -> Change:
        """Until a signal asks for the end. The change of configuration that began last is handed back."""
        change, again = Change(self._begin, ear.nudge), False
        while True:
            asked = ear.heard(self._turn())
            if asked & ENDING:
                return change
            again |= signal.SIGHUP in asked
            if change.is_over:
                change.result()
                if again:
                    change, again = Change(self._reload, ear.nudge), False
            self._turn_over()

    def _turn(self) -> float:
        """Twice within the watchdog's time, sd_watchdog_enabled(3)."""
        watchdog = self._notifier.watchdog
        return TURN if watchdog is None else min(TURN, watchdog / 2)

    def _turn_over(self) -> None:
        self._houses.sweep()
        stuck = self._hearts.silent()
        if stuck != self._stuck:
            self._stuck = stuck
            event("stuck" if stuck else "unstuck", level=logging.ERROR, threads=",".join(stuck))
        if not stuck:
            self._word(Notifier.alive)
        house = self._houses.present
        if house is not None and (lost := self._wall.set_back()):
            event("clock-set-back", level=logging.WARNING, seconds=lost)
            house.clock_was_set_back()
        line = None if house is None else self._line(house)
        if line is not None and line != self._told:
            self._told = line
            self._word(lambda n: n.status(line))

    def _line(self, house: House) -> str:
        words = status_line(house.states, house.config.timezone, refused=self._refused)
        return catalog.say(words, house.config.language)

    def _word(self, tell: Callable[[Notifier], None]) -> None:
        """A service manager that cannot be reached is no reason to stop watching."""
        try:
            tell(self._notifier)
        except TemporaryError as error:
            event("notify-failed", level=logging.WARNING, what=error.message)

    # ── the beginning, and a new one, beside the loop ─────────────────────────

    def _begin(self) -> None:
        event("opening", level=logging.DEBUG, data=self._config.data)
        house = self._opened(self._config)
        try:
            house.begin()
        except MailwatchError:
            house.retire()
            raise
        if self._houses.move_in(house):
            event("start", mailboxes=len(house.watchers), pid=os.getpid())
            self._word(lambda n: n.ready(self._line(house)))

    def _reload(self) -> None:
        """Read the configuration again, or say why not and go on with the one in force."""
        self._word(Notifier.reloading)
        old = self._houses.present
        assert old is not None  # Whoever hears SIGHUP has begun, and not ended.
        try:
            fresh = self._fresh(old)
        except MailwatchError as error:
            tell_refusal(error)
            self._refused = _first_problem(error)
            self._word(lambda n: n.ready(self._line(old)))
            return
        if hand_over(self._houses, fresh):
            self._refused = None
            event("reload", mailboxes=len(fresh.watchers))
            self._word(lambda n: n.ready(self._line(fresh)))

    def _fresh(self, old: House) -> House:
        config = self._load()
        refuse_other_place(config, old.config)
        self._take_over(config)
        try:
            return self._opened(config, old)
        except MailwatchError:
            self._take_over(old.config)
            raise

    def _opened(self, config: Config, former: House | None = None) -> House:
        return House(config, self._hearts, self._clock, self._tally, self._upgrade, former=former)

    def _take_over(self, config: Config) -> None:
        """Log and figures, which are not the house's."""
        self._showing.adopt(config.metrics)
        self._adopt(config)

    def _figures(self) -> Iterable[Figure]:
        house = self._houses.present
        return () if house is None else house.figures()

    # ── the end ───────────────────────────────────────────────────────────────

    def _end(self, change: Change) -> None:
        with _gone_in_any_case():
            began = time.monotonic()
            house = self._houses.present
            leaving = (
                self._houses.retire()
            )  # Figures end with it; the port is freed by the end of the process.
            language = (self._config if house is None else house.config).language
            self._word(lambda n: n.stopping(catalog.say(Words("mailwatch is ending"), language)))
            clean = self._are_gone(began + END_WITHIN, [change.wait, *(h.has_ended for h in leaving)])
            took = time.monotonic() - began
            event("stop", batch="committed" if clean else "abandoned", seconds=took)
            if not clean:
                House.abandon()
                logging.shutdown()
                # A thread that waits for a server cannot be ended in any other way; a crash loses nothing.
                os._exit(0)

    def _are_gone(self, end: float, waits: Iterable[Callable[[float], bool]]) -> bool:
        for wait in waits:
            while not wait(min(0.5, max(0.0, end - time.monotonic()))):
                if time.monotonic() > end:
                    return False
                self._word(Notifier.alive)
        return True


@contextmanager
def _gone_in_any_case() -> Iterator[None]:
    """A process that must end ends, also where its end hangs in something that nobody thought of."""
    timer = threading.Timer(GONE_WITHIN, _drop_everything)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _drop_everything() -> None:
    House.abandon()
    os._exit(0)


def _first_problem(error: MailwatchError) -> Words:
    problems = error.problems if isinstance(error, ConfigError) else ()
    return problems[0] if problems else error.message
