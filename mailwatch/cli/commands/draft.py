"""``draft``: a reply to a case, for a person to send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.cli import output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.finding import find_case
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.cli.terminal import safe_lines
from mailwatch.core.reply import Purpose
from mailwatch.errors import ConfigError

if TYPE_CHECKING:
    # A type only, of a floor whose import takes long.
    from mailwatch.wiring.drafting import Drafted


@command()
@click.argument("number", nargs=-1, required=True)
@click.option(
    "--for",
    "purpose",
    type=click.Choice([one.value for one in Purpose]),
    help="To ask for progress, to answer, or to ask that the case is opened again. "
    "Default: what the case needs now.",
)
@click.option("--lang", type=click.Choice(["ko", "en"]), help="In this language.")
@click.option(
    "--eml",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it there, for a mail program to open.",
)
@as_json
@pass_session
def draft(
    session: Session,
    number: tuple[str, ...],
    purpose: str | None,
    lang: str | None,
    eml: Path | None,
    *,
    as_json: bool,
) -> None:
    """Draft a reply to a case: to all, with its number in the subject. Nothing is sent."""
    with session.app(reading=True) as app, app.store.reading() as library:
        row = find_case(session, library, " ".join(number))
        made = app.draft(library, row, Purpose(purpose) if purpose else None, lang or session.lang)
    if eml is not None:
        _write(eml, made.eml)
    if as_json:
        output.as_json(_shape(made))
        return
    if eml is None:
        _print(made)
    if not made.logged:
        click.echo(
            session.say("No address of the vendor that logs the case is known: add it before you send."),
            err=True,
        )


def _shape(made: Drafted) -> dict[str, object]:
    return {
        "for": made.purpose.value,
        "from": made.sender,
        "to": list(made.to),
        "cc": list(made.cc),
        "subject": made.subject,
        "in_reply_to": made.in_reply_to,
        "logged": made.logged,
        "text": made.text,
    }


def _print(made: Drafted) -> None:
    fields = {
        "From": made.sender or "",
        "To": ", ".join(made.to),
        "Cc": ", ".join(made.cc),
        "Subject": made.subject,
    }
    head = [f"{name}: {value}" for name, value in fields.items() if value]
    click.echo(safe_lines("\n".join([*head, "", made.text])))


def _write(path: Path, eml: bytes) -> None:
    """A file that only its owner can read. One that is there already may hold a person's words."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(eml)
    except FileExistsError:
        raise ConfigError(
            "{path} is there already", mend="name another file, or remove that one", path=path
        ) from None
    except OSError as error:
        raise ConfigError(
            "{path} cannot be written: {reason}",
            mend="name a file in a folder that is there and that you may write to",
            path=path,
            reason=error.strerror or error,
        ) from None
