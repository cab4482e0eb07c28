"""The standard subject in all mailboxes: carried out, shown beforehand, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from mailwatch.config.mailbox import MailboxConfig
from mailwatch.core.casenumber import CaseNumber
from mailwatch.errors import MailwatchError
from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.rename import RenameFolder, RenameRow, hindered
from mailwatch.ports import Mailbox
from mailwatch.wiring import assemble
from mailwatch.wiring.tools import Tools


@dataclass(frozen=True, slots=True)
class Renames:
    """``rows`` tells of each mail; ``troubles`` has an error for each mailbox and cause."""

    rows: tuple[RenameRow, ...]
    troubles: PollReport


def troubles(mailbox: str, rows: Iterable[RenameRow]) -> PollReport:
    """What keeps these rows of one mailbox waiting, whose mailbox it is, and what to do about it."""
    return reduce(add, (failed(mailbox, error) for error in hindered(rows)), PollReport())


def due(tools: Tools, line: Mailbox, mailbox: MailboxConfig) -> PollReport:
    """Carry out what is due, as part of a poll. Trouble here must not hide what came in before."""
    try:
        rows = _carry_out(tools, line, mailbox, backlog=tools.config.rename.backlog)
    except MailwatchError as error:
        return failed(mailbox.name, error)
    # A plan that rests after a server's no is told in each pass, for it may rest for days.
    report = PollReport(renamed=sum(row.state == "done" for row in rows))
    return report + troubles(mailbox.name, tools.renamer().waiting(mailbox.name))


def preview(tools: Tools, *, backlog: bool) -> Renames:
    """What would be done to every filed mail. Changes nothing."""
    rows: list[RenameRow] = []
    for mailbox in tools.config.mailboxes:
        with tools.connected(mailbox) as line:
            folders = _folders(tools, line, mailbox)
            rows += tools.renamer().preview(mailbox.name, folders, backlog=backlog)
    return Renames(tuple(rows), PollReport())


def carry_out(tools: Tools, *, backlog: bool) -> Renames:
    """Carry out what is due; ``backlog``: a person asks for older mail, and for what was taken back, too."""
    rows: list[RenameRow] = []
    report = PollReport()
    for mailbox in tools.config.mailboxes:
        with tools.connected(mailbox) as line:
            done = _carry_out(tools, line, mailbox, backlog=backlog, by_person=backlog)
        waiting = tools.renamer().waiting(mailbox.name)
        rows += dict.fromkeys((*done, *waiting))
        report += troubles(mailbox.name, waiting)
    return Renames(tuple(rows), report)


def undo(tools: Tools, number: CaseNumber | None) -> Renames:
    """Take back the renames of one case, or all of them (None)."""
    rows: list[RenameRow] = []
    report = PollReport()
    for mailbox in tools.config.mailboxes:
        with tools.connected(mailbox) as line:
            rows += _undo(tools, line, mailbox, number)
        report += troubles(mailbox.name, tools.renamer().waiting(mailbox.name))
    return Renames(tuple(rows), report)


def _carry_out(
    tools: Tools, line: Mailbox, mailbox: MailboxConfig, *, backlog: bool, by_person: bool = False
) -> tuple[RenameRow, ...]:
    """``by_person``: asked for now, which also renames again what was taken back."""
    renamer = tools.renamer()
    folders = _folders(tools, line, mailbox)
    settle = tools.config.rename.settle
    renamer.plan(mailbox.name, folders, settle=settle, backlog=backlog, by_person=by_person)
    return renamer.advance(mailbox.name, line)


def _undo(
    tools: Tools, line: Mailbox, mailbox: MailboxConfig, number: CaseNumber | None
) -> tuple[RenameRow, ...]:
    """Renames that are under way are finished first: only what is done can be taken back."""
    renamer = tools.renamer()
    renamer.advance(mailbox.name, line)
    renamer.undo(mailbox.name, number)
    return renamer.advance(mailbox.name, line)


def _folders(tools: Tools, line: Mailbox, mailbox: MailboxConfig) -> list[RenameFolder]:
    return assemble.rename_folders(tools.watched(line, mailbox))
