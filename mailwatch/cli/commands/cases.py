"""``cases`` and ``show``: the record, as a list and as a timeline."""

from __future__ import annotations

import importlib
from typing import Any

import click

from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.core.statuses import STATUSES


@command()
@click.option(
    "--status",
    type=click.Choice(STATUSES),
    metavar="STATUS",
    help="Only cases of this status: open (all that go on), new, waiting-us, waiting-vendor, "
    "waiting-customer, closing-announced, closed, dormant, unverified or related.",
)
@as_json
@pass_session
def cases(session: Session, status: str | None, *, as_json: bool) -> None:
    """List the cases, newest activity first."""
    _view().list_cases(session, status, as_json=as_json)


@command()
@click.argument("number", nargs=-1, required=True)
@as_json
@pass_session
def show(session: Session, number: tuple[str, ...], *, as_json: bool) -> None:
    """Show one case as a timeline. NUMBER is any form of its number, or a pasted subject."""
    _view().show_case(session, " ".join(number), as_json=as_json)


def _view() -> Any:
    return importlib.import_module("mailwatch.cli.case_view")
