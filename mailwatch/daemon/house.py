"""Everything that runs under one configuration: store, workers, a thread for each mailbox, the timetable."""

from __future__ import annotations

import threading
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
from mailwatch.daemon.account import Account
from mailwatch.daemon.certificate_watch import CertificateWatch
from mailwatch.daemon.chores import Chores
from mailwatch.daemon.heart import Beats, Hearts
from mailwatch.daemon.patience import Patience
from mailwatch.daemon.schedule import timetable, wind
from mailwatch.daemon.shared import Shared
from mailwatch.daemon.state import State
from mailwatch.daemon.tally import Tally
from mailwatch.daemon.watcher import Watcher
from mailwatch.errors import Words
from mailwatch.jobs.outcome import Outcome
from mailwatch.ports import Clock, Look
from mailwatch.wiring import assemble
from mailwatch.wiring.assemble import Upgrade
from mailwatch.wiring.one_mailbox import OneMailbox

SLICES_AT_ONCE = 2
"""Mailboxes that read older mail at the same time: each holds up to two batches of 8 MiB."""


class House:
    """Opened by ``__init__``, which raises ``MailwatchError`` and then leaves nothing open.

    ``former`` is the house before it, still at work: what its threads know of a mailbox is gone on from.
    It begins with ``begin`` and ``start``, and ends with ``retire``; one that was never started, too.
    """

    def __init__(
        self,
        config: Config,
        hearts: Hearts,
        clock: Clock,
        tally: Tally,
        upgrade: Upgrade,
        *,
        former: House | None = None,
    ) -> None:
        self._tally = tally
        self.number: int = 1 if former is None else former.number + 1
        self.lingered = False
        self._certificates = CertificateWatch(config, clock)
        self.config = config
        self._clock = clock
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._started = False
        with ExitStack() as stack:
            self._open(stack, upgrade, hearts)
            shared = self._shared(hearts)
            self.watchers = tuple(self._watcher(m, shared, former) for m in config.mailboxes)
            self._closing = stack.pop_all()
        self._timetable = timetable(
            config,
            self.watchers,
            {"digests": self._digests, "alarms": self._alarms, "understand": self._chores.understand},
            self._nightly,
            now=clock(),
        )

    def _open(self, stack: ExitStack, upgrade: Upgrade, hearts: Hearts) -> None:
        config, clock = self.config, self._clock
        self._store = assemble.open_store(config, clock, upgrade)
        stack.callback(self._store.close)
        self._accounts = Account(self._store)
        self._archive = FileArchive(config.archive_folder)
        stack.callback(self._archive.close)
        self._parser = ProcessParser(at_rest=memory.give_back)
        stack.callback(self._parser.close)
        self._chores = Chores(
            config,
            self._store,
            self._archive,
            parser=self._parser,
            clock=clock,
            hearts=Beats(hearts, self._mark),
            stop=self._stop,
        )

    def _shared(self, hearts: Hearts) -> Shared:
        return Shared(
            hearts,
            threading.Semaphore(SLICES_AT_ONCE),
            self._stop,
            self.config.rename.settle,
            self._chores.passed,
            self._looked,
            self._account,
            self._tally,
            mark=self._mark,
        )

    @property
    def _mark(self) -> str:
        """What tells our threads from those of other houses. The first is the only one of most processes."""
        return "" if self.number == 1 else str(self.number)

    @property
    def states(self) -> tuple[State, ...]:
        """How the mailboxes are."""
        return tuple(watcher.state for watcher in self.watchers)

    def begin(self) -> None:
        """Record that this configuration is in force from here on; may wait for the database.

        Raises:
            TemporaryError: it is held by another program. The chores will try again.
        """
        self._chores.begin()

    def start(self) -> None:
        """Begin to work, unless the end has begun."""
        with self._lock:
            if self._stop.is_set():
                return
            self._started = True
            for watcher in self.watchers:
                watcher.start()
            self._timetable.start()
        if self.config.metrics is not None:
            self._certificates.look()

    def watcher_of(self, mailbox: str) -> Watcher | None:
        """The thread for the mailbox of this name."""
        return next((w for w in self.watchers if w.state.name == mailbox), None)

    def figures(self) -> Iterator[Figure]:
        """What there is to show; called by any thread. Raises a MailwatchError where the database is away."""
        yield from figures.of_memory(self.states, self._tally)
        yield figures.of_certificates(self._certificates.until, self._clock())
        yield from figures.of_database(self.config, self._store)

    def clock_was_set_back(self) -> None:
        """The timetable goes by the clock of the wall."""
        with self._lock:
            if not self._stop.is_set():
                wind(self._timetable, self._clock())

    def retire(self) -> None:
        """Let each thread end after what it is doing, and close what they share. Waits for nobody."""
        with self._lock:
            if self._stop.is_set():
                return
            self._stop.set()
        for watcher in self.watchers:
            watcher.bell.ring()
        threading.Thread(target=self._leave, name=f"leaving/{self.number}", daemon=True).start()

    def has_ended(self, seconds: float = 0.0) -> bool:
        """Whether nobody works here any more, ``seconds`` from now at the latest."""
        return self._ended.wait(seconds)

    @property
    def at_work(self) -> tuple[str, ...]:
        """The mailboxes whose threads still run."""
        return tuple(w.state.name for w in self.watchers if w.is_alive())

    @staticmethod
    def abandon() -> None:
        """Kill the workers; the process ends right after. What was not committed is read again."""
        POOLS.kill()

    # ── within ────────────────────────────────────────────────────────────────

    def _leave(self) -> None:
        if self._started:
            self._timetable.shutdown(wait=False)
            for watcher in self.watchers:
                watcher.join()
        else:
            for watcher in self.watchers:
                watcher.bell.close()
        self._chores.wait()
        self._closing.close()
        self._ended.set()

    def _watcher(self, mailbox: MailboxConfig, shared: Shared, former: House | None) -> Watcher:
        before = None if former is None else former.watcher_of(mailbox.name)
        state, patience = State(mailbox.name, wanted=self._clock()), Patience()
        if former is not None and before is not None:
            state.wanted, state.down = before.state.wanted, before.state.down
            if mailbox in former.config.mailboxes:
                state, patience = before.state, before.patience
                patience.try_now()
        return Watcher(partial(self._one, mailbox), state, patience, shared)

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

    def _account(self, mailbox: str, outcome: Outcome, trouble: Words | None) -> None:
        self._accounts.note(Look(mailbox, self._clock(), outcome.fetched, outcome.filed, trouble))

    def _nightly(self) -> None:
        self._certificates.look()
        self._chores.nightly()

    def _digests(self) -> None:
        self._chores.digests(self.states)

    def _alarms(self) -> None:
        self._chores.alarms(self.states)
