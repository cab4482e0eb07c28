"""One mail's way through the house: fetch, screen, parse, recognise, decide, keep, record.

Data travels one way. A batch is fetched without changing the server, read
without the server waiting, and filed in one transaction that moves the cursor,
too: a crash at any instruction leaves either all of a batch or nothing of it,
and what is fetched twice is recognised by its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailwatch.core.entries import Text, Watch
from mailwatch.core.standing import SenderPolicy
from mailwatch.core.window import new_windows, still_to_read
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words
from mailwatch.jobs.adoption import Watching, fetch, fulfil
from mailwatch.jobs.ahead import ahead
from mailwatch.jobs.another_folder import refuse_another
from mailwatch.jobs.backfill import Backfill, older_windows
from mailwatch.jobs.filing import Pin, file_batch
from mailwatch.jobs.folders import Watched, choose
from mailwatch.jobs.outcome import Outcome
from mailwatch.jobs.poll_report import PollReport, failed, line
from mailwatch.jobs.progress import Progress, silent
from mailwatch.jobs.reading import Reading, Rules, read_batch
from mailwatch.jobs.vanished import tell_vanished
from mailwatch.ports import (
    Archive,
    Clock,
    Cursor,
    Fetched,
    FolderState,
    MailReader,
    Parser,
    Store,
)

_HIGHEST_UID = 2**32 - 1
_SEE_FOLDERS = Words("See its folders with: mailwatch check")


class Ingest:
    """Reads mailboxes and files what it finds. Not for two threads at once.

    ``done`` is what was filed since the last pass began, also where it was ended early.
    """

    def __init__(
        self,
        *,
        store: Store,
        archive: Archive,
        parser: Parser,
        rules: Rules,
        clock: Clock,
        progress: Progress = silent,
    ) -> None:
        self._store = store
        self._archive = archive
        self._parser = parser
        self._rules = rules
        self._clock = clock
        self._progress = progress
        self._backfill = Backfill(clock)
        self.done = Outcome()

    # ── one batch ─────────────────────────────────────────────────────────────

    def take(
        self,
        batch: Sequence[Fetched],
        policy: SenderPolicy,
        *,
        cursor: Cursor | None = None,
        asked_for: bool = False,
        pins: Mapping[str, Pin] | None = None,
    ) -> Outcome:
        """Read and file one batch; ``cursor`` is committed with it."""
        return self._file(self._read(batch, policy, asked_for=asked_for), cursor=cursor, pins=pins)

    def _read(
        self, batch: Sequence[Fetched], policy: SenderPolicy, *, asked_for: bool = False
    ) -> tuple[Reading, ...]:
        return read_batch(batch, policy, self._rules, self._parser, self._in_known_trees, all_of_it=asked_for)

    def _file(
        self,
        readings: Sequence[Reading],
        *,
        cursor: Cursor | None,
        pins: Mapping[str, Pin] | None = None,
    ) -> Outcome:
        with self._store.writing() as tx:
            outcome = file_batch(
                tx,
                self._archive,
                readings,
                self._clock(),
                keep_everything=self._rules.keep_everything,
                pins=pins,
            )
            if cursor is not None:
                tx.desk.set_cursor(cursor)
        self.done += outcome
        return outcome

    def _read_ahead(
        self, mailbox: MailReader, uids: Sequence[int], watched: Watched, policy: SenderPolicy
    ) -> Iterator[tuple[Reading, ...]]:
        """Batches, read: while one is being filed the next is parsed, and the one after that fetched.

        What the trees of kept mail are is asked a batch too early, then; a mail that
        is passed over for that reason is asked for by its case, like any other sighting.
        """
        return ahead(self._read(batch, policy) for batch in fetch(mailbox, uids, watched))

    # ── one mailbox ───────────────────────────────────────────────────────────

    def poll(self, mailbox: MailReader, plan: Watching, *, older: bool = True) -> PollReport:
        """One pass over all watched folders: new mail first, then older mail, then what cases asked for.

        A folder in trouble never delays another. A lost connection ends the pass. An error
        that ``progress`` raises ends it, too, between two batches: what was read is kept.
        ``older`` leaves older mail out where it is false.
        """
        self.done = Outcome()
        try:
            listed = mailbox.folders()
            gone = tell_vanished(self._store, plan.name, listed)
        except MailwatchError as error:
            return replace(failed(plan.name, error), reached=False)
        watched, missing = choose(listed, plan.wishes, sent=plan.sent)
        report = PollReport(
            errors=tuple(line(plan.name, words, _SEE_FOLDERS) for words in missing),
            notices=tuple(line(plan.name, words) for words in gone),
        )
        parts = (self._new_mail, self._count_older, self._older_mail) if older else (self._new_mail,)
        for part in parts:
            for folder in watched:
                try:
                    part(mailbox, plan, folder)
                except ConfigError as error:
                    report += failed(plan.name, error)
                except TemporaryError as error:
                    self._backfill.pause()
                    return report + PollReport(self.done) + failed(plan.name, error)
        report += PollReport(self.done)
        try:
            return report + PollReport(fulfil(self, self._store, mailbox, plan, watched))
        except MailwatchError as error:
            return report + failed(plan.name, error)

    def _new_mail(self, mailbox: MailReader, plan: Watching, watched: Watched) -> None:
        state = mailbox.examine(watched.folder.name)
        uidnext = state.uidnext or max(mailbox.search(1, _HIGHEST_UID), default=0) + 1
        cursor = self._cursor(plan.name, state, uidnext)
        fetched = 0
        for low, high in new_windows(cursor.low, cursor.high, uidnext):
            uids = self._unseen(plan.name, state, mailbox.search(low, high))
            for readings in self._read_ahead(mailbox, uids, watched, plan.policy):
                cursor = replace(cursor, high=max(cursor.high, *_uids(readings)))
                fetched += self._file(readings, cursor=cursor).fetched
                self._progress(_where(cursor), fetched, None)
            cursor = replace(cursor, high=max(cursor.high, high))
        self._save(replace(cursor, high=max(cursor.high, uidnext - 1), last_good=self._clock()))

    def _count_older(self, mailbox: MailReader, plan: Watching, watched: Watched) -> None:
        """All folders are counted before the first is read, so that a person sees the whole of it."""
        cursor = self._known(plan.name, watched)
        if cursor is not None and not self._backfill.is_counted(cursor):
            mailbox.examine(cursor.folder)
            self._save(counted := self._backfill.count(mailbox, cursor, plan.since))
            self._progress(_where(cursor), 0, counted.older)

    def _older_mail(self, mailbox: MailReader, plan: Watching, watched: Watched) -> None:
        cursor = self._known(plan.name, watched)
        if cursor is None or cursor.backfilled:
            return
        state = mailbox.examine(cursor.folder)
        refuse_another(state, cursor)
        self._backfill.begin(cursor)
        fetched = 0
        for low, found in older_windows(mailbox, cursor.low, plan.since):
            counted = cursor.older
            uids = sorted(self._unseen(plan.name, state, found), reverse=True)
            for readings in self._read_ahead(mailbox, uids, watched, plan.policy):
                cursor = _down_to(cursor, min(cursor.low, *_uids(readings)), counted, found)
                cursor = self._backfill.measured(cursor, len(readings))
                fetched += self._file(readings, cursor=cursor).fetched
                self._progress(_where(cursor), fetched, cursor.older, cursor.older_seconds)
            cursor = _down_to(cursor, low, counted, found)
            self._save(cursor)
        cursor = replace(cursor, low=1, older=0, older_seconds=0, backfilled=True)
        self._save(replace(cursor, last_good=self._clock()))
        self._progress(_where(cursor), fetched, 0, 0)

    def _known(self, mailbox: str, watched: Watched) -> Cursor | None:
        with self._store.writing() as tx:
            return tx.desk.cursor(mailbox, watched.folder.name)

    def _cursor(self, mailbox: str, state: FolderState, uidnext: int) -> Cursor:
        """Where reading stands; a new UIDVALIDITY makes all UIDs void (RFC 3501 2.3.1.1)."""
        with self._store.writing() as tx:
            cursor = tx.desk.cursor(mailbox, state.folder)
            if cursor is not None and cursor.uidvalidity == state.uidvalidity:
                refuse_another(state, cursor)
                return cursor
            fresh = Cursor(mailbox, state.folder, state.uidvalidity, uidnext, uidnext - 1, backfilled=False)
            what = "first-good-poll" if cursor is None else "uidvalidity"
            old = cursor.uidvalidity if cursor else None
            entry = Watch(what, mailbox, Text(state.folder), old=old, new=state.uidvalidity)
            tx.ledger.record(entry)
            tx.desk.set_cursor(fresh)
            return fresh

    def _unseen(self, mailbox: str, state: FolderState, uids: Sequence[int]) -> list[int]:
        if not uids:
            return []
        with self._store.writing() as tx:
            seen = tx.desk.seen(mailbox, state.folder, state.uidvalidity, uids)
        return [uid for uid in uids if uid not in seen]

    def _save(self, cursor: Cursor) -> None:
        with self._store.writing() as tx:
            tx.desk.set_cursor(cursor)

    def _in_known_trees(self, keys: frozenset[str]) -> frozenset[str]:
        """The ids that kept mail of the trees around ``keys`` has or answers."""
        with self._store.writing() as tx:
            nodes = tx.trees.load(keys)
        return frozenset(key for n in nodes if n.kept for key in (n.thread_key, *n.answers))


def _where(cursor: Cursor) -> str:
    return f"{cursor.mailbox}/{cursor.folder}"


def _down_to(cursor: Cursor, low: int, counted: int | None, found: Sequence[int]) -> Cursor:
    return replace(cursor, low=low, older=still_to_read(counted, found, low))


def _uids(readings: Sequence[Reading]) -> list[int]:
    return [reading.fetched.place.uid for reading in readings if reading.fetched.place.uid is not None]
