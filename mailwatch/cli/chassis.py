"""The command ``mailwatch``: global options, commands loaded when called, one end for every error."""

from __future__ import annotations

import importlib
import io
import sys
from pathlib import Path
from typing import Any

import click

from mailwatch.cli import outcome, voice
from mailwatch.cli.help import Spoken
from mailwatch.cli.menu import MENU
from mailwatch.cli.session import Session


class LazyGroup(Spoken, click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names, in the order of the work."""
        return [name for name, item in MENU.items() if not item.hidden]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        item = MENU.get(cmd_name)
        if item is None:
            return None
        module = importlib.import_module(f"mailwatch.cli.commands.{item.module}")
        command: click.Command = getattr(module, item.function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, from the menu alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, voice.say(MENU[name].summary)) for name in self.list_commands(ctx)])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run one command line, in the language of the environment until something else is said."""
        voice.speak(voice.of_environment())
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever it raises becomes words and an exit code in one place."""
        session = ctx.ensure_object(Session)
        with outcome.told(session):
            return super().invoke(ctx)


def _speak(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """``--lang`` holds for help and complaints, too, wherever it stands among them."""
    if value:
        voice.speak(value)
    return value


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="The configuration to use.",
)
@click.option(
    "--lang",
    type=click.Choice(["ko", "en"]),
    callback=_speak,
    is_eager=True,
    help="Language of what is printed. Default: that of the configuration, for help that of LANG.",
)
@click.option("-v", "--verbose", count=True, help="Say more; twice: say everything. Shows tracebacks.")
@click.version_option(package_name="mailwatchd", prog_name="mailwatch", help="Show the version and end.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, lang: str | None, verbose: int) -> None:
    """Keeps the record of your Microsoft support cases straight from your own mailbox.

    Exit codes: 0 done, 1 a problem was found, 2 you must mend something, 4 verify could
    not look at everything, 75 try later.
    """
    session = ctx.ensure_object(Session)
    session.option, session.lang, session.verbose = config, lang, verbose
    session.begin()


def main() -> None:
    """The console script."""
    # Names and subjects hold characters that a terminal's encoding may lack; none of them ends the command.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="mailwatch")
