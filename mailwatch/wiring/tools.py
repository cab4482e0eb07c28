"""What every piece of work on the command line takes into its hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.locks import mailbox_lock
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.adapters.workers import ProcessParser
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.recognition import find_number
from mailwatch.core.standing import SenderPolicy
from mailwatch.errors import ConfigError
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.folders import Watched, choose
from mailwatch.jobs.ingest import Ingest
from mailwatch.jobs.progress import Progress
from mailwatch.ports import Clock, Held, Mailbox
from mailwatch.wiring import assemble

LOCK_PATIENCE = 20.0
"""Seconds to wait for the daemon to come to the end of what it is doing with a mailbox."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The configuration, with all that stands open while one command runs. Not for two threads at once.

    ``attached`` holds the files that persons attached to cases, in the same folder as ``archive``.
    """

    config: Config
    store: SqlStore
    archive: FileArchive
    parser: ProcessParser
    clock: Clock
    attached: FileArchive

    @contextmanager
    def connected(self, mailbox: MailboxConfig) -> Iterator[Mailbox]:
        """A line to one mailbox, which nobody else works on meanwhile."""
        with mailbox_lock(self.config.data / "locks", mailbox.name, patience=LOCK_PATIENCE):
            line = assemble.connection(mailbox, self.archive)
            try:
                yield line
            finally:
                line.close()

    def watching(self, mailbox: MailboxConfig) -> Watching:
        """What to watch in this mailbox, and whom it trusts."""
        return assemble.watching(self.config, mailbox, self.clock())

    def watched(self, line: Mailbox, mailbox: MailboxConfig) -> tuple[Watched, ...]:
        """The folders that are there of those to be watched."""
        watching = self.watching(mailbox)
        return choose(line.folders(), watching.wishes, sent=watching.sent)[0]

    def policy_of(self, name: str) -> SenderPolicy:
        """See ``assemble.policy_of``."""
        return assemble.policy_of(self.config, name)

    def ingest(self, progress: Progress) -> Ingest:
        """The job that reads mail and files it."""
        return assemble.ingest(
            self.config,
            store=self.store,
            archive=self.archive,
            parser=self.parser,
            clock=self.clock,
            progress=progress,
        )

    def held(self) -> tuple[Held, ...]:
        """Mail that could not be read, oldest first."""
        return self.store.held()

    def number(self, text: str) -> CaseNumber:
        """The case number that a person typed or pasted.

        Raises:
            ConfigError: there is none in it.
        """
        number = find_number(text, self.config.all_schemes)
        if number is None:
            raise ConfigError(
                "{text} is no case number", mend="try it: mailwatch recognise {text!r}", text=text
            )
        return number
