"""``poll`` and ``import``: mail comes in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands import troubles
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.errors import Words, counted

if TYPE_CHECKING:
    # A type only; ``mailwatch poll --help`` need not wait for it.
    from mailwatch.jobs.poll_report import PollReport


@command()
@as_json
@pass_session
def poll(session: Session, *, as_json: bool) -> None:
    """Fetch new mail of all mailboxes, file it, carry out due renames, then end."""
    with session.app(mailboxes=True) as app, output.progress(session, "Fetching mail") as progress:
        report = app.poll(progress)
    _tell(session, report, Words("no new mail"), as_json=as_json)


@command("import")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(exists=True, path_type=Path)
)
@as_json
@pass_session
def import_(session: Session, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """File mail from mbox files, Maildir folders or .eml files (or folders of them), without IMAP."""
    with session.app() as app, output.progress(session, "Reading files") as progress:
        report = app.import_files(paths, progress)
    nothing = Words("no mail was found there: mbox files, Maildir folders and files ending in .eml are read")
    _tell(session, report, nothing, as_json=as_json)


def _tell(session: Session, report: PollReport, nothing: Words, *, as_json: bool) -> None:
    if as_json:
        output.as_json(json_shapes.poll(report))
    else:
        # Where something went wrong, "no new mail" could be the opposite of the truth.
        if _did(report) or not report.errors:
            output.line(_summary(session, report, nothing))
        troubles.tell(session, report)
    troubles.end(report)


def _summary(session: Session, report: PollReport, nothing: Words) -> str:
    counts = report.outcome
    if not _did(report):
        return session.say(nothing)
    return session.say(
        "{mails} read: {filed} filed, {same} known already, {unnumbered} without a number, "
        "{unfiled} no case mail, {quarantined} could not be read; {renamed} renamed",
        mails=counted("{n} mail", "{n} mails", counts.fetched),
        filed=counts.filed,
        same=counts.same,
        unnumbered=counts.unnumbered,
        unfiled=counts.unfiled,
        quarantined=counts.quarantined,
        renamed=report.renamed,
    )


def _did(report: PollReport) -> bool:
    # What comes out of quarantine is filed without having been fetched.
    return bool(report.outcome.fetched or report.outcome.filed or report.renamed)
