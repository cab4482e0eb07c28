"""One account on a test server, and what a test does to it behind mailwatch's back."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from imapclient import IMAPClient

ARRIVED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stored:
    r"""A mail as it lies on the server; flags without \Recent, the date as the server wrote it."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class MailUser:
    """Where the server listens and who may come in. ``tls_port`` is None where there is no such port."""

    name: str
    password: str = field(repr=False)
    host: str
    port: int
    tls_port: int | None
    ca_file: Path | None

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A plain connection of the test's own, logged in."""
        client = IMAPClient(self.host, port=self.port, ssl=False, timeout=30)
        client.normalise_times = False
        client._imap.debug = 0
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            client.login(self.name, self.password)
            yield client
        finally:
            client.logout()

    def deliver(
        self,
        raw: bytes,
        folder: str = "INBOX",
        flags: Sequence[str] = (),
        internaldate: datetime | None = ARRIVED,
    ) -> int:
        """APPEND one mail; its UID."""
        return self.deliver_many([raw], folder, flags, internaldate)[0]

    def deliver_many(
        self,
        raws: Sequence[bytes],
        folder: str = "INBOX",
        flags: Sequence[str] = (),
        internaldate: datetime | None = ARRIVED,
    ) -> list[int]:
        """APPEND mails over one connection; their UIDs in order."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            answers = [client.append(folder, raw, flags, internaldate) for raw in raws]
        return [int(answer.split(b"]")[0].split()[-1]) for answer in answers]

    def dump(self, folder: str = "INBOX") -> list[Stored]:
        """Everything in a folder by UID, read without leaving a trace."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            uids = client.search(["ALL"])
            rows = client.fetch(uids, ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
        return [
            Stored(
                uid=uid,
                flags=frozenset(f.decode() for f in row[b"FLAGS"]) - {r"\Recent"},
                internaldate=row[b"INTERNALDATE"],
                raw=row[b"BODY[]"],
            )
            for uid, row in sorted(rows.items())
        ]

    def recent(self, folder: str = "INBOX") -> int:
        r"""How many mails carry \Recent, asked without opening the folder."""
        with self.client() as client:
            return int(client.folder_status(folder, ["RECENT"])[b"RECENT"])

    def create(self, *folders: str) -> None:
        with self.client() as client:
            for folder in folders:
                client.create_folder(folder)

    def delete_folder(self, folder: str) -> None:
        with self.client() as client:
            client.delete_folder(folder)

    def folder_names(self) -> list[str]:
        with self.client() as client:
            return [name for _, _, name in client.list_folders()]

    def add_flags(self, uid: int, *flags: str, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.select_folder(folder)
            client.add_flags([uid], flags)

    def expunge(self, *uids: int, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.select_folder(folder)
            client.add_flags(list(uids), [r"\Deleted"])
            client.uid_expunge(list(uids))
