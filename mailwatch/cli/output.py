"""Printing: tables, lines, JSON and progress; plain in a pipe, dressed up on a terminal."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mailwatch.cli.session import Session
from mailwatch.cli.terminal import cells, pad, safe
from mailwatch.core.display import cut
from mailwatch.core.logline import ODD
from mailwatch.core.pace import how_long
from mailwatch.core.privacy import hide_codes
from mailwatch.errors import Words, counted

if TYPE_CHECKING:
    # A type only, of a floor whose import takes long.
    from mailwatch.jobs.progress import Progress

_GAP = "  "

_WIDEST = 60
"""Columns that a cell of a plain table is filled up to: one that is longer moves its own row alone."""

_TITLE = 160
"""Columns of a subject in a table; JSON has all of it."""


def line(text: str) -> None:
    """One line on standard output."""
    click.echo(safe(text))


def as_json(value: Any) -> None:
    """A value as JSON, Korean readable. What a terminal could be deceived by is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(ODD.sub(_escape, text))


def _escape(found: re.Match[str]) -> str:
    # Line breaks stand between values only: within a string JSON escapes them itself.
    return "\n" if found[0] == "\n" else json.dumps(found[0])[1:-1]


def title(text: str) -> str:
    """A subject for a table: codes covered, and not longer than two lines, whatever a stranger wrote."""
    return cut(hide_codes(text), _TITLE)


def table(session: Session, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows below translated headers, aligned by what a terminal shows, Hangul as two columns."""
    titles = [session.say(header) for header in headers]
    clean = [[safe(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(titles, clean)
    else:
        for text in aligned(titles, clean):
            click.echo(text)


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a plain table; the last column is not filled up. Nothing is cut."""
    every = [titles, *rows]
    wide = [[cells(cell) for cell in row] for row in every]
    widths = [max((w for w in column if w <= _WIDEST), default=0) for column in zip(*wide, strict=True)]
    for row in every:
        yield _GAP.join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _rich_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    # rich takes 50 ms to import, which only a terminal shall pay for.
    box, console, table_module = (
        importlib.import_module(f"rich.{name}") for name in ("box", "console", "table")
    )
    text = importlib.import_module("rich.text").Text
    shown = table_module.Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title in titles:
        shown.add_column(text(title), overflow="fold")
    for row in rows:
        # As Text, so that "[bold]" in a stranger's subject stays what it is.
        shown.add_row(*(text(cell) for cell in row))
    console.Console().print(shown)


@contextmanager
def progress(session: Session, task: str) -> Iterator[Progress]:
    """How far a long task is: one line on a terminal that is kept up to date, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield _silent
        return
    status = importlib.import_module("rich.console").Console(stderr=True).status(safe(session.say(task)))
    with status:
        yield _reporter(session, status.update)


def _silent(_what: str, _done: int, _left: int | None, _seconds: int | None = None, /) -> None:
    """Says nothing."""


def _reporter(session: Session, update: Callable[[Any], None]) -> Progress:
    text = importlib.import_module("rich.text").Text

    def report(what: str, done: int, left: int | None, seconds: int | None = None, /) -> None:
        update(text(safe(session.say(how_far(what, done, left, seconds)))))

    return report


def how_far(what: str, done: int, left: int | None, seconds: int | None) -> Words:
    """The line of a progress bar; time stands in it as soon as it was measured."""
    values: dict[str, object] = {"what": what, "mails": counted("{n} mail", "{n} mails", done), "left": left}
    if left is None:
        return Words("{what}: {mails}", values)
    if not left or seconds is None:
        return Words("{what}: {mails}, {left} left", values)
    return Words("{what}: {mails}, {left} left ({time})", {**values, "time": how_long(seconds)})
