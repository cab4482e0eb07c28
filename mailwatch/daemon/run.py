"""``mailwatch run``: one daemon for each data folder, its signals, and its word to the service manager."""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from mailwatch.adapters import catalog, memory
from mailwatch.adapters.exporter import Figure
from mailwatch.adapters.locks import daemon_lock
from mailwatch.adapters.systemd import Notifier
from mailwatch.config.model import Config
from mailwatch.daemon.events import event
from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.house import House
from mailwatch.daemon.showing import Showing
from mailwatch.daemon.status import status_line
from mailwatch.daemon.tally import Tally
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words
from mailwatch.ports import Clock
from mailwatch.wiring.assemble import Upgrade, utc_now
from mailwatch.wiring.migration_apart import upgrade_apart

END_WITHIN = 3.0
"""Seconds for the current batch after SIGTERM; then it is abandoned, and read again at the next start.

Promised are five for the whole end: what comes after this waits for nobody.
"""

RELOAD_WITHIN = 120.0
"""Seconds for the threads of the old configuration to end."""

TURN = 5.0
"""Seconds between two looks at the threads, where the watchdog does not ask for more."""

_FIXED = ("data", "database", "archive")


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
        self._notifier = Notifier(env, os.getpid())
        self._hearts = Hearts()
        self._tally = Tally()
        self._house: House | None = None
        self._showing = Showing(self._figures)
        self._told: str | None = None
        self._refused: Words | None = None
        self._stuck: tuple[str, ...] = ()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            ConfigError: another daemon runs on this data folder, or it cannot be opened.
        """
        memory.share_one_heap()
        with daemon_lock(self._config.data / "locks"), _signals() as wake:
            self._showing.adopt(self._config.metrics)
            house = self._house = self._opened(self._config)
            house.start()
            event("start", mailboxes=len(house.watchers), pid=os.getpid())
            self._word(lambda n: n.ready(self._line(house)))
            house = self._loop(house, wake)
            self._end(house)

    # ── the loop ──────────────────────────────────────────────────────────────

    def _loop(self, house: House, wake: int) -> House:
        while True:
            asked = _heard(wake, self._turn())
            if signal.SIGTERM in asked or signal.SIGINT in asked:
                return house
            if signal.SIGHUP in asked:
                house = self._reload(house)
            self._turn_over(house)

    def _turn(self) -> float:
        """Twice within the watchdog's time, sd_watchdog_enabled(3)."""
        watchdog = self._notifier.watchdog
        return TURN if watchdog is None else min(TURN, watchdog / 2)

    def _turn_over(self, house: House) -> None:
        stuck = self._hearts.silent()
        if stuck != self._stuck:
            self._stuck = stuck
            event("stuck" if stuck else "unstuck", level=logging.ERROR, threads=",".join(stuck))
        if not stuck:
            self._word(Notifier.alive)
        line = self._line(house)
        if line != self._told:
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

    # ── the end, and a new beginning ──────────────────────────────────────────

    def _end(self, house: House) -> None:
        self._house = None  # Figures end with it; the port is freed by the end of the process.
        self._word(lambda n: n.stopping(catalog.say(Words("mailwatch is ending"), house.config.language)))
        began = time.monotonic()
        clean = house.stop(END_WITHIN, lambda: self._word(Notifier.alive))
        event("stop", batch="committed" if clean else "abandoned", seconds=time.monotonic() - began)
        if not clean:
            house.abandon()
            logging.shutdown()
            # A thread that waits for a server cannot be ended in any other way; a crash loses nothing here.
            os._exit(0)

    def _reload(self, house: House) -> House:
        """Read the configuration again, or say why not and go on with the one in force."""
        self._word(Notifier.reloading)
        try:
            fresh = self._fresh(house)
        except MailwatchError as error:
            _tell_refusal(error)
            self._refused = _first_problem(error)
            self._word(lambda n: n.ready(self._line(house)))
            return house
        if not house.stop(RELOAD_WITHIN, lambda: self._word(Notifier.alive)):
            # Two threads on one mailbox are kept apart by its lock; the old one ends after its batch.
            event("reload", level=logging.WARNING, what="a thread of the old configuration still works")
        fresh.start()
        self._house = fresh
        self._refused = None
        event("reload", mailboxes=len(fresh.watchers))
        self._word(lambda n: n.ready(self._line(fresh)))
        return fresh

    def _fresh(self, house: House) -> House:
        config = self._load()
        for key in _FIXED:
            if getattr(config, key) != getattr(house.config, key):
                raise ConfigError(
                    "{key} cannot change while mailwatch runs", mend="systemctl restart mailwatch", key=key
                )
        self._take_over(config)
        try:
            return self._opened(config)
        except MailwatchError:
            self._take_over(house.config)
            raise

    def _opened(self, config: Config) -> House:
        return House(config, self._hearts, self._clock, self._tally, self._upgrade)

    def _take_over(self, config: Config) -> None:
        """Log and figures, which are not the house's."""
        self._showing.adopt(config.metrics)
        self._adopt(config)

    def _figures(self) -> Iterable[Figure]:
        return () if self._house is None else self._house.figures()


def _first_problem(error: MailwatchError) -> Words:
    problems = error.problems if isinstance(error, ConfigError) else ()
    return problems[0] if problems else error.message


def _tell_refusal(error: MailwatchError) -> None:
    event("reload-refused", level=logging.ERROR, what=error.message)
    for problem in error.problems if isinstance(error, ConfigError) else ():
        event("reload-refused", level=logging.ERROR, what=problem)


# ── signals ───────────────────────────────────────────────────────────────────


@contextmanager
def _signals() -> Iterator[int]:
    """A descriptor that can be read when SIGTERM, SIGINT or SIGHUP has come.

    As process 1 a signal without a handler is no signal at all, so each has one.
    """
    hears, rings = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    asked = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, _noted) for number in asked}
    former = signal.set_wakeup_fd(rings, warn_on_full_buffer=False)
    try:
        yield hears
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(hears)
        os.close(rings)


def _noted(_number: int, _frame: object) -> None:
    """The number stands in the pipe."""


def _heard(wake: int, seconds: float) -> frozenset[int]:
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    poll.poll(seconds * 1000)
    with suppress(BlockingIOError):
        return frozenset(os.read(wake, 4096))
    return frozenset()
