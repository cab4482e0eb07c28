"""``search``: full text over everything that is filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.display import who
from mailwatch.core.snippet import snippet
from mailwatch.errors import UnreadableMessage

if TYPE_CHECKING:
    # Types only; ``mailwatch search --help`` need not wait for them.
    from mailwatch.ports import Hit
    from mailwatch.wiring.app import App


@command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="At most so many. Default: 50.")
@as_json
@pass_session
def search(session: Session, text: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Search the text of all filed mail. Korean words are found inside other words, too."""
    asked = " ".join(text)
    with session.app(reading=True) as app:
        with app.store.reading() as library:
            hits = library.search(asked, limit)
        found = [(hit, _snippet(app, hit, asked)) for hit in hits]
    if as_json:
        output.as_json([json_shapes.hit(hit, words) for hit, words in found])
    elif found:
        output.table(session, ("Case number", "Date", "From", "Subject", "Text"), _rows(session, found))
    else:
        output.line(session.say("nothing found"))


def _rows(session: Session, found: list[tuple[Hit, str]]) -> list[tuple[str, ...]]:
    return [
        (
            hit.number.canonical if hit.number else "-",
            day_and_time(hit.date, session.timezone),
            who("", hit.from_addr),
            output.title(hit.subject),
            words,
        )
        for hit, words in found
    ]


def _snippet(app: App, hit: Hit, asked: str) -> str:
    """The words around the first match, from the original in the archive; nothing where it cannot be read."""
    try:
        text = app.message(hit.sha256).text
    except (KeyError, UnreadableMessage):
        return ""
    return snippet(text, asked, beside=hit.subject)
