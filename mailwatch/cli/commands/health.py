"""``check`` and ``status``: does it work, and does it go on working."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.outcome import ExitCode
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.pace import how_long
from mailwatch.errors import Words, counted

if TYPE_CHECKING:
    # Types only; ``mailwatch check --help`` need not wait for them.
    from mailwatch.core.digest_facts import FolderFacts
    from mailwatch.wiring.health import Status

_MARK = {True: "ok", False: "wrong", None: "note"}


@command()
@as_json
@pass_session
def check(session: Session, *, as_json: bool) -> None:
    """Check all that must work; say how to mend what does not.

    Looks at configuration, database, disk, clock, secrets, digests, mailboxes, SMTP and certificates.
    No mail is sent, and nothing is changed on a server. It ends within about a minute.
    """
    rows = session.check()
    if as_json:
        output.as_json([json_shapes.check(row) for row in rows])
    else:
        output.table(
            session,
            ("Check", "", "Found", "What to do"),
            [
                (session.say(r.check), session.say(_MARK[r.ok]), session.say(r.detail), session.say(r.mend))
                for r in rows
            ],
        )
    if any(row.ok is False for row in rows):
        raise click.exceptions.Exit(ExitCode.PROBLEM)


@command()
@as_json
@pass_session
def status(session: Session, *, as_json: bool) -> None:
    """Tell whether mail is being watched: last good pass of each folder, and what waits."""
    with session.app() as app:
        value = app.status()
    if as_json:
        output.as_json(json_shapes.status(value))
    else:
        _print(session, value)


def _print(session: Session, value: Status) -> None:
    headers = ("Mailbox", "Folder", "Last good", "Older mail")
    if value.folders:
        output.table(session, headers, [_row(session, f) for f in value.folders])
    else:
        output.line(session.say("no folder has been read yet; run: mailwatch poll"))
    output.line(
        session.say(
            "{mails} in {cases}; {quarantined} could not be read, {renames} under way, {digests} waiting",
            mails=counted("{n} mail", "{n} mails", value.messages),
            cases=counted("{n} case", "{n} cases", value.cases),
            quarantined=value.quarantined,
            renames=counted("{n} rename", "{n} renames", value.open_plans),
            digests=counted("{n} digest", "{n} digests", value.unsent),
        )
    )


def _row(session: Session, folder: FolderFacts) -> tuple[str, ...]:
    older = session.say(older_mail(folder))
    return folder.mailbox, folder.folder, day_and_time(folder.last_good, session.timezone), older


def older_mail(folder: FolderFacts) -> Words:
    """How much of a folder's older mail is still to be read."""
    if folder.backfilled:
        return Words("all read")
    if folder.older is None:
        return Words("still reading")
    left = counted("{n} mail left", "{n} mails left", folder.older)
    if folder.older_seconds is None:
        return left
    return Words("{left}, {time}", {"left": left, "time": how_long(folder.older_seconds)})
