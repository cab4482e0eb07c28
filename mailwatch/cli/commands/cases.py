"""``cases`` and ``show``: the record, as a list and as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.known import schemes
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.display import who
from mailwatch.core.privacy import hide_codes
from mailwatch.core.recognition import find_number
from mailwatch.errors import ConfigError

if TYPE_CHECKING:
    # Types only; ``mailwatch cases --help`` need not wait for them.
    from mailwatch.ports import CaseRow, Library, MessageRow

_STATUSES = ("open", "dormant", "unverified", "related")
_HEADERS = ("Case number", "Status", "Mails", "Last mail", "Title")


@command()
@click.option("--status", type=click.Choice(_STATUSES), help="Only cases of this status.")
@as_json
@pass_session
def cases(session: Session, status: str | None, *, as_json: bool) -> None:
    """List the cases, newest activity first."""
    with session.app(reading=True) as app, app.store.reading() as library:
        rows = [row for row in library.cases() if status in {None, row.status}]
    if as_json:
        output.as_json([json_shapes.case(row) for row in rows])
        return
    known = [row for row in rows if row.status != "unverified"]
    doubtful = [row for row in rows if row.status == "unverified"]
    if not rows:
        output.line(session.say("no cases"))
    if known:
        _list(session, known)
    if doubtful:
        output.line(session.say("Unverified: only unknown senders speak of these"))
        _list(session, doubtful)


def _list(session: Session, rows: Sequence[CaseRow]) -> None:
    output.table(
        session,
        _HEADERS,
        [
            (
                row.number.canonical,
                session.say(row.status),
                str(row.messages),
                day_and_time(row.last_message_at, session.timezone),
                hide_codes(row.title),
            )
            for row in rows
        ],
    )


@command()
@click.argument("number", nargs=-1, required=True)
@as_json
@pass_session
def show(session: Session, number: tuple[str, ...], *, as_json: bool) -> None:
    """Show one case as a timeline. NUMBER is any form of its number, or a pasted subject."""
    asked = " ".join(number)
    with session.app(reading=True) as app, app.store.reading() as library:
        row = find_case(session, library, asked)
        messages = library.messages(row.number)
    if as_json:
        output.as_json(json_shapes.timeline(row, messages))
    else:
        _timeline(session, row, messages)


def find_case(session: Session, library: Library, asked: str) -> CaseRow:
    """The case that a person means.

    Raises:
        ConfigError: there is none.
    """
    row = library.case(asked.strip())
    if row is None:
        number = find_number(asked, schemes(session))
        row = library.case(number.canonical) if number else None
    if row is None:
        raise ConfigError("there is no case {number}", mend="mailwatch cases lists all", number=asked)
    return row


def _timeline(session: Session, row: CaseRow, messages: Sequence[MessageRow]) -> None:
    output.line(f"{row.number.canonical}  {hide_codes(row.title)}")
    facts = [session.say(row.status), row.token, *row.aliases]
    output.line("  " + " · ".join(dict.fromkeys(facts)))
    if row.related:
        output.line("  " + session.say("related: {numbers}", numbers=", ".join(row.related)))
    if row.mentioned_by:
        output.line("  " + session.say("mentioned by: {numbers}", numbers=", ".join(row.mentioned_by)))
    if messages:
        output.table(
            session, ("Date", "", "From", "Subject", "Filed by"), [_row(session, m) for m in messages]
        )


def _row(session: Session, message: MessageRow) -> tuple[str, ...]:
    filing = message.filing
    reason = [word.value for word in (filing.rule, filing.confidence, filing.standing) if word]
    return (
        day_and_time(message.date, session.timezone),
        "→" if message.direction == "out" else "←",
        who(message.from_name, message.from_addr),
        hide_codes(message.standard_subject or message.subject),
        " · ".join(session.say(word) for word in reason),
    )
