"""When a mailbox is lost and when it is back: what is recorded, and whom it reaches by which way."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.alarm import is_alarming, is_gap, outage_going_on
from mailwatch.daemon.events import event
from mailwatch.daemon.lanes import Lanes
from mailwatch.daemon.state import State
from mailwatch.daemon.telling import MailLog
from mailwatch.errors import Words
from mailwatch.jobs.alarm import Alarms
from mailwatch.jobs.poll_report import without_mend
from mailwatch.ports import Clock
from mailwatch.wiring import digests


class Alarming:
    """``passed`` is called by the threads of the mailboxes, all else by those of the timetable."""

    def __init__(self, config: Config, store: SqlStore, alarms: Alarms, clock: Clock, lanes: Lanes) -> None:
        self._lanes = lanes
        self._config = config
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._log = MailLog()
        self._addresses = {m.name: m.address for m in config.mailboxes}
        self._known: dict[str, datetime | None] = {}

    def passed(self, state: State, before: datetime | None) -> None:
        """A mailbox was read well; called by its own thread, before anything else is."""
        until, down = state.last_good, state.down
        state.down = None
        since = down or before or self._known_outage(state.name)
        if until is None or since is None:
            return
        if is_gap(since, until, self._config.poll) or self._was_told(state.name, since, until):
            self._alarms.back(state.name, since, until)
            event("outage", mailbox=state.name, since=since.isoformat(), until=until.isoformat())

    def look(self, states: Sequence[State]) -> None:
        """Store an alarm, once, for each mailbox that has not been read for too long."""
        closed = self._closed(states)
        for state in states:
            # Where somebody else holds the mailbox no look can fail, and nothing is read all the same.
            failures = max(state.failures, int(state.held is not None))
            if failures and is_alarming(self._since(state), failures, self._clock(), self._after):
                self._raise(state, self._since(state), closed)

    def send(self, states: Sequence[State]) -> None:
        """Begin to bring on their way the alarms that wait, those of each reader in a lane of their own."""
        closed = self._closed(states)
        for reader in self._alarms.waiting():
            self._lanes.run(f"alarm {reader}", partial(self._send_to, reader, closed))

    def _send_to(self, reader: str, closed: frozenset[str]) -> None:
        for row in self._alarms.send(closed, to=reader):
            self._log.tell("alert", row)

    # ── within ────────────────────────────────────────────────────────────────

    @property
    def _after(self) -> timedelta:
        return self._config.alerts.after

    def _closed(self, states: Sequence[State]) -> frozenset[str]:
        """Addresses that alarms cannot reach now, because they are put into a mailbox that is down."""
        if digests.alarms_by_smtp(self._config):
            return frozenset()
        return frozenset(self._addresses[state.name] for state in states if state.failures)

    def _since(self, state: State) -> datetime:
        known = state.down or state.last_good or self._known_outage(state.name)
        return known or state.wanted or self._clock()

    def _known_outage(self, mailbox: str) -> datetime | None:
        """The outage that an earlier process recorded, and that is not over.

        Asked for a mailbox that was never read, which has nothing else to remember it by.
        """
        if mailbox not in self._known:
            with self._store.digesting() as (_, shelf):
                _, gaps = shelf.watch(0)
            self._known[mailbox] = outage_going_on(gaps, mailbox)
        return self._known[mailbox]

    def _was_told(self, mailbox: str, since: datetime, until: datetime) -> bool:
        """Whether an alarm went out, perhaps by an earlier process: who polls rarely is not in trouble."""
        return until - since >= self._after and self._alarms.told(mailbox, since)

    def _raise(self, state: State, since: datetime, closed: frozenset[str]) -> None:
        if state.down == since:
            return
        trouble = state.trouble or state.held or Words("")
        # "Nothing to do" is right for an hour. Whoever gets an alarm is told what to do by the alarm itself.
        told = without_mend(trouble) if state.temporary else trouble
        new = self._alarms.down(state.name, since, told, closed)
        state.down = since
        if new:
            event("not-watched", level=logging.ERROR, mailbox=state.name, since=since.isoformat())
