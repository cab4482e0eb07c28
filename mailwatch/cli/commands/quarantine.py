"""``quarantine``: mail that could not be read is kept and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.cli.terminal import safe_lines
from mailwatch.cli.when import day_and_time
from mailwatch.core.privacy import hide_codes

if TYPE_CHECKING:
    # Types only; ``mailwatch quarantine --help`` need not wait for them.
    from mailwatch.ports import Held
    from mailwatch.wiring.app import App

_SHOWN = 2000


@command()
@click.argument("action", type=click.Choice(["list", "show", "retry"]), default="list")
@click.argument("ref", required=False, metavar="[MESSAGE]")
@as_json
@pass_session
def quarantine(session: Session, action: str, ref: str | None, *, as_json: bool) -> None:
    """List mail that could not be read, show one, or retry one or all. The originals are in the archive."""
    if action == "show" and ref is None:
        raise click.UsageError(session.say("show needs a MESSAGE: its sha256, at least the first 8 digits"))
    with session.app(reading=action != "retry") as app:
        rows = app.quarantine(action, ref)
        beginnings = [_beginning(app, row) for row in rows] if action == "show" and not as_json else []
    if as_json:
        output.as_json([json_shapes.held(row) for row in rows])
    elif rows:
        output.table(
            session,
            ("Mail", "Why", "Since", "Tries"),
            [
                (
                    row.sha256[:12],
                    session.say(row.why),
                    day_and_time(row.at, session.timezone),
                    str(row.tries),
                )
                for row in rows
            ],
        )
        for beginning in beginnings:
            click.echo(f"\n{beginning}")
    else:
        output.line(session.say("every mail could be read"))


def _beginning(app: App, row: Held) -> str:
    """The first lines of the original, for a person who wants to know what it is; harmless to print."""
    try:
        raw = app.archive.read(row.sha256)
    except KeyError:
        return ""
    return hide_codes(safe_lines(raw[:_SHOWN].decode("utf-8", "replace")))
