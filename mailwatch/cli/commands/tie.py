"""``link``, ``merge``, ``split``: what two cases have to do with one another, which only a person can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli import output
from mailwatch.cli.commands.file import tell_filing
from mailwatch.cli.commands.options import as_json, at_option, by_option, pass_session
from mailwatch.cli.commands.say import tell
from mailwatch.cli.finding import find_own
from mailwatch.cli.help import command
from mailwatch.cli.identity import person
from mailwatch.cli.session import Session

if TYPE_CHECKING:
    # Types only; ``mailwatch link --help`` need not wait for them.
    from mailwatch.core.filing import Filing


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("other", metavar="OTHER")
@at_option
@by_option
@as_json
@pass_session
def link(session: Session, number: str, other: str, at: str | None, by: str | None, *, as_json: bool) -> None:
    """Say that two cases have to do with one another. Each is shown beside the other."""
    who = by or person()
    with session.app() as app:
        numbers = [find_own(session, app, asked).number for asked in (number, other)]
        said = app.speaker(who, at).link(*numbers)
    tell(session, said, as_json=as_json)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("other", metavar="OTHER")
@at_option
@by_option
@as_json
@pass_session
def merge(
    session: Session, number: str, other: str, at: str | None, by: str | None, *, as_json: bool
) -> None:
    """Say that OTHER is the same case as NUMBER. Its mails are filed there, and those that will come.

    Both numbers find the case. Mails keep the subject that they have. `mailwatch withdraw` parts them again.
    """
    who = by or person()
    with session.app() as app:
        numbers = [find_own(session, app, asked).number for asked in (number, other)]
        statement, mails = app.speaker(who, at).merge(*numbers)
    tell(session, (statement,), mails, as_json=as_json)


@command()
@click.argument("message", metavar="MESSAGE")
@click.argument("number", metavar="[NUMBER|none]", default="none")
@click.option("--reason", help="Why; kept with the decision.")
@click.option("--undo", is_flag=True, help="Take back what was decided of this mail and its replies.")
@by_option
@as_json
@pass_session
def split(
    session: Session,
    message: str,
    number: str,
    reason: str | None,
    by: str | None,
    *,
    undo: bool,
    as_json: bool,
) -> None:
    """Take a mail and its replies out of their case: into NUMBER, or into none.

    MESSAGE is a sha256 (at least its first 8 digits) or a Message-ID. For a problem that was asked under the
    number of another one.
    """
    who = by or person()
    with session.app() as app:
        if undo:
            filings = app.unpin(message, who, replies=True)
        else:
            filings = app.split(message, None if number.lower() == "none" else number, reason, who)
    if as_json:
        output.as_json([_shape(filing) for filing in filings])
        return
    for filing in filings:
        tell_filing(session, filing)


def _shape(filing: Filing) -> dict[str, str | None]:
    """One mail as it is filed now."""
    return {
        "sha256": filing.sha256,
        "verdict": filing.verdict.value,
        "number": filing.number.canonical if filing.number else None,
        "rule": filing.rule.value if filing.rule else None,
    }
