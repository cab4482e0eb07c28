"""The house, opened: what the command line can ask for, and which module does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.originals import ATTACHED
from mailwatch.adapters.workers import ProcessParser
from mailwatch.config.model import Config
from mailwatch.core.case_state import CaseState
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing
from mailwatch.core.habits import Habits, habits
from mailwatch.core.message import Message
from mailwatch.core.quotation import Quote
from mailwatch.core.reminders import DigestSpec
from mailwatch.core.reply import Purpose
from mailwatch.core.turn_facts import Named, reasons
from mailwatch.jobs import person as jobs_person
from mailwatch.jobs import statements
from mailwatch.jobs.poll_report import PollReport
from mailwatch.jobs.progress import Progress, silent
from mailwatch.jobs.reindex import ReindexReport
from mailwatch.jobs.remind import Reminder, RenderedDigest, SendRow
from mailwatch.jobs.verify import VerifyReport, verify
from mailwatch.mime.parse import parse
from mailwatch.ports import CaseRow, Clock, Held, Library
from mailwatch.wiring import assemble, digests, drafting, health, importing, incoming, person, renames, upkeep
from mailwatch.wiring.assemble import Upgrade, utc_now
from mailwatch.wiring.backup import BackupReport, back_up
from mailwatch.wiring.drafting import Drafted
from mailwatch.wiring.renames import Renames
from mailwatch.wiring.speaking import Speaker
from mailwatch.wiring.states import States
from mailwatch.wiring.tools import Tools


@contextmanager
def open_app(
    config: Config,
    upgrade: Upgrade,
    *,
    clock: Clock = utc_now,
    stale: bool = False,
    looking: bool = False,
    reading: bool = False,
) -> Iterator[App]:
    """Open database, archive and workers, and close them in the end.

    ``upgrade`` is ``migration.upgrade``, or what loads it when it is called for.
    ``stale`` accepts projections that another version made: reindex will remake them.
    ``looking`` accepts a journal whose end cannot be read: verify will say so.
    ``reading`` accepts a database that may not be written to.
    """
    with ExitStack() as stack:
        archive = FileArchive(config.archive_folder)
        stack.callback(archive.close)
        store = assemble.open_store(config, clock, upgrade, stale=stale, looking=looking, reading=reading)
        stack.callback(store.close)
        parser = ProcessParser()
        stack.callback(parser.close)
        attached = FileArchive(config.archive_folder, ATTACHED)
        stack.callback(attached.close)
        yield App(Tools(config, store, archive, parser, clock, attached))


class App:
    """What can be done, for one process. Not for two threads at once."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.config = tools.config
        self.store = tools.store
        self.archive = tools.archive
        self._states = States(tools.config, tools.archive, tools.parser, tools.clock)

    # ── mail comes in ─────────────────────────────────────────────────────────

    def poll(self, progress: Progress) -> PollReport:
        """One pass over all mailboxes, due renames included; see ``incoming``."""
        return incoming.poll(self._tools, progress)

    def import_files(self, paths: Sequence[Path], progress: Progress) -> PollReport:
        """The same for mbox files, Maildir folders and .eml files; see ``importing``."""
        return importing.import_files(self._tools, paths, progress)

    # ── a person's word ───────────────────────────────────────────────────────

    def file_message(self, ref: str, number: str | None, reason: str | None, by: str) -> Filing:
        """File the mail that ``ref`` names under ``number``, or under no case (None)."""
        return person.file_message(self._tools, ref, number, reason, by)

    def split(self, ref: str, number: str | None, reason: str | None, by: str) -> tuple[Filing, ...]:
        """Take a mail and its replies out of their case, to ``number`` or to none; see ``person.split``."""
        return person.split(self._tools, ref, number, reason, by)

    def unpin(self, ref: str, by: str, *, replies: bool) -> tuple[Filing, ...]:
        """Take back what a person decided of a mail, and with ``replies`` of these; see ``person.unpin``."""
        return jobs_person.unpin(self.store, ref, by, replies=replies)

    def attached(self, number: CaseNumber, entry: int) -> bytes:
        """The file that was attached to a case by a ledger entry."""
        return statements.attached(self.store, self._tools.attached, number, entry)

    def speaker(self, by: str, at: str | None = None) -> Speaker:
        """Somebody who says something of a case."""
        return Speaker(self._tools, by, at)

    def quarantine(self, action: str, ref: str | None) -> tuple[Held, ...]:
        """``list``, ``show`` or ``retry`` mail that could not be read: all of it, or ``ref`` alone."""
        return person.look_after(self._tools, action, ref)

    def message(self, sha256: str) -> Message:
        """An original, read anew from the archive."""
        return parse(self.archive.read(sha256))

    # ── how cases stand ───────────────────────────────────────────────────────

    def states(self, library: Library) -> Mapping[CaseNumber, CaseState]:
        """How each case stands that is not dormant, in the snapshot of ``library``."""
        return self._states.of_all(library)

    def state(self, library: Library, row: CaseRow) -> CaseState:
        """How one case stands, dormant or not."""
        return self._states.of_one(library, row)

    def habits(self, state: CaseState, title: str) -> Habits:
        """Which habits are done that keeping the number needs."""
        return habits(state, title, self._tools.clock())

    def quoted(self, state: CaseState) -> Mapping[Named, Quote]:
        """Who said what made the case stand as it does: from the archive, or as a person said it."""
        return self._states.quotes([(state, event) for event in reasons(state)])

    def draft(self, library: Library, row: CaseRow, purpose: Purpose | None, language: str | None) -> Drafted:
        """A reply to a case; see ``drafting``."""
        state = self.state(library, row)
        return drafting.draft(self._tools, library, row, state, purpose=purpose, language=language)

    # ── the standard subject ──────────────────────────────────────────────────

    def rename(self, *, dry_run: bool, backlog: bool, undo: str | None) -> Renames:
        """Carry out renames that are due, show them (``dry_run``), or take them back (``undo``)."""
        if undo is not None:
            return renames.undo(self._tools, None if undo == "--all" else self._tools.number(undo))
        if dry_run:
            return renames.preview(self._tools, backlog=backlog)
        return renames.carry_out(self._tools, backlog=backlog)

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
        job = digests.reminder(
            self.config,
            chosen,
            self.store,
            self.archive,
            clock=self._tools.clock,
            body_hash=lambda raw: parse(raw).body_hash,
            states=self._states,
        )
        return job, digests.spec(self.config, chosen)

    # ── upkeep ────────────────────────────────────────────────────────────────

    def reindex(
        self, *, refile: bool, apply: bool, from_dir: Path | None, rescan: bool, progress: Progress = silent
    ) -> ReindexReport:
        """Make lists and search again from ledger and archive; see ``upkeep``."""
        return upkeep.remake(
            self._tools, refile=refile, apply=apply, from_dir=from_dir, rescan=rescan, progress=progress
        )

    def verify(self, progress: Progress) -> VerifyReport:
        """Hash archive, ledger, texts and journals again."""
        journal = FileJournal(self.config.data)
        attached = self._tools.attached
        return verify(self.store.evidence(), journal, self.archive, attached=attached, progress=progress)

    def backup(self, folder: Path, progress: Progress) -> BackupReport:
        """Copy database, journals and originals into ``folder``; see ``wiring.backup``."""
        return back_up(self.config, self.store, folder, self._tools.clock, progress)

    def status(self) -> health.Status:
        """Is mail being watched."""
        return health.full(self.config, self.store, self._tools.clock())
