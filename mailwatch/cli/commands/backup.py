"""``backup``: a copy that can take the place of the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.errors import counted

if TYPE_CHECKING:
    # Types only; ``mailwatch backup --help`` need not wait for them.
    from mailwatch.wiring.backup import BackupReport


@command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@as_json
@pass_session
def backup(session: Session, folder: Path, *, as_json: bool) -> None:
    """Copy database, journals and originals into DIR, while mailwatch runs.

    Only what is new is brought over, by hard links where DIR is on the same file system. A
    backup that was interrupted goes on where it ended. DIR is laid out like a data folder: put
    it in the place of a lost one, or run: mailwatch reindex --from DIR
    """
    # The path is looked at as the user that gave it, who may not be the one that the work is done as.
    folder = folder.absolute()
    with session.app(stale=True, reading=True) as app, output.progress(session, "Backing up") as progress:
        report = app.backup(folder, progress)
    if as_json:
        output.as_json(json_shapes.backup(report))
    else:
        _print(session, report)


def _print(session: Session, report: BackupReport) -> None:
    output.line(
        session.say(
            "{path}: {entries}, {originals}; new: {linked} linked, {copied} copied",
            path=report.folder,
            entries=counted("{n} ledger entry", "{n} ledger entries", report.entries),
            originals=counted("{n} original", "{n} originals", report.originals),
            linked=report.linked,
            copied=report.copied,
        )
    )
    if not report.database:
        output.line(
            session.say(
                "The PostgreSQL database is not in it: back that up with pg_dump, or make it again from "
                "this folder: mailwatch reindex --from DIR"
            )
        )
