"""What the house as a whole has to do: digests when they are due, alarms, and forgetting what is too old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.originals import FileOriginals
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config import config_hash
from mailwatch.config.model import Config
from mailwatch.core.entries import ConfigSeen
from mailwatch.daemon.alarming import Alarming
from mailwatch.daemon.events import event
from mailwatch.daemon.heart import Beats
from mailwatch.daemon.lanes import Lanes
from mailwatch.daemon.post import Post
from mailwatch.daemon.state import State
from mailwatch.errors import MailwatchError
from mailwatch.jobs.rename import let_go
from mailwatch.jobs.retention import forget_all
from mailwatch.jobs.understand import understand
from mailwatch.ports import Clock, Parser
from mailwatch.wiring import assemble, digests

FIRST_ROUND = timedelta(minutes=5)
"""How long a digest waits after a start for the first look at each mailbox, so that it knows the news."""

CHORE_LIMIT = 900.0
"""Seconds for one round: it waits for the database, and for no server."""


class Chores:
    """Called by the timetable's threads, each kind by one at a time."""

    def __init__(
        self,
        config: Config,
        store: SqlStore,
        archive: FileArchive,
        *,
        parser: Parser,
        clock: Clock,
        hearts: Beats,
        stop: threading.Event,
    ) -> None:
        self._config = config
        self._parser = parser
        self._originals = FileOriginals(config.archive_folder)
        self._understood: int | None = None
        self._store = store
        self._clock = clock
        self._hearts = hearts
        self._stop = stop
        self._begun = False
        alarms = digests.alarms(config, store, archive, clock)
        self._lanes = Lanes(hearts)
        self._alarming = Alarming(config, store, alarms, clock, self._lanes)
        self._post = Post(config, store, clock, lanes=self._lanes, alarms=alarms, parser=parser, stop=stop)
        self._began = time.monotonic()
        self._rest = threading.Condition()
        self._running = 0

    @property
    def busy(self) -> bool:
        """Whether a chore is under way, or what one has begun."""
        return self._running > 0 or self._lanes.busy

    def wait(self) -> None:
        """Until no chore is under way; once ``stop`` is set, none begins any more."""
        with self._rest:
            self._rest.wait_for(lambda: not self._running)
        self._lanes.wait()

    # ── digests ───────────────────────────────────────────────────────────────

    def digests(self, states: Sequence[State]) -> None:
        """Send what is due; once to each reader for each day, whatever was restarted in between."""
        if not self._first_round_is_over(states):
            return
        with self._chore("digests") as free:
            if free and self._post.send_due():
                self._alarming.send(states)
        event("digests-looked-at", level=logging.DEBUG)

    def _first_round_is_over(self, states: Sequence[State]) -> bool:
        if all(state.passes or state.failures for state in states):
            return True
        return time.monotonic() - self._began > FIRST_ROUND.total_seconds()

    # ── what mails tell ───────────────────────────────────────────────────────

    def understand(self) -> None:
        """Read what filed mails tell of their cases, where the ledger has grown since that was done last."""
        with self._chore("understand") as free:
            end = self._store.identity()[1].seq if free else None
            if end == self._understood or not free:
                return
            how = assemble.hearing(self._config)
            done = understand(
                self._store, self._originals, self._parser, how, more=lambda: not self._stop.is_set()
            )
            if not self._stop.is_set():
                self._understood = end
            if done:
                event("understood", mails=done)

    # ── alarms ────────────────────────────────────────────────────────────────

    def passed(self, state: State, before: datetime | None) -> None:
        """A mailbox was read well; called by its own thread, before anything else is."""
        self._alarming.passed(state, before)

    def alarms(self, states: Sequence[State]) -> None:
        """Tell once of each mailbox that has not been read for too long, and send what waits."""
        with self._chore("alarms") as free:
            if free and not self._begun:
                self.begin()
            if free:
                self._alarming.look(states)
                self._alarming.send(states)

    # ── rare work ─────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Record the configuration that is in force from here on, and end what it no longer asks for."""
        with self._store.writing() as tx:
            tx.ledger.record(ConfigSeen(config_hash(self._config)))
            let_go(tx, [mailbox.name for mailbox in self._config.mailboxes])
        self._begun = True

    def nightly(self) -> None:
        """Forget what is too old to matter."""
        with self._chore("nightly") as free:
            if not free:
                return
            gone = forget_all(self._store, self._clock(), assemble.retention(self._config))
            event(
                "forgotten",
                sightings=gone.sightings,
                plans=gone.plans,
                digests=gone.digests,
                looks=gone.looks,
            )

    @contextmanager
    def _chore(self, name: str) -> Iterator[bool]:
        """A chore in trouble ends here and is taken up again with the next ring.

        False: the end has begun. What is due is for the house that comes after, and for nobody twice.
        """
        self._hearts.beat(name, CHORE_LIMIT)
        with self._rest:
            self._running += 1
        try:
            yield not self._stop.is_set()
        except MailwatchError as error:
            event("trouble", level=logging.WARNING, chore=name, what=error.message)
        finally:
            self._hearts.forget(name)
            with self._rest:
                self._running -= 1
                self._rest.notify_all()
