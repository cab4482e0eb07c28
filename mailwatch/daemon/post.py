"""Digests when they are due. What goes wrong with one reader, or hangs with one server, holds up no other."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.originals import FileOriginals
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.digest import DigestConfig
from mailwatch.config.model import Config
from mailwatch.core.reminders import DigestSpec, Recipient, due_on
from mailwatch.daemon.events import event
from mailwatch.daemon.lanes import Lanes
from mailwatch.daemon.telling import MailLog
from mailwatch.errors import MailwatchError, TemporaryError, Words
from mailwatch.jobs.alarm import Alarms
from mailwatch.jobs.remind import SendRow
from mailwatch.jobs.remind.due import AFTER_A_REFUSAL, due_readers, overdue_readers
from mailwatch.jobs.remind.outgoing import told
from mailwatch.ports import Clock, Parser
from mailwatch.wiring import digests
from mailwatch.wiring.states import States

_Key = tuple[str, str]  # digest, address


class Post:
    """Sends what is due, in lanes; a new one for each configuration, which may have mended things.

    ``pulse`` tells the seconds that have passed, whatever the clock on the wall does.
    """

    def __init__(
        self,
        config: Config,
        store: SqlStore,
        clock: Clock,
        *,
        lanes: Lanes,
        alarms: Alarms,
        parser: Parser,
        stop: threading.Event,
        pulse: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._store = store
        self._lanes = lanes
        self._clock = clock
        self._alarms = alarms
        self._body_hash = digests.hashed_by(parser)
        self._states = States(config, FileOriginals(config.archive_folder), parser, clock)
        self._pulse = pulse
        self._stop = stop
        self._tried: set[_Key] = set()
        self._rests: dict[_Key, float] = {}
        self._log = MailLog()

    def send_due(self) -> bool:
        """Begin to send what is due; once to each reader for each day, whatever was restarted in between.

        True: an alarm waits that a digest did not go out.
        """
        alarmed = False
        for chosen in self._config.all_digests:
            spec = digests.spec(self._config, chosen)
            untried = {r.address for r in spec.recipients if (spec.name, r.address) not in self._tried}
            due = due_readers(self._store, spec, self._clock(), untried=untried)
            readers = [r for r in due if not self._is_resting(spec, r)]
            for lane, some in self._by_lane(chosen, readers).items():
                self._lanes.run(lane, partial(self._send, chosen, spec, some))
            alarmed |= self._tell_overdue(spec)
        return alarmed

    def _by_lane(
        self, chosen: DigestConfig, readers: Sequence[Recipient]
    ) -> Mapping[str, Sequence[Recipient]]:
        """By SMTP all go the same way, and one after the other; into mailboxes each goes its own."""
        name = f"digest-{chosen.name}"
        if self._config.delivery(chosen) == "imap":
            return {f"{name} {reader.address}": [reader] for reader in readers}
        return {name: readers} if readers else {}

    def _send(self, chosen: DigestConfig, spec: DigestSpec, readers: Sequence[Recipient]) -> None:
        # An archive is for one thread.
        with closing(FileArchive(self._config.archive_folder)) as archive:
            for reader in readers:
                if not self._stop.is_set():
                    for row in self._send_to(chosen, replace(spec, recipients=(reader,)), archive):
                        self._note(spec, row)

    def _send_to(self, chosen: DigestConfig, spec: DigestSpec, archive: FileArchive) -> tuple[SendRow, ...]:
        try:
            job = digests.reminder(
                self._config,
                chosen,
                self._store,
                archive,
                clock=self._clock,
                body_hash=self._body_hash,
                states=self._states,
            )
        except MailwatchError as error:
            lasting = not isinstance(error, TemporaryError)
            return tuple(
                SendRow(r.address, "failed", told(error), temporary=not lasting) for r in spec.recipients
            )
        return job.send(spec, by_clock=True)

    def _is_resting(self, spec: DigestSpec, reader: Recipient) -> bool:
        """What could not even be written down, as with a broken template, leaves no trace in the outbox."""
        return self._pulse() < self._rests.get((spec.name, reader.address), 0.0)

    def _note(self, spec: DigestSpec, row: SendRow) -> None:
        key = (spec.name, row.recipient)
        self._tried.add(key)
        if row.state == "failed" and not row.temporary:
            self._rests[key] = self._pulse() + AFTER_A_REFUSAL.total_seconds()
        self._log.tell("digest", row, digest=spec.name)

    def _tell_overdue(self, spec: DigestSpec) -> bool:
        """A digest that does not come is no silence: the owner hears which one, whose, and why."""
        now = self._clock()
        late: dict[datetime, dict[str, Words]] = defaultdict(dict)
        for reader in overdue_readers(self._store, spec, now, self._config.alerts.after):
            why = self._log.why("digest", reader.address, digest=spec.name)
            if why is not None:
                late[due_on(spec, now, reader.zone)][reader.address] = why
        stored = [due for due, whys in late.items() if self._alarms.overdue(spec.name, due, listed(whys))]
        for due in stored:
            event(
                "digest-overdue",
                level=logging.ERROR,
                digest=spec.name,
                due=due.isoformat(),
                readers=len(late[due]),
            )
        return bool(stored)


def listed(whys: Mapping[str, Words]) -> Words:
    """A line for each reader."""
    lines = [f"{{reader{n}}}: {{why{n}}}" for n in range(len(whys))]
    values: dict[str, object] = {}
    for n, (reader, why) in enumerate(sorted(whys.items())):
        values |= {f"reader{n}": reader, f"why{n}": why}
    return Words("\n".join(lines), values)
