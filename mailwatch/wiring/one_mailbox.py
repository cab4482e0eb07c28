"""One mailbox as the daemon works on it: short passes over a line that stays open between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.locks import mailbox_lock
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.digest_facts import FolderFacts
from mailwatch.core.pace import Left, one_after_another
from mailwatch.errors import MailwatchError, Words
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.compare import Compared, compare
from mailwatch.jobs.folders import Watched, choose
from mailwatch.jobs.poll_report import PollReport
from mailwatch.jobs.rename import hindered
from mailwatch.ports import Clock, Parser
from mailwatch.wiring import assemble, health
from mailwatch.wiring.mailbox_renames import renames_of

SLICE = 5.0
"""Seconds of older mail at a time: new mail is looked at before each slice."""


class Enough(Exception):
    """The pass ends between two batches: what was read is kept, the rest comes with the next one."""


Hindrance = tuple[Words, Words]
"""What it is, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one look did. ``good``: at least one folder was read to its end.

    ``more``: the slice of older mail ended before the mail did. ``behind``: older mail of some
    folder is still to be read. ``left`` is what is left of older mail in all folders.
    ``hindrances`` is what keeps renames waiting, also those that were not due, each with its mend;
    it is no reason to poll less.
    """

    report: PollReport
    good: bool
    behind: bool
    left: Left
    more: bool = False
    hindrances: tuple[Hindrance, ...] = ()


class OneMailbox:
    """Jobs on one mailbox, for one thread. The mailbox's lock is held while a pass runs, not between.

    ``alive`` is called with each batch, and may raise ``Enough``. ``archive`` is this mailbox's own.
    """

    def __init__(
        self,
        config: Config,
        mailbox: MailboxConfig,
        *,
        store: SqlStore,
        archive: FileArchive,
        parser: Parser,
        clock: Clock,
        alive: Callable[[], None],
    ) -> None:
        self.name = mailbox.name
        self._config = config
        self._mailbox = mailbox
        self._store = store
        self._archive = archive
        self._clock = clock
        self._alive = alive
        self._line = assemble.connection(mailbox, archive)
        self._renames = renames_of(config, mailbox, store, archive, clock)
        self._began_older: float | None = None
        self._older: dict[str, Left] = {}
        self._first: Watched | None = None
        self._ingest = assemble.ingest(
            config, store=store, archive=archive, parser=parser, clock=clock, progress=self._progress
        )

    # ── looking ───────────────────────────────────────────────────────────────

    def look(self, *, older: bool) -> Pass:
        """New mail, with ``older`` a slice of older mail, what cases asked for, and due renames.

        Raises:
            MailboxBusy: another mailwatch is working on this mailbox.
        """
        self._began_older = None
        began = self._clock()
        with self._locked():
            try:
                report, more = self._ingest.poll(self._line, self._watching(), older=older), False
            except Enough:
                report, more = PollReport(self._ingest.done), True
            renamed, hindrances = (0, ()) if report.over else self._rename_due()
        report += PollReport(renamed=renamed)
        folders = self._folders()
        good = any(f.last_good is not None and f.last_good >= began for f in folders)
        behind = not all(f.backfilled for f in folders)
        left = one_after_another(self._older.values())
        return Pass(report, good, behind, left, more, hindrances)

    @property
    def renames(self) -> bool:
        """Whether some folder's mails are renamed."""
        return self._mailbox.renames

    def last_good(self) -> datetime | None:
        """When a folder was last read to its end, UTC."""
        return max((f.last_good for f in self._folders() if f.last_good is not None), default=None)

    def _folders(self) -> tuple[FolderFacts, ...]:
        return tuple(f for f in health.folders(self._store) if f.mailbox == self.name)

    def compare(self) -> Compared:
        """Hold what we believe to lie in each folder against what does (nightly)."""
        with self._locked():
            watched = self._watched()
            found = Compared()
            for one in watched:
                self._alive()
                found += compare(self._store, self._line, self._ingest, self._watching(), one)
            return found

    # ── waiting ───────────────────────────────────────────────────────────────

    def open_for_waiting(self) -> bool | None:
        """Open the first folder, INBOX if it is watched. None: the server cannot tell of new mail.

        False: mail has come since the last pass, so there is nothing to wait for.
        """
        if not self._line.capabilities().idle:
            return None
        self._first = self._first or next(iter(self._watched()), None)
        if self._first is None:
            return None
        state = self._line.examine(self._first.folder.name)
        with self._store.writing() as tx:
            cursor = tx.desk.cursor(self.name, state.folder)
        if cursor is None or state.uidnext is None:
            return True
        return cursor.uidvalidity == state.uidvalidity and state.uidnext - 1 <= cursor.high

    def wait(self, seconds: float, wake: int) -> bool:
        """Whether the server told of new mail. See ``ports.Waiter``."""
        return self._line.wait(seconds, wake)

    def close(self) -> None:
        """Take leave of the server; never raises."""
        self._line.close()
        self._archive.close()

    # ── within ────────────────────────────────────────────────────────────────

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with mailbox_lock(self._config.data / "locks", self.name):
            yield

    def _progress(self, where: str, _done: int, left: int | None, seconds: int | None = None, /) -> None:
        """After each batch. The first one of older mail starts the clock of the slice."""
        self._alive()
        if left is None:
            return
        self._older[where] = Left(left, seconds)
        now = time.monotonic()
        if self._began_older is None:
            self._began_older = now
        elif now - self._began_older > SLICE:
            raise Enough

    def _watching(self) -> Watching:
        return assemble.watching(self._config, self._mailbox, self._clock())

    def _watched(self) -> tuple[Watched, ...]:
        watching = self._watching()
        return choose(self._line.folders(), watching.wishes, sent=watching.sent)[0]

    def _rename_due(self) -> tuple[int, tuple[Hindrance, ...]]:
        """How many were renamed, and what hindered others. Trouble here must not hide what came in before."""
        if not self._renames.wanted():
            return 0, ()
        try:
            self._alive()
            rows = self._renames.carry_out(self._line, backlog=self._config.rename.backlog)
        except Enough:
            return 0, ()
        except MailwatchError as error:
            return 0, ((error.message, error.mend),)
        return sum(row.state == "done" for row in rows), tuple(
            (e.message, e.mend) for e in hindered(self._renames.waiting())
        )
