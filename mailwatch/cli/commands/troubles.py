"""How a command ends that did its work but met trouble on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli.outcome import ExitCode
from mailwatch.cli.session import Session
from mailwatch.cli.terminal import safe

if TYPE_CHECKING:
    # A type only; ``mailwatch poll --help`` need not wait for it.
    from mailwatch.jobs.poll_report import PollReport


def tell(session: Session, report: PollReport) -> None:
    """One line on standard error for each trouble, each notice, and each cause that keeps renames waiting."""
    for error in (*report.errors, *report.notices, *report.waiting):
        click.echo(safe(session.say(error)), err=True)


def end(report: PollReport) -> None:
    """Leave with the exit code that the troubles stand for; return where there are none.

    Raises:
        click.exceptions.Exit: 75 where trying later may help, 2 where a person must mend something.
    """
    if report.errors:
        raise click.exceptions.Exit(ExitCode.TRY_LATER if report.temporary else ExitCode.MEND)
