"""``digest``: print it, keep it as a file, or send it."""

from __future__ import annotations

from pathlib import Path

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.outcome import ExitCode
from mailwatch.cli.session import Session
from mailwatch.cli.terminal import safe_lines
from mailwatch.errors import ConfigError


@command()
@click.argument("name", required=False)
@click.option("--send", is_flag=True, help="Send it to its readers, each of them once a day.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the HTML there."
)
@click.option("--lang", type=click.Choice(["ko", "en"]), help="In this language.")
@as_json
@pass_session
def digest(
    session: Session, name: str | None, html: Path | None, lang: str | None, *, send: bool, as_json: bool
) -> None:
    """Print the digest NAME (default: the first) as it stands now."""
    if send and (html or lang):
        raise click.UsageError(
            session.say("--send stands alone: each reader gets the digest in a language of his own")
        )
    if send:
        _send(session, name, as_json=as_json)
        return
    with session.app(reading=True) as app:
        made = app.digest(name, lang or session.lang)
    if html is not None:
        _write(html, made.html)
    if as_json:
        output.as_json(made.content)
    elif html is None:
        click.echo(safe_lines(f"{made.subject}\n\n{made.text}"))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            "{path} cannot be written: {reason}",
            mend="name a file in a folder that is there and that you may write to",
            path=path,
            reason=error.strerror or error,
        ) from None


def _send(session: Session, name: str | None, *, as_json: bool) -> None:
    with session.app() as app:
        rows = app.send_digest(name)
    if as_json:
        output.as_json([json_shapes.sent(row) for row in rows])
    else:
        output.table(
            session,
            ("Reader", "State", "Why"),
            [(row.recipient, session.say(row.state), session.say(row.why or "")) for row in rows],
        )
    unsent = [row for row in rows if row.state not in {"sent", "already-sent"}]
    if unsent:
        waiting = all(row.temporary for row in unsent)
        raise click.exceptions.Exit(ExitCode.TRY_LATER if waiting else ExitCode.MEND)
