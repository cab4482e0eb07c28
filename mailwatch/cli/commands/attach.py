"""``attach``: a file that belongs to a case."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import click

from mailwatch.cli.commands.options import as_json, at_option, by_option, pass_session
from mailwatch.cli.commands.say import tell
from mailwatch.cli.finding import find_own
from mailwatch.cli.help import command
from mailwatch.cli.identity import person
from mailwatch.cli.session import Session
from mailwatch.errors import ConfigError

MOST_BYTES = 50 * 1024 * 1024
"""More is no transcript and no screenshot, and would have to fit into memory."""


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("file", metavar="FILE")
@click.argument("text", nargs=-1)
@click.option("--get", is_flag=True, help="Print the file; FILE is its entry as `mailwatch show` has it.")
@at_option
@by_option
@as_json
@pass_session
def attach(session: Session, /, number: str, file: str, text: tuple[str, ...], **options: Any) -> None:
    """Keep a file with a case: a chat transcript, an SMS, a screenshot, an invoice. TEXT says what it is.

    It lies with the originals and is checked by `mailwatch verify`. Mail files (.eml) belong to
    `mailwatch import`. To have one back: `mailwatch attach NUMBER ENTRY --get > FILE`.
    """
    if options["get"]:
        _print(session, number, file)
        return
    who = options["by"] or person()
    # Read as the user who names it, before we become the owner of the data, who may have no right to.
    name, content = read_file(Path(file))
    with session.app() as app:
        case = find_own(session, app, number).number
        said = app.speaker(who, options["at"]).attach(case, name, content, " ".join(text))
    tell(session, said, as_json=options["as_json"])


def read_file(path: Path, most: int = MOST_BYTES) -> tuple[str, bytes]:
    """The name and the bytes of a file.

    Raises:
        ConfigError: there is none, it cannot be read, is empty, or holds more than ``most`` bytes.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigError("{path} is no file", mend="attach one file at a time", path=path)
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise ConfigError("there is no file {path}", mend="look at the path", path=path) from None
    except OSError as error:
        raise ConfigError(
            "the file {path} cannot be read: {reason}",
            mend="give yourself the right to read it",
            path=path,
            reason=error.strerror or error,
        ) from None
    if len(content) > most:
        raise ConfigError(
            "the file {path} is larger than {most} MiB",
            mend="split it, or keep it elsewhere and note where",
            path=path,
            most=most // 1024 // 1024,
        )
    if not content:
        raise ConfigError("the file {path} is empty", mend="attach the one that holds something", path=path)
    return path.name, content


def _print(session: Session, number: str, entry: str) -> None:
    digits = entry.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise click.UsageError(session.say("ENTRY is a number, such as 123: mailwatch show NUMBER has it"))
    with session.app() as app:
        content = app.attached(find_own(session, app, number).number, int(digits))
    sys.stdout.buffer.write(content)
