"""``rename``: standard subjects, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands import troubles
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.core.privacy import hide_codes

if TYPE_CHECKING:
    # A type only; ``mailwatch rename --help`` need not wait for it.
    from mailwatch.jobs.rename import RenameRow


@command()
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--backlog", is_flag=True, help="Also mail that lay there before renaming was switched on.")
@click.option(
    "--undo", "number", metavar="NUMBER", is_flag=False, flag_value="", help="Restore the subjects of a case."
)
@click.option("--all", "everything", is_flag=True, help="With --undo: of all cases.")
@as_json
@pass_session
def rename(
    session: Session, number: str | None, *, dry_run: bool, backlog: bool, everything: bool, as_json: bool
) -> None:
    """Carry out the renames that are due. `--undo NUMBER` or `--undo --all` takes them back."""
    undo = _what_to_undo(session, number, everything=everything)
    if undo is not None and backlog:
        raise click.UsageError(session.say("--backlog and --undo exclude each other"))
    if undo is not None and dry_run:
        raise click.UsageError(session.say("--dry-run and --undo exclude each other"))
    with session.app(mailboxes=True) as app:
        renames = app.rename(dry_run=dry_run, backlog=backlog, undo=undo)
    _tell(session, renames.rows, as_json=as_json)
    troubles.tell(session, renames.troubles)
    troubles.end(renames.troubles)


def _tell(session: Session, rows: Sequence[RenameRow], *, as_json: bool) -> None:
    if as_json:
        output.as_json([json_shapes.rename(row) for row in rows])
    elif rows:
        output.table(
            session,
            ("Case number", "State", "Subject before", "Subject after", "Why"),
            [
                (
                    row.number,
                    session.say(row.state),
                    hide_codes(row.from_subject),
                    hide_codes(row.to_subject),
                    session.say(row.why or ""),
                )
                for row in rows
            ],
        )
    else:
        output.line(session.say("nothing to rename"))


def _what_to_undo(session: Session, number: str | None, *, everything: bool) -> str | None:
    if number is None:
        if everything:
            raise click.UsageError(session.say("--all belongs to --undo"))
        return None
    if bool(number) is everything:
        raise click.UsageError(session.say("--undo takes either a NUMBER or --all"))
    return "--all" if everything else number
