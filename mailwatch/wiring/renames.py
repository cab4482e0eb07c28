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
from mailwatch.jobs.rename import RenameRow, hindered
from mailwatch.ports import Mailbox
from mailwatch.wiring.mailbox_renames import MailboxRenames, renames_of
from mailwatch.wiring.tools import Tools


@dataclass(frozen=True, slots=True)
class Renames:
    """``rows`` tells of each mail; ``troubles`` has an error for each mailbox and cause."""

    rows: tuple[RenameRow, ...]
    troubles: PollReport


def troubles(mailbox: str, rows: Iterable[RenameRow]) -> PollReport:
    """What keeps these rows of one mailbox waiting, for a command that is there to rename them."""
    return reduce(add, (failed(mailbox, error) for error in hindered(rows)), PollReport())


def hints(mailbox: str, rows: Iterable[RenameRow]) -> PollReport:
    """The same for a command that is there to read mail, which went well."""
    return PollReport(waiting=troubles(mailbox, rows).errors)


def due(tools: Tools, line: Mailbox, mailbox: MailboxConfig) -> PollReport:
    """Carry out what is due, as part of a poll. Trouble here must not hide what came in before."""
    box = _of(tools, mailbox)
    if not box.wanted():
        return PollReport()
    try:
        rows = box.carry_out(line, backlog=tools.config.rename.backlog)
    except MailwatchError as error:
        return failed(mailbox.name, error)
    # A plan that rests after a server's no is told in each pass, for it may rest for days.
    report = PollReport(renamed=sum(row.state == "done" for row in rows))
    return report + hints(mailbox.name, box.waiting())


def preview(tools: Tools, *, backlog: bool) -> Renames:
    """What would be done to every filed mail. Changes nothing."""
    rows: list[RenameRow] = []
    for mailbox in tools.config.mailboxes:
        with tools.connected(mailbox) as line:
            rows += _of(tools, mailbox).preview(line, backlog=backlog)
    return Renames(tuple(rows), PollReport())


def carry_out(tools: Tools, *, backlog: bool) -> Renames:
    """Carry out what is due; ``backlog``: a person asks for older mail, and for what was taken back, too.

    A mailbox in trouble is told of at the end; the others get what is due to them.
    """
    rows: list[RenameRow] = []
    report = PollReport()
    for mailbox in tools.config.mailboxes:
        box = _of(tools, mailbox)
        try:
            with tools.connected(mailbox) as line:
                rows += box.carry_out(line, backlog=backlog, by_person=backlog)
        except MailwatchError as error:
            report += failed(mailbox.name, error)
        waiting = box.waiting()
        rows += waiting
        report += troubles(mailbox.name, waiting)
    return Renames(tuple(dict.fromkeys(rows)), report)


def undo(tools: Tools, number: CaseNumber | None) -> Renames:
    """Take back the renames of one case, or all of them (None); a mailbox in trouble stops no other."""
    rows: list[RenameRow] = []
    report = PollReport()
    for mailbox in tools.config.mailboxes:
        box = _of(tools, mailbox)
        try:
            with tools.connected(mailbox) as line:
                rows += box.undo(line, number)
        except MailwatchError as error:
            report += failed(mailbox.name, error)
        report += troubles(mailbox.name, box.waiting())
    return Renames(tuple(rows), report)


def _of(tools: Tools, mailbox: MailboxConfig) -> MailboxRenames:
    return renames_of(tools.config, mailbox, tools.store, tools.archive, tools.clock)
