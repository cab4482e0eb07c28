"""``mailwatch demo``: play the story and show it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TextIO

from mailwatch.demo import setting, tables
from mailwatch.demo.page import Page
from mailwatch.demo.run import Played, part, run
from mailwatch.demo.voice import Say, voice
from mailwatch.errors import counted


def play(*, folder: Path | None, language: str, stream: TextIO | None = None) -> None:
    """Play the story and show it on ``stream`` (default: standard output).

    ``folder`` keeps database, archive and digest; it is made, or must be empty.
    None makes a fresh one below ``demo/`` in the current folder.

    Raises:
        MailwatchError: as the commands do; ConfigError where the folder cannot be used.
        SystemExit: 1, a mail did not end as the story says.
    """
    now = datetime.now(UTC)
    played = run(setting.make_folder(folder, now), language, now)
    show(Page(stream or sys.stdout), played, language, voice(language))
    if not played.as_expected:
        sys.exit(1)


def show(page: Page, played: Played, language: str, say: Say) -> None:
    """Write down everything about one run."""
    tables.what_came_in(page, played.found, language, say)
    tables.what_was_filed(page, played.found, say)
    tables.new_subjects(page, played.found, say)
    tables.strangers(page, played.found, say)
    _show_digest(page, played, say)
    _show_end(page, played, language, say)


def _show_digest(page: Page, played: Played, say: Say) -> None:
    page.heading(say("The digest, as it was mailed"))
    for mail in played.mailed[:1]:
        message = message_from_bytes(mail.raw, policy=policy.default)
        page.line(say("To: {address}", address=mail.recipient))
        page.line(say("Subject: {subject}", subject=message["subject"]))
        page.line()
        page.text(part(mail, "plain"))


def _show_end(page: Page, played: Played, language: str, say: Say) -> None:
    page.heading(say("Where it lies, and how to go on"))
    right = sum(outcome.as_expected for outcome in played.found)
    page.line(
        say(
            "{right} of {mails} ended as expected; a second poll found {news}.",
            right=right,
            mails=counted("{n} mail", "{n} mails", len(played.found)),
            news=counted("{n} new mail", "{n} new mails", played.second.outcome.fetched),
        )
    )
    for error in (*played.first.errors, *played.second.errors):
        page.line(f"  {say(error)}")
    for outcome in played.found:
        if not outcome.as_expected:
            page.line(f"  {outcome.letter.key}: {outcome.found} != {outcome.letter.expect}")
    page.line(
        say("Database, archive of originals, digest.html and digest.txt: {folder}", folder=played.folder)
    )
    own = setting.write_own(played.folder, language)
    page.line(say("Your own mailbox, in three lines (it is only read until you switch renaming on):"))
    page.line(f"  ${{EDITOR:-vi}} {own}")
    page.line(f"  {_command()} --config {own} check")
    page.line(f"  {_command()} --config {own} poll")


def _command() -> str:
    """The command as it was called, so that the lines can be copied."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "mailwatch" and called.is_file() else "mailwatch"
