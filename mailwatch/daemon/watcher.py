"""One thread for one mailbox: look when asked to, listen to the server in between, be patient in trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from uuid import uuid4

from mailwatch.adapters.locks import MailboxBusy
from mailwatch.adapters.logcontext import bind
from mailwatch.daemon.bell import Bell, Want
from mailwatch.daemon.events import event
from mailwatch.daemon.held import thread_name, who_holds
from mailwatch.daemon.patience import Patience
from mailwatch.daemon.shared import Shared
from mailwatch.daemon.state import State
from mailwatch.daemon.telling import tell_pass
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words
from mailwatch.jobs.outcome import Outcome
from mailwatch.jobs.poll_report import line
from mailwatch.wiring.one_mailbox import Enough, Hindrance, OneMailbox, Pass

STEP_LIMIT = 900.0
"""Seconds that one step may take (a batch read from a slow server and parsed) before it counts as stuck."""

REST = 240.0
"""Seconds of rest at a time."""

BETWEEN_SLICES = 0.1
"""Seconds in which a command that waits for the mailbox's lock gets it."""

FOR_A_TURN, WITHOUT_A_TURN = 2.0, 3.0
"""Seconds to wait for a turn at older mail, less than SIGTERM allows; and from then to the next try."""

BUSY = 5.0
"""Seconds until a mailbox is tried again on which a command is working."""

GATHER = 0.3
"""Seconds after the server's word: mails that come together are read together."""

_DEFECT = Words("an error of mailwatch itself; the log shows where")


