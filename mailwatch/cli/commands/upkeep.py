"""``reindex`` and ``verify``: what is shown can be rebuilt, what is kept can be proved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.outcome import ExitCode
from mailwatch.cli.session import Session
from mailwatch.errors import counted

if TYPE_CHECKING:
    # Types only; ``mailwatch verify --help`` need not wait for them.
    from mailwatch.core.filing import Filing
    from mailwatch.jobs.verify import VerifyReport
    from mailwatch.ports import Change


@command()
@click.option(
    "--refile", is_flag=True, help="Run today's rules over the archive and list what they decide otherwise."
)
@click.option("--apply", is_flag=True, help="With --refile: record these decisions.")
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Rebuild a lost database from the archive and journals in DIR.",
)
@click.option("--rescan", is_flag=True, help="Forget how far folders were read and read them again.")
@as_json
@pass_session
def reindex(
    session: Session, folder: Path | None, *, refile: bool, apply: bool, rescan: bool, as_json: bool
) -> None:
    """Rebuild lists and search from ledger and archive. Originals are never changed."""
    if folder is not None:
        # The path is looked at as the user that gave it, who may not be the one that the work is done as.
        folder = folder.absolute()
    if apply and not refile:
        raise click.UsageError(session.say("--apply belongs to --refile"))
    with session.app(stale=True) as app, output.progress(session, "Rebuilding") as progress:
        report = app.reindex(refile=refile, apply=apply, from_dir=folder, rescan=rescan, progress=progress)
    if as_json:
        output.as_json(json_shapes.reindex(report))
        return
    mails = counted("{n} mail", "{n} mails", report.messages)
    cases = counted("{n} case", "{n} cases", report.cases)
    output.line(session.say("{mails}, {cases}", mails=mails, cases=cases))
    if report.left_out:
        output.line(session.say("left out, because they do not hold the bytes that their names promise:"))
        for sha256 in report.left_out:
            output.line(sha256)
    if report.changed:
        output.table(
            session, ("Mail", "Before", "After"), [_change(session, change) for change in report.changed]
        )


def _change(session: Session, change: Change) -> tuple[str, ...]:
    return change.after.sha256[:12], _verdict(session, change.before), _verdict(session, change.after)


def _verdict(session: Session, filing: Filing | None) -> str:
    if filing is None:
        return "-"
    return filing.number.canonical if filing.number else session.say(filing.verdict.value)


@command()
@as_json
@pass_session
def verify(session: Session, *, as_json: bool) -> None:
    """Re-hash archive, ledger and texts and name what was changed.

    Exit codes: 1 something was changed, 4 not everything could be looked at.
    """
    with session.app(looking=True, reading=True) as app, output.progress(session, "Verifying") as progress:
        report = app.verify(progress)
    if as_json:
        output.as_json(json_shapes.verify(report))
    else:
        _print(session, report)
    if not report.ok:
        raise click.exceptions.Exit(ExitCode.PROBLEM)
    if not report.complete:
        raise click.exceptions.Exit(ExitCode.INCOMPLETE)


def _print(session: Session, report: VerifyReport) -> None:
    for problem in report.problems:
        output.line(f"{problem.code}: {session.say(problem.detail)}")
    entries = counted("{n} ledger entry", "{n} ledger entries", report.entries)
    if report.ok and report.complete:
        output.line(session.say("{entries}, nothing was changed", entries=entries))
    elif report.ok:
        output.line(session.say("{entries}; not everything could be looked at", entries=entries))
    else:
        found = counted("{n} problem", "{n} problems", len(report.problems))
        output.line(session.say("{found} in {entries}", found=found, entries=entries))
