"""``demo``: the main job on an embedded mail server with sample mail."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from mailwatch.cli.commands.options import pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.errors import ConfigError


@command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Leave the results there.",
)
@pass_session
def demo(session: Session, folder: Path | None) -> None:
    """Play a made-up mailbox through: poll, rename, digest. Touches no mailbox of yours."""
    try:
        stage = importlib.import_module("mailwatch.demo.play")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mailwatch"):
            raise
        raise ConfigError(
            "the demo needs {module}, which is not installed",
            mend="run: pip install 'mailwatchd[demo]'",
            module=error.name,
        ) from None
    stage.play(folder=folder, language=session.language)
