"""One run of the story: the real poll, rename and digest, on servers of the demo's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from mailwatch.config import load
from mailwatch.demo import setting
from mailwatch.demo.letter import Letter
from mailwatch.demo.outcome import Outcome, outcomes, subjects
from mailwatch.demo.servers import Mailed, MailServer, smtp_sink
from mailwatch.demo.story import tell
from mailwatch.jobs.poll_report import PollReport
from mailwatch.wiring.app import App, open_app
from mailwatch.wiring.migration import upgrade


@dataclass(frozen=True, slots=True)
class Played:
    """A finished run: its folder, every mail's outcome, what was mailed, and the second poll's report."""

    folder: Path
    found: tuple[Outcome, ...]
    mailed: tuple[Mailed, ...]
    first: PollReport
    second: PollReport

    @property
    def as_expected(self) -> bool:
        """Whether every mail ended where the story says, and nothing went wrong on the way."""
        if self.first.errors or self.second.errors:
            return False
        return all(outcome.as_expected for outcome in self.found)


def run(folder: Path, language: str, now: datetime) -> Played:
    """Start the servers, fill the mailboxes, then poll, rename, send the digest, and poll again.

    ``folder`` exists and keeps all that is made; ``now`` dates the story.
    """
    letters = tell(now)
    with MailServer() as server, smtp_sink() as (smtp, mailed):
        server.fill(letters)
        config = setting.write_configuration(
            folder, language, imap=server.port, smtp=smtp, password=server.password
        )
        with open_app(load(config), upgrade) as app:
            first = app.poll(_silent)
            app.rename(dry_run=False, backlog=True, undo=None)
            app.send_digest(None)
            second = app.poll(_silent)
            found = _found(letters, app, server)
        _keep_digest(folder, mailed)
        return Played(folder, found, tuple(mailed), first, second)


def _silent(_what: str, _done: int, _left: int | None, _seconds: int | None = None, /) -> None:
    """Forty mails are read faster than progress could be told."""


def _found(letters: Sequence[Letter], app: App, server: MailServer) -> tuple[Outcome, ...]:
    shown = subjects(server.port, "support", server.password)
    held = app.quarantine("list", None)
    with app.store.reading() as library:
        return outcomes(letters, library, held, shown)


def _keep_digest(folder: Path, mailed: Sequence[Mailed]) -> None:
    """Lay the digest, as it was mailed, beside the database."""
    for mail in mailed[:1]:
        (folder / "digest.eml").write_bytes(mail.raw)
        (folder / "digest.txt").write_text(part(mail, "plain"), encoding="utf-8")
        (folder / "digest.html").write_text(part(mail, "html"), encoding="utf-8")


def part(mail: Mailed, kind: str) -> str:
    """The ``plain`` or ``html`` body of a mail, decoded, lines ended by LF."""
    message = message_from_bytes(mail.raw, policy=policy.default)
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")
