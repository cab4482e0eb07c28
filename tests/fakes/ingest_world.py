"""A mailbox in memory, a real store and archive, and the ingest job between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.books import Ticking, open_archive, open_store
from fakes.faults import Door, Fuse, StoreDoor
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeServer

from mailwatch.adapters.worker import InlineParser
from mailwatch.core.schemes import BUILTIN
from mailwatch.core.standing import SenderPolicy
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.folders import FolderWish
from mailwatch.jobs.ingest import Ingest
from mailwatch.jobs.poll_report import PollReport
from mailwatch.jobs.reading import Rules

NUMBER = "2611020010002574"
OTHER = "2611030040004321"
ENGINEER = "support@mail.support.microsoft.com"
US = "kim@contoso.example"
POLICY = SenderPolicy(
    own=(US,), senders=(ENGINEER, "*@microsoft.com"), desks=(ENGINEER,), notices=(), anchor=None
)


def mail(
    name: str,
    subject: str = "Hello",
    *,
    sender: str = ENGINEER,
    to: str = US,
    answers: str = "",
    body: str = "Hello",
    received: str = "mx1.contoso.example",
    hour: int = 9,
) -> bytes:
    """A mail with the Message-ID ``<name@example>`` that answers other mails by name, oldest first."""
    references = " ".join(f"<{other}@example>" for other in answers.split())
    lines = [
        f"Received: from out.example by {received}; Mon, 2 Nov 2026 {hour:02}:00:01 +0000",
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: <{name}@example>",
        f"Date: Mon, 2 Nov 2026 {hour:02}:00:00 +0000",
        *([f"References: {references}"] if references else []),
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"{body} ({name})",
        "",
    ]
    return "\r\n".join(lines).encode()


@dataclass
class World:
    """``data`` holds store and archive; ``server`` is the mailbox."""

    data: Path
    server: FakeServer = field(default_factory=FakeServer)
    name: str = "support"
    policy: SenderPolicy = POLICY
    clock: Ticking = field(default_factory=lambda: Ticking(datetime(2026, 11, 3, tzinfo=UTC)))

    def __post_init__(self) -> None:
        self.archive = open_archive(self.data)
        self.store = open_store(self.data, self.clock)

    def close(self) -> None:
        self.store.close()
        self.archive.close()

    def deliver(self, *raws: bytes, folder: str = "INBOX") -> list[int]:
        return [self.server.deliver(raw, folder) for raw in raws]

    def ingest(self, fuse: Fuse | None = None, rules: Rules | None = None) -> Ingest:
        store: Any = self.store if fuse is None else StoreDoor(self.store, fuse)
        archive: Any = self.archive if fuse is None else Door(self.archive, fuse)
        return Ingest(
            store=store,
            archive=archive,
            parser=InlineParser(),
            rules=rules or Rules(BUILTIN),
            clock=self.clock,
        )

    def poll(self, fuse: Fuse | None = None, folders: Sequence[str] = ("INBOX",)) -> PollReport:
        box: Any = FakeMailbox(self.server, self.name)
        if fuse is not None:
            box = Door(box, fuse)
        watching = Watching(self.name, tuple(FolderWish(folder) for folder in folders), self.policy)
        return self.ingest(fuse).poll(box, watching)

    def books(self) -> dict[str, tuple[str, str | None]]:
        """What the store says of each message it keeps: subject to (rule, case)."""
        with self.store.reading() as library:
            found = [row for case in library.cases() for row in library.messages(case.number)]
            found += library.loose("unnumbered")
        return {
            str(row.message_id): (
                str(row.filing.rule or row.filing.verdict),
                row.filing.number.canonical if row.filing.number else None,
            )
            for row in found
        }

    def sha256s(self) -> list[str]:
        return sorted(self.archive.all())
