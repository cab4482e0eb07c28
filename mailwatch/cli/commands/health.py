"""``check`` and ``status``: does it work, and does it go on working."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailwatch.cli import json_shapes, json_status, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.outcome import ExitCode
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.pace import how_long
from mailwatch.errors import Words, counted

if TYPE_CHECKING:
    # Types only; ``mailwatch check --help`` need not wait for them.
    from mailwatch.core.digest_facts import FolderFacts, GapFacts
    from mailwatch.ports import Looks
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
            [(r.check, session.say(_MARK[r.ok]), session.say(r.detail), session.say(r.mend)) for r in rows],
        )
    if any(row.ok is False for row in rows):
        raise click.exceptions.Exit(ExitCode.PROBLEM)


@command()
@as_json
@pass_session
def status(session: Session, *, as_json: bool) -> None:
    """Tell whether mail is being watched: last good pass of each folder, outages, and what waits.

    Reads the database alone. The exit code is 0 also where no daemon runs; mailwatch check judges.
    """
    with session.app(reading=True) as app:
        value = app.status()
    if as_json:
        output.as_json(json_status.status(value))
    else:
        _print(session, value)


def _print(session: Session, value: Status) -> None:
    output.line(session.say(_daemon(value)))
    headers = ("Mailbox", "Folder", "Last good", "Since then", "Older mail")
    if value.folders:
        output.table(session, headers, [_row(session, f, value.at) for f in value.folders])
    else:
        output.line(session.say("no folder has been read yet; run: mailwatch poll"))
    for looks in value.looks:
        output.line(session.say(_looks(session, looks)))
    for gap in value.outages:
        output.line(session.say(_outage(session, gap)))
    output.line(
        session.say(
            "{mails} in {cases}; {quarantined} could not be read, {renames} under way, {digests} waiting",
            mails=counted("{n} mail", "{n} mails", value.messages),
            cases=counted("{n} case", "{n} cases", value.cases),
            quarantined=value.quarantined,
            renames=counted("{n} rename", "{n} renames", value.open_plans),
            digests=counted("{n} digest or alarm", "{n} digests and alarms", value.unsent),
        )
    )


def _daemon(value: Status) -> Words:
    if value.daemon:
        return Words("mailwatch run is at work")
    return Words("mailwatch run is not at work; start it: sudo systemctl enable --now mailwatch")


def _looks(session: Session, looks: Looks) -> Words:
    """How often a mailbox was looked at; where that fails now, since when and why."""
    values: dict[str, object] = {
        "mailbox": looks.mailbox,
        "looks": counted("{n} look", "{n} looks", looks.looks),
        "since": day_and_time(looks.since, session.timezone),
        "failed": looks.failed,
    }
    if looks.trouble is None:
        return Words("{mailbox}: {looks} since {since}, {failed} of them failed", values)
    failing = {"row": looks.in_a_row, "failing": day_and_time(looks.failing_since, session.timezone)}
    return Words(
        "{mailbox}: {looks} since {since}, {failed} of them failed; "
        "the last {row} since {failing}: {trouble}",
        {**values, **failing, "trouble": looks.trouble},
    )


def _outage(session: Session, gap: GapFacts) -> Words:
    values = {
        "mailbox": gap.mailbox,
        "since": day_and_time(gap.since, session.timezone),
        "until": day_and_time(gap.until, session.timezone),
    }
    if gap.until is None:
        return Words("{mailbox} has not been read since {since}", values)
    return Words("{mailbox} was not read from {since} to {until}", values)


def _row(session: Session, folder: FolderFacts, at: datetime | None) -> tuple[str, ...]:
    older = session.say(older_mail(folder))
    good = folder.last_good
    lag = how_long(max(0, int((at - good).total_seconds()))) if at and good else Words("-")
    return folder.mailbox, folder.folder, day_and_time(good, session.timezone), session.say(lag), older


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
