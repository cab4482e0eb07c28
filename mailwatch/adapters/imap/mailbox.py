"""``ports.Mailbox`` over IMAP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from mailwatch.adapters.imap import editing, fetching, looking, waiting
from mailwatch.adapters.imap.account import ImapAccount
from mailwatch.adapters.imap.folders import to_folders
from mailwatch.adapters.imap.session import Session
from mailwatch.ports import Capabilities, Fetched, Folder, FolderState, Listed

_APPENDLIMIT = re.compile(r"APPENDLIMIT=([0-9]{1,15})")


class ImapMailbox:
    """One connection to one mailbox, made at the first call; not for two threads at once.

    ``spool`` gives a fresh path for each mail that comes in pieces. See ``ports.Mailbox``
    for what the methods promise.
    """

    def __init__(self, account: ImapAccount, spool: Callable[[], Path]) -> None:
        self.account = account
        self._spool = spool
        self._session = Session(account)

    def folders(self) -> tuple[Folder, ...]:
        """All folders, INBOX first."""
        return to_folders(self._session.rows())

    def examine(self, folder: str) -> FolderState:
        """EXAMINE."""
        return self._session.enter(folder, writable=False)

    def search(self, low: int, high: int, *, since: date | None = None) -> tuple[int, ...]:
        """UIDs within [low, high], asked for in windows."""
        return looking.search(self._session, low, high, since)

    def batches(self, uids: Sequence[int]) -> Iterator[tuple[Fetched, ...]]:
        """At most 250 mails and 8 MiB a batch; a bigger mail comes alone, as a file."""
        return fetching.batches(self._session, uids, self._spool)

    def find(self, message_id: str) -> tuple[int, ...]:
        """Exact, whatever the server's substring search says."""
        return looking.find(self._session, message_id)

    def capabilities(self) -> Capabilities:
        """What the server offers after log-in; never acted on by version, only by capability."""
        names = self._session.names()
        limits = [int(m[1]) for m in map(_APPENDLIMIT.fullmatch, names) if m]
        return Capabilities(
            server=self.account.host,
            move="MOVE" in names,
            uidplus="UIDPLUS" in names,
            idle="IDLE" in names,
            special_use="SPECIAL-USE" in names,
            append_limit=min(limits, default=None),
            names=names,
        )

    def select(self, folder: str, *, create: bool = False) -> FolderState:
        """SELECT, after CREATE where asked for."""
        return editing.select(self._session, folder, create=create)

    def list(self, uids: Sequence[int]) -> Mapping[int, Listed]:
        """Those of ``uids`` that exist now, whoever changed the folder meanwhile."""
        self._session.look()
        return looking.listing(self._session, uids)

    def copies(self, low: int) -> Mapping[int, str]:
        """Looks at the field itself: SEARCH HEADER is slow or unindexed on some servers."""
        return editing.copies(self._session, low)

    def read(self, uids: Sequence[int]) -> Mapping[int, Fetched]:
        """Whole mails in memory."""
        self._session.look()
        return fetching.read(self._session, uids)

    def append(
        self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime | None
    ) -> tuple[int, int] | None:
        """APPEND, byte for byte."""
        return editing.append(self._session, folder, raw, flags, internaldate)

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, tuple[int, int]]:
        """MOVE, never COPY and EXPUNGE."""
        return editing.move(self._session, uids, folder)

    def remove(self, uids: Sequence[int]) -> None:
        """UID EXPUNGE, never EXPUNGE."""
        editing.remove(self._session, uids)

    def set_flags(self, uid: int, add: Sequence[str], drop: Sequence[str]) -> None:
        """STORE."""
        editing.set_flags(self._session, uid, add, drop)

    def wait(self, seconds: float, wake: int) -> bool:
        """IDLE, for four minutes at most. See ``ports.Waiter``."""
        return waiting.wait(self._session, seconds, wake)

    def close(self) -> None:
        """Log out; never raises."""
        self._session.close()
