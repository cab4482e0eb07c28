"""``file``: a person decides."""

from __future__ import annotations

import click

from mailwatch.cli import output
from mailwatch.cli.commands.options import pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session


@command()
@click.argument("message", metavar="MESSAGE")
@click.argument("number", metavar="NUMBER|none")
@click.option("--reason", help="Why; kept with the decision.")
@pass_session
def file(session: Session, message: str, number: str, reason: str | None) -> None:
    """Decide which case a mail belongs to, or none.

    MESSAGE is a sha256 (at least its first 8 digits) or a Message-ID. What a person
    decided stays, whatever the rules say later.
    """
    wanted = None if number.lower() == "none" else number
    with session.app() as app:
        filing = app.file_message(message, wanted, reason)
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
