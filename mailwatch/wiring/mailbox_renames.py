"""Renames in one mailbox of the configuration, for command line and daemon alike."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.fidelity import Profile
from mailwatch.core.renaming import Mode
from mailwatch.errors import Refused
from mailwatch.jobs.folders import choose, mode_of
from mailwatch.jobs.rename import ModeOf, Prober, RenameFolder, Renamer, RenameRow
from mailwatch.ports import Archive, Clock, Folder, Mailbox, Store
from mailwatch.wiring import assemble


@dataclass(frozen=True, slots=True)
class MailboxRenames:
    """What may be asked of the rename job in one mailbox."""

    config: Config
    mailbox: MailboxConfig
    renamer: Renamer
    prober: Prober

    def wanted(self) -> bool:
        """Whether there is anything to do: renames are asked for, or were and are not at their end."""
        return self.mailbox.renames or not self.renamer.idle(self.mailbox.name)

    def carry_out(self, line: Mailbox, *, backlog: bool, by_person: bool = False) -> tuple[RenameRow, ...]:
        """``by_person``: asked for now, which also renames again what was taken back."""
        folders = line.folders()
        modes = self._modes(folders)
        watched = self._watched(folders)
        self.renamer.recover(self.mailbox.name, line, watched)
        self.renamer.plan(
            self.mailbox.name,
            watched,
            settle=self.config.rename.settle,
            backlog=backlog,
            by_person=by_person,
        )
        return self.renamer.advance(self.mailbox.name, line, modes, self._profile(line, modes))

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
        profile = self.prober.known(self.mailbox.name)
        self.renamer.advance(self.mailbox.name, line, modes, profile)
        self.renamer.undo(self.mailbox.name, number)
        return self.renamer.advance(self.mailbox.name, line, modes, profile)

    def waiting(self) -> tuple[RenameRow, ...]:
        """What is planned and not done yet, and why."""
        return self.renamer.waiting(self.mailbox.name)

    def _profile(self, line: Mailbox, modes: ModeOf) -> Profile | None:
        """What the server makes of stored mail: probed before the first rename, and monthly from then on."""
        name = self.mailbox.name
        if not self.mailbox.renames:
            return self.prober.known(name)
        waiting = self.renamer.to_begin(name, modes)
        replaces = any(folder.rename is Mode.REPLACE for folder in self.mailbox.folders)
        try:
            return self.prober.profile(
                name, line, replaces=replaces, source=waiting[0].folder if waiting else None
            )
        except Refused as no:
            self.renamer.put_off(waiting, no.why)
            return None

    def _watched(self, folders: Sequence[Folder]) -> list[RenameFolder]:
        wishes = assemble.wishes(self.mailbox)
        return assemble.rename_folders(choose(folders, wishes, sent=self.mailbox.outgoing == "sent")[0])

    def _modes(self, folders: Sequence[Folder]) -> ModeOf:
        """The configuration alone decides; ``folders`` tell the server's delimiter and special uses."""
        wishes = assemble.wishes(self.mailbox)
        return lambda name: mode_of(name, folders, wishes)


def renames_of(
    config: Config, mailbox: MailboxConfig, store: Store, archive: Archive, clock: Clock
) -> MailboxRenames:
    """For one mailbox of the configuration."""
    prober = Prober(store, clock, lambda: secrets.token_hex(16))
    return MailboxRenames(config, mailbox, assemble.renamer(config, store, archive, clock), prober)
