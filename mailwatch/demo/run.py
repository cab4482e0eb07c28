"""The demo: the real poll, rename and digest, on servers of its own and with made-up mail."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TextIO

from mailwatch import wiring
from mailwatch.config import load
from mailwatch.demo import setting, tables
from mailwatch.demo.letter import Letter
from mailwatch.demo.outcome import Outcome, outcomes, subjects
from mailwatch.demo.page import Page
from mailwatch.demo.servers import Mailed, MailServer, smtp_sink
from mailwatch.demo.story import tell
from mailwatch.demo.tables import Translate


@dataclass(frozen=True, slots=True)
class Played:
    """A finished run: its folder, every mail's outcome, what was mailed, and the second poll's report."""

    folder: Path
    found: tuple[Outcome, ...]
    mailed: tuple[Mailed, ...]
    first: Any
    second: Any

    @property
    def as_expected(self) -> bool:
        """Whether every mail ended where the story says."""
        return all(outcome.as_expected for outcome in self.found)


def demo(parent: Path, language: str, stream: TextIO) -> bool:
    """Play the story and show it on ``stream``; whether everything went as the story says.

    A fresh folder below ``parent`` keeps database, archive and digest.

    Raises:
        MailwatchError: as the commands do.
        OSError: the folder cannot be made.
    """
    say = wiring.translator(language)
    page = Page(stream)
    played = play(parent, language)
    _show(page, played, language, say)
    return played.as_expected


def play(parent: Path, language: str) -> Played:
    """Start the servers, fill the mailboxes, then poll, rename, send the digest, and poll again."""
    now = datetime.now(UTC)
    folder = setting.make_folder(parent, now)
    letters = tell(now)
    with MailServer() as server, smtp_sink() as (smtp, mailed):
        server.fill(letters)
        config = setting.write_configuration(
            folder, language, imap=server.port, smtp=smtp, password=server.password
        )
        with _app(config) as app:
            first = app.poll(_silent)
            app.rename(dry_run=False, backlog=True, undo=None)
            app.send_digest(None)
            second = app.poll(_silent)
            found = _found(letters, app, server)
        _keep_digest(folder, mailed)
        return Played(folder, found, tuple(mailed), first, second)


@contextmanager
def _app(config: Path) -> Iterator[Any]:
    with wiring.open_app(load(config)) as app:
        yield app


def _silent(_what: str, _done: int, _left: int | None) -> None:
    """Forty mails are read faster than progress could be told."""


def _found(letters: Sequence[Letter], app: Any, server: MailServer) -> tuple[Outcome, ...]:
    shown = subjects(server.port, "support", server.password)
    held = app.quarantine("list", None)
    with app.store.reading() as library:
        return outcomes(letters, library, held, shown)


def _keep_digest(folder: Path, mailed: Sequence[Mailed]) -> None:
    """Lay the digest, as it was mailed, beside the database."""
    for mail in mailed[:1]:
        (folder / "digest.eml").write_bytes(mail.raw)
        (folder / "digest.txt").write_text(_part(mail, "plain"), encoding="utf-8")
        (folder / "digest.html").write_text(_part(mail, "html"), encoding="utf-8")


def _part(mail: Mailed, kind: str) -> str:
    message = message_from_bytes(mail.raw, policy=policy.default)
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content())


# ── showing it ────────────────────────────────────────────────────────────────


def _show(page: Page, played: Played, language: str, say: Translate) -> None:
    tables.what_came_in(page, played.found, language, say)
    tables.what_was_filed(page, played.found, say)
    tables.new_subjects(page, played.found, say)
    tables.strangers(page, played.found, say)
    _show_digest(page, played, say)
    _show_end(page, played, language, say)


def _show_digest(page: Page, played: Played, say: Translate) -> None:
    page.heading(say("The digest, as it was mailed"))
    for mail in played.mailed[:1]:
        message = message_from_bytes(mail.raw, policy=policy.default)
        page.line(say("To: {address}").format(address=mail.recipient))
        page.line(say("Subject: {subject}").format(subject=message["subject"]))
        page.line()
        page.text(_part(mail, "plain"))


def _show_end(page: Page, played: Played, language: str, say: Translate) -> None:
    page.heading(say("Where it lies, and how to go on"))
    right = sum(outcome.as_expected for outcome in played.found)
    page.line(
        say("{right} of {count} mails ended as expected; a second poll found {news} new mails.").format(
            right=right, count=len(played.found), news=played.second.outcome.fetched
        )
    )
    for outcome in played.found:
        if not outcome.as_expected:
            page.line(f"  {outcome.letter.key}: {outcome.found} != {outcome.letter.expect}")
    page.line(
        say("Database, archive of originals, digest.html and digest.txt: {folder}").format(
            folder=played.folder
        )
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
