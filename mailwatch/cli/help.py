"""Help pages in the reader's language, broken into lines by what a terminal shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import click

from mailwatch.cli.voice import say
from mailwatch.core.display import width, wrap


class Formatter(click.HelpFormatter):
    """As click's own, with Hangul two columns wide, and headings in the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line ``Usage: …``."""
        super().write_usage(prog, args, f"{say('Usage:')} " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """The title of a section."""
        super().write_heading(say(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        indent = " " * self.current_indent
        self.write("\n\n".join(wrap(part, self.width, indent, indent) for part in text.split("\n\n")) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms on the left, what they mean on the right; a long term has a line of its own."""
        listed = list(rows)
        column = min(max(width(term) for term, _ in listed), col_max) + col_spacing
        left, under = " " * self.current_indent, " " * (self.current_indent + column)
        for term, meaning in listed:
            fits = width(term) + col_spacing <= column
            if not fits:
                self.write(f"{left}{term}\n")
            first = f"{left}{term}{' ' * (column - width(term))}" if fits else under
            self.write(f"{wrap(meaning, self.width, first, under)}".rstrip() + "\n")


class Context(click.Context):
    """Makes the formatter above."""

    formatter_class = Formatter


class Spoken(click.Command):
    """A command whose help is said in the reader's language.

    The msgid of a paragraph is its English text in one line; see ``paragraphs``.
    """

    context_class = Context

    def format_help_text(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(say(part) for part in paragraphs(self.help or "")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, ``--help`` last."""
        options = (param for param in self.get_params(ctx) if isinstance(param, click.Option))
        records = [record for option in options if (record := _record(option, ctx)) is not None]
        with formatter.section("Options"):
            formatter.write_dl(records)


def command(name: str | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    """As ``click.command``, its help in the reader's language."""
    return click.command(name, cls=Spoken)


def paragraphs(text: str) -> list[str]:
    """The msgids of a help text: one for each paragraph, in one line."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    said = copy(option)
    said.help = say(option.help or "")
    return said.get_help_record(ctx)