class Watcher(threading.Thread):
    """Runs until ``stop`` is set and the bell is rung; ``state`` and ``patience`` may be an earlier one's."""

    def __init__(
        self,
        make: Callable[[Callable[[], None]], OneMailbox],
        state: State,
        patience: Patience,
        shared: Shared,
    ) -> None:
        super().__init__(name=thread_name(state.name, shared.mark), daemon=True)
        self.state = state
        self.patience = patience
        self.bell = Bell()
        self._make = make
        self._box: OneMailbox | None = None
        self._shared = shared
        self._wanted: set[Want] = set()
        self._looked = False
        self._tried = False
        self._behind = True
        self._soon: float | None = None
        self._hindrances: tuple[Hindrance, ...] = ()

    # ── the loop ──────────────────────────────────────────────────────────────

    def run(self) -> None:
        """One outer loop: whatever goes wrong ends here, is told, and is tried again."""
        bind(mailbox=self.state.name)
        while not self._shared.stop.is_set():
            try:
                self._step()
            except Enough:
                continue
            except MailwatchError as error:
                self._failed(error.message, error)
            except Exception as error:  # noqa: BLE001 - a defect met in one mailbox must not end its watching
                event("defect", level=logging.CRITICAL, fault=error)
                self._failed(_DEFECT, None)
        if self._box is not None:
            self._box.close()
        self.bell.close()
        self._shared.hearts.forget(self.name)

    def _open(self) -> None:
        box = self._make(self._alive)
        self.state.last_good = box.last_good()
        self._box = box

    def _step(self) -> None:
        self._beat(STEP_LIMIT)
        if not self._looked and (self.state.passes or self.state.failures):
            self._looked = True
            self._shared.on_first_look()
        self._wanted |= self.bell.take()
        if self._soon is not None and time.monotonic() >= self._soon:
            self._wanted.add(Want.POLL)
            self._soon = None
        if (rest := self.patience.seconds) > 0:
            self._rest(rest)
        elif self._box is None:
            self._open()
        elif self._wanted:
            self._work(self._box)
        else:
            bind(mailbox=self.state.name)
            self._listen(self._box)

    def _rest(self, seconds: float) -> None:
        self.bell.wait(self._spell(min(seconds, REST)))

    def _spell(self, seconds: float) -> float:
        """So many seconds, or fewer where something is due before; nobody misses us meanwhile."""
        limit = seconds if self._soon is None else max(0.0, min(seconds, self._soon - time.monotonic()))
        self._beat(limit + STEP_LIMIT)
        return limit

    def _alive(self) -> None:
        """Between two batches: still there, and shall we go on?"""
        self._beat(STEP_LIMIT)
        if self._shared.stop.is_set():
            raise Enough

    def _beat(self, limit: float) -> None:
        self._shared.hearts.beat(self.name, limit)

    # ── work ──────────────────────────────────────────────────────────────────

    def _work(self, box: OneMailbox) -> None:
        self._tried = True
        comparing = Want.COMPARE in self._wanted
        self._wanted.clear()
        try:
            self._look(box)
            if comparing and not self.patience.failures:
                self._compare(box)
        except MailboxBusy as error:
            self._wanted |= {Want.POLL, Want.COMPARE} if comparing else {Want.POLL}
            self._held(error)

    def _held(self, error: MailboxBusy) -> None:
        """Told once, and in the status: nobody shall take a mailbox for watched that nobody may look at."""
        words = who_holds(self.state.name, error)
        if self.state.held != words:
            event("held", mailbox=self.state.name, what=words)
        self.state.held = words
        self.patience.hold(BUSY)

    def _look(self, box: OneMailbox) -> None:
        """New mail, and, where it is this mailbox's turn, a slice of older mail."""
        older = self._behind and self._shared.slots.acquire(timeout=FOR_A_TURN)
        began, poll = time.monotonic(), uuid4().hex[:8]
        # Also what is said deep below of this pass, and what it came to, can be told from others by this.
        bind(mailbox=self.state.name, poll=poll)
        try:
            done = box.look(older=older)
        finally:
            if older:
                self._shared.slots.release()
        self.state.held = None
        self._judge(done, box, poll, time.monotonic() - began)
        self._behind = done.more if older else done.behind
        if self._behind:
            self._wanted.add(Want.POLL)
            self.patience.hold(BETWEEN_SLICES if older else WITHOUT_A_TURN)

    def _judge(self, done: Pass, box: OneMailbox, poll: str, seconds: float) -> None:
        report = done.report
        tell_pass(done, box, poll, seconds, self._hindrances)
        # Told first: to write it down may take half a minute where another program holds the database.
        self._shared.count(self.state.name, report.outcome, report.errors[0] if report.errors else None)
        self._hindrances = done.hindrances
        self.state.left = done.left if done.more else None
        if report.errors and (report.temporary or not done.good):
            self._patience(report.errors[0], temporary=report.temporary, asked=report.retry_after)
        elif done.good or not report.errors:
            if self.patience.failures:
                event("recovered", mailbox=box.name, poll=poll, failures=self.patience.failures)
            self.patience.well()
            self.state.failures, self.state.trouble = 0, None
        if report.outcome.fetched and box.renames:
            self._soon = time.monotonic() + self._shared.settle.total_seconds() + 1
        if done.good:
            before, self.state.last_good = self.state.last_good, box.last_good()
            self.state.passes += 1
            self._shared.on_pass(self.state, before)

    def _compare(self, box: OneMailbox) -> None:
        found = box.compare()
        event("compare", mailbox=box.name, gone=found.gone, back=found.back, fetched=found.fetched)

    def _failed(self, words: Words, error: MailwatchError | None) -> None:
        event("trouble", level=logging.WARNING, mailbox=self.state.name, what=words)
        temporary = error is None or isinstance(error, TemporaryError)
        asked = error.retry_after if isinstance(error, TemporaryError) else None
        told = line(self.state.name, words, None if error is None else error.mend)
        self._shared.count(self.state.name, Outcome(), told)
        self._patience(told, temporary=temporary, asked=asked)

    def _patience(self, words: Words, *, temporary: bool, asked: float | None) -> None:
        """Try again later, and later still; where a person must help, not so often that it locks him out."""
        self._shared.tally.add("failures", self.state.name)
        if self._shared.stop.is_set():  # Somebody else goes on with this mailbox, and judges for himself.
            return
        delay = self.patience.failed(self._shared.chance(), temporary=temporary, asked=asked)
        self._wanted.add(Want.POLL)
        self.state.failures, self.state.trouble = self.patience.failures, words
        self.state.temporary, self.state.held = temporary, None
        event("wait", mailbox=self.state.name, failures=self.patience.failures, seconds=delay)

    # ── waiting for the server's word ─────────────────────────────────────────

    def _listen(self, box: OneMailbox) -> None:
        """IDLE where the server offers it, beside the polling; else rest until somebody rings.

        The first look comes before: it tells whether there is anything to listen to.
        """
        if not self.patience.may_listen or self.state.trouble is not None or not self._tried:
            self._rest(REST)
            return
        try:
            self._idle(box, time.monotonic())
        except ConfigError as error:
            # A look at once would fail alike, and a second wrong password is one nearer to a lock-out.
            self._failed(error.message, error)
        except MailwatchError as error:
            # The line is gone; a look soon tells whether the server is.
            self._wanted.add(Want.POLL)
            delay = self.patience.line_lost(self._shared.chance())
            event("line-lost", mailbox=box.name, what=error.message, seconds=delay)

    def _idle(self, box: OneMailbox, began: float) -> None:
        ready = box.open_for_waiting()
        if ready is None:
            self.patience.never_listen()
            return
        news = not ready or box.wait(self._spell(REST), self.bell.fileno())
        if time.monotonic() - began > REST / 4:
            self.patience.line_held()
        if news:
            self._wanted.add(Want.POLL)
            self._shared.stop.wait(GATHER)
