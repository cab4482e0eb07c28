"""Renames in one mailbox of the configuration, for command line and daemon alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.casenumber import CaseNumber
from mailwatch.jobs.folders import choose, mode_of
from mailwatch.jobs.rename import ModeOf, RenameFolder, Renamer, RenameRow
from mailwatch.ports import Folder, Mailbox
from mailwatch.wiring import assemble


@dataclass(frozen=True, slots=True)
class MailboxRenames:
    """What may be asked of the rename job in one mailbox."""

    config: Config
    mailbox: MailboxConfig
    renamer: Renamer

    def wanted(self) -> bool:
        """Whether there is anything to do: renames are asked for, or were and are not at their end."""
        return self.mailbox.renames or not self.renamer.idle(self.mailbox.name)

    def carry_out(self, line: Mailbox, *, backlog: bool, by_person: bool = False) -> tuple[RenameRow, ...]:
        """``by_person``: asked for now, which also renames again what was taken back."""
        folders = line.folders()
        watched = self._watched(folders)
        self.renamer.recover(self.mailbox.name, line, watched)
        self.renamer.plan(
            self.mailbox.name,
            watched,
            settle=self.config.rename.settle,
            backlog=backlog,
            by_person=by_person,
        )
        return self.renamer.advance(self.mailbox.name, line, self._modes(folders))

    def preview(self, line: Mailbox, *, backlog: bool) -> tuple[RenameRow, ...]:
        """What ``carry_out`` would do; nothing is done."""
        folders = line.folders()
        return self.renamer.preview(
            self.mailbox.name, self._watched(folders), self._modes(folders), backlog=backlog
        )

    def undo(self, line: Mailbox, number: CaseNumber | None) -> tuple[RenameRow, ...]:
        """Renames that are under way are finished first: only what is done can be taken back."""
        folders = line.folders()
        modes = self._modes(folders)
        self.renamer.recover(self.mailbox.name, line, self._watched(folders))
        self.renamer.advance(self.mailbox.name, line, modes)
        self.renamer.undo(self.mailbox.name, number)
        return self.renamer.advance(self.mailbox.name, line, modes)

    def waiting(self) -> tuple[RenameRow, ...]:
        """What is planned and not done yet, and why."""
        return self.renamer.waiting(self.mailbox.name)

    def _watched(self, folders: Sequence[Folder]) -> list[RenameFolder]:
        wishes = assemble.wishes(self.mailbox)
        return assemble.rename_folders(choose(folders, wishes, sent=self.mailbox.outgoing == "sent")[0])

    def _modes(self, folders: Sequence[Folder]) -> ModeOf:
        """The configuration alone decides; ``folders`` tell the server's delimiter and special uses."""
        wishes = assemble.wishes(self.mailbox)
        return lambda name: mode_of(name, folders, wishes)
