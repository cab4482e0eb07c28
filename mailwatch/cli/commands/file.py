"""``file``: a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli import output
from mailwatch.cli.commands.options import by_option, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.identity import person
from mailwatch.cli.session import Session

if TYPE_CHECKING:
    # A type only; ``mailwatch file --help`` need not wait for it.
    from mailwatch.core.filing import Filing


@command()
@click.argument("message", metavar="MESSAGE")
@click.argument("number", metavar="[NUMBER|none]", required=False)
@click.option("--reason", help="Why; kept with the decision.")
@click.option("--undo", is_flag=True, help="Take back what a person decided of this mail.")
@by_option
@pass_session
def file(
    session: Session, message: str, number: str | None, reason: str | None, by: str | None, *, undo: bool
) -> None:
    """Decide which case a mail belongs to, or none.

    MESSAGE is a sha256 (at least its first 8 digits) or a Message-ID. What a person
    decided stays, whatever the rules say later.
    """
    if (number is None) is not undo:
        raise click.UsageError(session.say("give a NUMBER, none, or --undo"))
    who = by or person()
    with session.app() as app:
        if number is None:
            filings = app.unpin(message, who, replies=False)
        else:
            wanted = None if number.lower() == "none" else number
            filings = (app.file_message(message, wanted, reason, who),)
    for filing in filings:
        tell_filing(session, filing)


def tell_filing(session: Session, filing: Filing) -> None:
    """Where the mail belongs now."""
    if filing.number is None:
        output.line(session.say("the mail {sha256} belongs to no case", sha256=filing.sha256[:12]))
    else:
        output.line(
            session.say(
                "the mail {sha256} is filed under {number}",
                sha256=filing.sha256[:12],
                number=filing.number.canonical,
            )
        )
