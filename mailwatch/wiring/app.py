"""The house, opened: what the command line (and later the daemon) can ask for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.locks import mailbox_lock
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.adapters.workers import ProcessParser
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.message import Message
from mailwatch.core.recognition import find_number
from mailwatch.core.reminders import DigestSpec
from mailwatch.core.standing import SenderPolicy
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError
from mailwatch.jobs import quarantine
from mailwatch.jobs.adoption import fulfil
from mailwatch.jobs.filing import Pin
from mailwatch.jobs.folders import Watched, choose
from mailwatch.jobs.ingest import Ingest, Progress, silent
from mailwatch.jobs.person import Decided, file_message
from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.refile import refile as refile_all
from mailwatch.jobs.reindex import ReindexReport, reindex
from mailwatch.jobs.remind import Reminder, RenderedDigest, SendRow
from mailwatch.jobs.rename import RenameFolder, Renamer, RenameRow
from mailwatch.jobs.verify import VerifyReport, verify
from mailwatch.mime.parse import parse
from mailwatch.ports import Clock, Held, Mailbox
from mailwatch.wiring import assemble, digests, health, importing, upkeep
from mailwatch.wiring.backup import BackupReport, back_up
from mailwatch.wiring.renames import Renames, troubles

LOCK_PATIENCE = 20.0
"""Seconds to wait for the daemon to come to the end of what it is doing with a mailbox."""


def utc_now() -> datetime:
    """The time, for everything that is recorded."""
    return datetime.now(UTC)


@contextmanager
def open_app(
    config: Config, *, clock: Clock = utc_now, stale: bool = False, looking: bool = False
) -> Iterator[App]:
    """Open database, archive and workers, and close them in the end.

    ``stale`` accepts projections that another version made: reindex will remake them.
    ``looking`` accepts a journal whose end cannot be read: verify will say so.
    """
    with ExitStack() as stack:
        archive = FileArchive(config.archive_folder)
        stack.callback(archive.close)
        store = assemble.open_store(config, clock, stale=stale, looking=looking)
        stack.callback(store.close)
        parser = ProcessParser()
        stack.callback(parser.close)
        yield App(config, store, archive, parser, clock)


class App:
    """Jobs with their adapters, for one process. Not for two threads at once."""

    def __init__(
        self, config: Config, store: SqlStore, archive: FileArchive, parser: ProcessParser, clock: Clock
    ) -> None:
        self.config = config
        self.store = store
        self.archive = archive
        self._parser = parser
        self._clock = clock
        self._rules = assemble.rules(config)
        self._renamer = Renamer(store, archive, clock, lambda: secrets.token_hex(16), config.all_schemes)

    # ── mail comes in ─────────────────────────────────────────────────────────

    def poll(self, progress: Progress) -> PollReport:
        """One pass over all mailboxes, due renames included.

        A mailbox in trouble never delays another. A case found in one mailbox may
        ask for a mail of another one, which is fetched at the end.
        """
        ingest = self._ingest(progress)
        report = PollReport()
        # What cannot be read now would not be read a second later: only a later poll tries again.
        due = quarantine.due(self._held())
        for mailbox in self.config.mailboxes:
            report += self._with(mailbox, partial(self._poll_one, ingest, mailbox))
        report += self._retry(due)
        for mailbox in self.config.mailboxes:
            if self._wishes(mailbox.name):
                report += self._with(mailbox, partial(self._fulfil, ingest, mailbox, {}))
        return report

    def import_files(self, paths: Sequence[Path], progress: Progress) -> PollReport:
        """The same for mbox files, Maildir folders and .eml files; see ``importing``."""
        return importing.import_files(
            self._ingest(progress),
            assemble.policy(self.config, None),
            paths,
            store=self.store,
            spool=self.archive.spool,
            progress=progress,
        )

    def _ingest(self, progress: Progress) -> Ingest:
        return Ingest(
            store=self.store,
            archive=self.archive,
            parser=self._parser,
            rules=self._rules,
            clock=self._clock,
            progress=progress,
        )

    def _poll_one(self, ingest: Ingest, config: MailboxConfig, mailbox: Mailbox) -> PollReport:
        report = ingest.poll(mailbox, assemble.watching(self.config, config, self._clock()))
        if any(folder.rename != "off" for folder in config.folders):
            report += self._rename_due(mailbox, config)
        return report

    def _rename_due(self, mailbox: Mailbox, config: MailboxConfig) -> PollReport:
        """Trouble here must not hide what came in before."""
        try:
            rows = self._rename_one(mailbox, config, backlog=self.config.rename.backlog)
        except MailwatchError as error:
            return failed(config.name, error)
        # A plan that rests after a server's no is told in each pass, for it may rest for days.
        report = PollReport(renamed=sum(row.state == "done" for row in rows))
        return report + troubles(config.name, self._renamer.waiting(config.name))

    def _fulfil(
        self, ingest: Ingest, config: MailboxConfig, pins: Mapping[str, Pin], mailbox: Mailbox
    ) -> PollReport:
        watching = assemble.watching(self.config, config, self._clock())
        return PollReport(
            fulfil(ingest, self.store, mailbox, watching, self._watched(mailbox, config), pins=pins)
        )

    def _wishes(self, mailbox: str) -> frozenset[str]:
        with self.store.writing() as tx:
            return frozenset(sighting.sha256 for sighting in tx.wishes.wanted(mailbox))

    def _with(self, config: MailboxConfig, job: Callable[[Mailbox], PollReport]) -> PollReport:
        """Run ``job`` on a connection to one mailbox; its trouble ends here, as a line for a person."""
        try:
            with self._connected(config) as mailbox:
                return job(mailbox)
        except MailwatchError as error:
            return failed(config.name, error)

    @contextmanager
    def _connected(self, config: MailboxConfig) -> Iterator[Mailbox]:
        with mailbox_lock(self.config.data / "locks", config.name, patience=LOCK_PATIENCE):
            mailbox = assemble.connection(config, self.archive)
            try:
                yield mailbox
            finally:
                mailbox.close()

    # ── a person's word ───────────────────────────────────────────────────────

    def file_message(self, ref: str, number: str | None, reason: str | None) -> Filing:
        """File the mail that ``ref`` names under ``number``, or under no case (None)."""
        decided = file_message(self.store, ref, self._number(number) if number else None, reason)
        if decided.to_fetch:
            self._fetch_pinned(decided)
        return self._decision(decided, ref)

    def _fetch_pinned(self, decided: Decided) -> None:
        ingest = self._ingest(silent)
        homes = {sighting.place.mailbox for sighting in decided.to_fetch}
        for mailbox in self.config.mailboxes:
            if mailbox.name in homes:
                with self._connected(mailbox) as connection:
                    self._fulfil(ingest, mailbox, decided.pins, connection)

    def _decision(self, decided: Decided, ref: str) -> Filing:
        """What holds now for the mail that was named."""
        with self.store.writing() as tx:
            filings = tx.trees.filings(tuple(decided.pins))
        for sha, pin in decided.pins.items():
            if sha in filings and filings[sha].verdict is not Verdict.SAME:
                return filings[sha]
            if sha not in filings and pin.filing.rule is Rule.PERSON:
                break
        if not decided.pins:
            return Filing(ref, Verdict.UNFILED, rule=Rule.PERSON)
        raise ConfigError("the mail {ref} is no longer where it was seen", ref=ref)

    def _number(self, text: str) -> CaseNumber:
        number = find_number(text, self.config.all_schemes)
        if number is None:
            raise ConfigError(
                "{text} is no case number", mend="try it: mailwatch recognise {text!r}", text=text
            )
        return number

    def message(self, sha256: str) -> Message:
        """An original, read anew from the archive."""
        return parse(self.archive.read(sha256))

    # ── the standard subject ──────────────────────────────────────────────────

    def rename(self, *, dry_run: bool, backlog: bool, undo: str | None) -> Renames:
        """Carry out renames that are due, show them (``dry_run``), or take them back (``undo``)."""
        number = None if undo in {None, "--all"} else self._number(undo or "")
        rows: list[RenameRow] = []
        report = PollReport()
        for config in self.config.mailboxes:
            with self._connected(config) as mailbox:
                if dry_run and undo is None:
                    folders = self._rename_folders(mailbox, config)
                    rows += self._renamer.preview(config.name, folders, backlog=backlog)
                    continue
                if undo is not None:
                    done = self._undo_one(mailbox, config, number)
                else:
                    done = self._rename_one(mailbox, config, backlog=backlog, by_person=backlog)
            waiting = self._renamer.waiting(config.name)
            rows += done if undo is not None else dict.fromkeys((*done, *waiting))
            report += troubles(config.name, waiting)
        return Renames(tuple(rows), report)

    def _rename_one(
        self, mailbox: Mailbox, config: MailboxConfig, *, backlog: bool, by_person: bool = False
    ) -> tuple[RenameRow, ...]:
        """``by_person``: asked for now, which also renames again what was taken back."""
        folders = self._rename_folders(mailbox, config)
        settle = self.config.rename.settle
        self._renamer.plan(config.name, folders, settle=settle, backlog=backlog, by_person=by_person)
        return self._renamer.advance(config.name, mailbox)

    def _undo_one(
        self, mailbox: Mailbox, config: MailboxConfig, number: CaseNumber | None
    ) -> tuple[RenameRow, ...]:
        """Renames that are under way are finished first: only what is done can be taken back."""
        self._renamer.advance(config.name, mailbox)
        self._renamer.undo(config.name, number)
        return self._renamer.advance(config.name, mailbox)

    def _rename_folders(self, mailbox: Mailbox, config: MailboxConfig) -> list[RenameFolder]:
        return [
            RenameFolder(watched.folder.name, watched.folder.role.value, watched.rename)
            for watched in self._watched(mailbox, config)
        ]

    def _watched(self, mailbox: Mailbox, config: MailboxConfig) -> tuple[Watched, ...]:
        watching = assemble.watching(self.config, config, self._clock())
        return choose(mailbox.folders(), watching.wishes, sent=watching.sent)[0]

    # ── mail that could not be read ───────────────────────────────────────────

    def quarantine(self, action: str, ref: str | None) -> tuple[Held, ...]:
        """``list``, ``show`` or ``retry``; what is held afterwards, of ``ref`` alone where it is given."""
        chosen = tuple(held for held in self._held() if ref is None or held.sha256.startswith(ref))
        if ref is not None and not chosen:
            raise ConfigError(
                "no mail in quarantine has the name {ref}",
                mend="see them with: mailwatch quarantine",
                ref=ref,
            )
        if action == "retry":
            _refuse_half_done(self._retry(chosen))
            return tuple(h for h in self._held() if h.sha256 in {one.sha256 for one in chosen})
        return chosen

    def _held(self) -> tuple[Held, ...]:
        with self.store.writing() as tx:
            return tx.quarantine.held()

    def _retry(self, held: Sequence[Held]) -> PollReport:
        return quarantine.retry(
            held,
            store=self.store,
            archive=self.archive,
            parser=self._parser,
            rules=self._rules,
            policy_of=self._policy_of,
            clock=self._clock,
        )

    def _policy_of(self, mailbox: str) -> SenderPolicy:
        anchor = next((m.trust_anchor for m in self.config.mailboxes if m.name == mailbox), None)
        return assemble.policy(self.config, anchor)

    # ── the digest ────────────────────────────────────────────────────────────

    def digest(self, name: str | None, lang: str | None) -> RenderedDigest:
        """The digest ``name`` (default: the first) as it stands now."""
        job, spec = self._reminder(name)
        return job.render(spec, lang)

    def send_digest(self, name: str | None) -> tuple[SendRow, ...]:
        """Send it to each reader who has not had today's."""
        job, spec = self._reminder(name)
        return job.send(spec)

    def _reminder(self, name: str | None) -> tuple[Reminder, DigestSpec]:
        chosen = digests.choose(self.config, name)
        job = digests.reminder(self.config, chosen, self.store, self.archive, self._clock)
        return job, digests.spec(self.config, chosen)

    # ── upkeep ────────────────────────────────────────────────────────────────

    def reindex(
        self, *, refile: bool, apply: bool, from_dir: Path | None, rescan: bool, progress: Progress = silent
    ) -> ReindexReport:
        """Make lists and search again from ledger and archive; see ``jobs.reindex`` and ``jobs.refile``."""
        evidence = self.store.evidence()
        if from_dir is not None:
            return upkeep.rebuild_lost(
                self.config, self.store, self.archive, self._parser, folder=from_dir, progress=progress
            )
        if rescan:
            upkeep.rescan(self.config, self.store, self._clock())
        report = reindex(
            self.store, evidence, self.store.rebuild(), self.archive, self._parser, progress=progress
        )
        if not refile:
            return report
        changed = refile_all(
            self.store,
            evidence,
            self.archive,
            self._parser,
            rules=self._rules,
            policy_of=self._policy_of,
            apply=apply,
        )
        return replace(report, changed=changed)

    def verify(self, progress: Progress) -> VerifyReport:
        """Hash archive, ledger, texts and journals again."""
        journal = FileJournal(self.config.data)
        return verify(self.store.evidence(), journal, self.archive, progress=progress)

    def backup(self, folder: Path, progress: Progress) -> BackupReport:
        """Copy database, journals and originals into ``folder``; see ``wiring.backup``."""
        return back_up(self.config, self.store, folder, self._clock, progress)

    def check(self) -> tuple[health.CheckRow, ...]:
        """Does everything work that must."""
        return health.check(self.config, self.store)

    def status(self) -> health.Status:
        """Is mail being watched."""
        return health.status(self.config, self.store)


def _refuse_half_done(report: PollReport) -> None:
    """Where a person asked for it, what could not be tried is an error and no line in a report."""
    if not report.errors:
        return
    if report.temporary:
        raise TemporaryError("{trouble}", trouble=report.errors[0])
    raise ConfigError("not every mail could be tried again", problems=report.errors)
