"""Everything that runs under one configuration: store, workers, a thread for each mailbox, the timetable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial

from apscheduler.jobstores.base import JobLookupError

from mailwatch.adapters import memory
from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.exporter import Figure
from mailwatch.adapters.worker_pools import POOLS
from mailwatch.adapters.workers import ProcessParser
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.daemon import figures
from mailwatch.daemon.certificate_watch import CertificateWatch
from mailwatch.daemon.chores import Chores
from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.schedule import timetable
from mailwatch.daemon.shared import Shared
from mailwatch.daemon.state import State
from mailwatch.daemon.tally import Tally
from mailwatch.daemon.watcher import Watcher
from mailwatch.ports import Clock
from mailwatch.wiring import assemble
from mailwatch.wiring.assemble import Upgrade
from mailwatch.wiring.one_mailbox import OneMailbox

SLICES_AT_ONCE = 2
"""Mailboxes that read older mail at the same time: each holds up to two batches of 8 MiB."""


class House:
    """Opened by ``__init__``, which raises ``MailwatchError`` and then leaves nothing open."""

    def __init__(self, config: Config, hearts: Hearts, clock: Clock, tally: Tally, upgrade: Upgrade) -> None:
        self._tally = tally
        self._certificates = CertificateWatch(config, clock)
        self.config = config
        self._clock = clock
        self._stop = threading.Event()
        with ExitStack() as stack:
            self._store = assemble.open_store(config, clock, upgrade)
            stack.callback(self._store.close)
            self._archive = FileArchive(config.archive_folder)
            stack.callback(self._archive.close)
            self._parser = ProcessParser(at_rest=memory.give_back)
            stack.callback(self._parser.close)
            self._chores = Chores(
                config, self._store, self._archive, parser=self._parser, clock=clock, hearts=hearts
            )
            shared = Shared(
                hearts,
                threading.Semaphore(SLICES_AT_ONCE),
                self._stop,
                config.rename.settle,
                self._chores.passed,
                self._looked,
                tally,
            )
            self.watchers = tuple(Watcher(partial(self._one, m), m.name, shared) for m in config.mailboxes)
            self._closing = stack.pop_all()
        self._timetable = timetable(
            config,
            self.watchers,
            {"digests": self._digests, "alarms": self._alarms},
            self._nightly,
            now=clock(),
        )

    @property
    def states(self) -> tuple[State, ...]:
        """How the mailboxes are."""
        return tuple(watcher.state for watcher in self.watchers)

    def start(self) -> None:
        """Begin to work."""
        self._chores.begin()
        for watcher in self.watchers:
            watcher.start()
        self._timetable.start()
        if self.config.metrics is not None:
            self._certificates.look()

    def figures(self) -> Iterator[Figure]:
        """What there is to show; called by any thread. Raises a MailwatchError where the database is away."""
        yield from figures.of_memory(self.states, self._tally)
        yield figures.of_certificates(self._certificates.until, self._clock())
        yield from figures.of_database(self.config, self._store)

    def stop(self, seconds: float, beat: Callable[[], None]) -> bool:
        """End after the current batch, within ``seconds``; False where a thread still works.

        ``beat`` is called while we wait.
        """
        self._stop.set()
        for watcher in self.watchers:
            watcher.bell.ring()
        self._timetable.shutdown(wait=False)
        end = time.monotonic() + seconds
        while any(w.is_alive() for w in self.watchers) or self._chores.busy:
            if time.monotonic() > end:
                return False
            beat()
            time.sleep(0.02)
        self._closing.close()
        return True

    def abandon(self) -> None:
        """Kill the workers; the process ends right after. What was not committed is read again."""
        POOLS.kill()

    # ── within ────────────────────────────────────────────────────────────────

    def _one(self, mailbox: MailboxConfig, alive: Callable[[], None]) -> OneMailbox:
        # An archive is for one thread.
        return OneMailbox(
            self.config,
            mailbox,
            store=self._store,
            archive=FileArchive(self.config.archive_folder),
            parser=self._parser,
            clock=self._clock,
            alive=alive,
        )

    def _looked(self) -> None:
        """Digests wait for the first look at every mailbox, and no longer."""
        if all(state.passes or state.failures for state in self.states):
            with suppress(JobLookupError):  # The end has begun.
                self._timetable.modify_job("digests", next_run_time=self._clock())

    def _nightly(self) -> None:
        self._certificates.look()
        self._chores.nightly()

    def _digests(self) -> None:
        self._chores.digests(self.states)

    def _alarms(self) -> None:
        self._chores.alarms(self.states)
