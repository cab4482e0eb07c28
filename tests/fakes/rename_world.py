"""A mailbox with filed mails, a real store and a real archive: where rename tests play."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.books import Ticking, open_archive, open_store
from fakes.faults import Door, Fuse, StoreDoor
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeServer

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.worker import InlineParser
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import FiledEntry, MessageKept
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.place import Place
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.renaming import Mode
from mailwatch.core.schemes import BUILTIN
from mailwatch.core.standing import Standing
from mailwatch.jobs.reindex import rebuild_lost
from mailwatch.jobs.rename import RenameFolder, Renamer, RenameRow
from mailwatch.mime.parse import parse
from mailwatch.mime.resubject import restore
from mailwatch.ports import Fetched, Mailbox

CONSENT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ARRIVED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NUMBER = CaseNumber("tracking-id", "2603010040001234")
TOKEN = "TrackingID#2603010040001234"


def case_mail(index: int = 0, subject: str | None = None, body: str = "Hello") -> bytes:
    subject = f"RE: Mail flow stops {index} - {TOKEN}" if subject is None else subject
    lines = [
        f"Received: from out.example by mx.contoso.example; Mon, 2 Mar 2026 00:59:0{index % 10} +0000",
        "From: Support <support@mail.support.microsoft.com>",
        "To: anna@contoso.example",
        f"Subject: {subject}",
        f"Message-ID: <case-{index}@mail.support.microsoft.com>",
        "Date: Mon, 2 Mar 2026 00:59:00 +0000",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        f"{body} {index} 안녕하세요",
        "",
    ]
    return "\r\n".join(lines).encode()


@dataclass
class World:
    """``data`` holds store and archive; ``server`` is the mailbox. Connections are made anew for each run."""

    data: Path
    server: FakeServer = field(default_factory=FakeServer)
    mode: Mode = Mode.REPLACE
    clock: Ticking = field(default_factory=lambda: Ticking(CONSENT))
    connect: Callable[[], Mailbox] | None = None
    ids: Any = field(default_factory=lambda: map("{:032x}".format, itertools.count(1)))

    def __post_init__(self) -> None:
        self.archive: FileArchive = open_archive(self.data)
        self.store = open_store(self.data, self.clock)

    def close(self) -> None:
        self.store.close()

    def copy_to(self, data: Path, server: FakeServer) -> World:
        """The same books in another folder, beside another server."""
        shutil.copytree(self.data, data)
        ids = map("{:032x}".format, itertools.count(1))
        return World(data, server, self.mode, Ticking(self.clock.now), ids=ids)

    @property
    def folder(self) -> RenameFolder:
        return RenameFolder("INBOX", "inbox", self.mode)

    def consent(self) -> None:
        """The folder's mode was first asked for before any mail of the tests came."""
        with self.store.writing() as tx:
            tx.consents.given("support", "INBOX", self.mode, CONSENT - timedelta(days=1))

    def file(
        self, raw: bytes, uid: int, uidvalidity: int = 1000, rule: Rule = Rule.SUBJECT_TOKEN, **more: Any
    ) -> str:
        """Keep and file a mail that lies in INBOX; its SHA-256."""
        message = parse(raw)
        place = Place("support", "INBOX", uidvalidity, uid)
        self.archive.put([Fetched(place, raw, message.sha256, len(raw), ARRIVED)])
        filing = Filing(
            sha256=message.sha256,
            verdict=Verdict.FILED,
            number=NUMBER,
            standing=Standing.CLAIMED,
            rule=rule,
            confidence=Confidence.CERTAIN,
            **more,
        )
        seen = Mention(NUMBER, Where.SUBJECT, Form.TOKEN, None, 0, 5, TOKEN)
        with self.store.writing() as tx:
            kept = MessageKept(message.sha256, len(raw), place, ARRIVED, "mail.contoso.example")
            tx.ledger.record(kept, message)
            tx.ledger.record(FiledEntry(filing, (seen,), "none", desk=True))
        self.clock.now = max(self.clock.now, ARRIVED + timedelta(minutes=5))
        return message.sha256

    def deliver(self, *raws: bytes, flags: tuple[str, ...] = ()) -> list[str]:
        """Mails arrive in INBOX and are filed."""
        inbox = self.server.folders["INBOX"]
        return [self.file(raw, self.server.deliver(raw, "INBOX", flags), inbox.uidvalidity) for raw in raws]

    def renamer(self, fuse: Fuse | None = None) -> Renamer:
        store: Any = self.store if fuse is None else StoreDoor(self.store, fuse)
        archive: Any = self.archive if fuse is None else Door(self.archive, fuse)
        return Renamer(store, archive, self.clock, lambda: next(self.ids), BUILTIN)

    def mailbox(self, fuse: Fuse | None = None) -> Any:
        box: Any = self.connect() if self.connect else FakeMailbox(self.server)
        return box if fuse is None else Door(box, fuse)

    def rename(self, fuse: Fuse | None = None, *, backlog: bool = False) -> tuple[RenameRow, ...]:
        """What a poll does: make plans, carry out what is due."""
        renamer, mailbox = self.renamer(fuse), self.mailbox(fuse)
        renamer.recover("support", mailbox, [self.folder])
        renamer.plan("support", [self.folder], backlog=backlog)
        return self.advance(renamer, fuse)

    def advance(self, renamer: Renamer, fuse: Fuse | None = None) -> tuple[RenameRow, ...]:
        """Carry open plans on, held to the world's mode."""
        return renamer.advance("support", self.mailbox(fuse), lambda _: self.mode)

    def undo(self, fuse: Fuse | None = None, number: CaseNumber | None = None) -> tuple[RenameRow, ...]:
        renamer = self.renamer(fuse)
        self.advance(renamer, fuse)
        renamer.undo("support", number)
        return self.advance(renamer, fuse)

    def lose(self) -> None:
        """The database is lost, and made again from archive and journals."""
        self.store.close()
        for path in self.data.glob("mailwatch.db*"):
            path.unlink()
        self.store = open_store(self.data, self.clock, stale=True)
        rebuild_lost(
            self.store,
            evidence=self.store.evidence(),
            rebuild=self.store.rebuild(),
            into=self.store.restore(),
            journal=FileJournal(self.data),
            source=self.archive,
            archive=self.archive,
            parser=InlineParser(),
        )
        self.consent()

    def raws(self, folder: str) -> list[bytes]:
        found = self.server.folders.get(folder)
        return [] if found is None else [m.raw for _, m in sorted(found.mails.items())]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Ledger entries of one type, as they stand in the journal."""
        lines = [
            json.loads(line)
            for file in sorted((self.data / "ledger").glob("*.jsonl"))
            for line in file.read_text().splitlines()
        ]
        return [line for line in lines if line["type"] == kind]


def renamed(raw: bytes) -> bool:
    """Whether a mail is a renamed copy that proves itself."""
    return restore(raw) is not None
