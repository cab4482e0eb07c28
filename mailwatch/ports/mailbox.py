"""A mailbox on a server: read, edited, moved in, waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from mailwatch.ports.folder import Capabilities, Folder, FolderState, Listed
from mailwatch.ports.mail import Fetched


class MailReader(Protocol):
    """Reads one mailbox; leaves the server as it was (EXAMINE, BODY.PEEK[])."""

    def folders(self) -> tuple[Folder, ...]:
        """All folders of the mailbox, INBOX first."""
        ...

    def examine(self, folder: str) -> FolderState:
        """Open ``folder`` read-only; the following calls speak of it. ConfigError where it does not exist."""
        ...

    def search(self, low: int, high: int, *, since: date | None = None) -> tuple[int, ...]:
        """The UIDs within [low, high], ascending; with ``since`` only those received from that day on.

        ``since`` is compared by the server with INTERNALDATE (RFC 3501 6.4.4).
        """
        ...

    def batches(self, uids: Sequence[int]) -> Iterator[tuple[Fetched, ...]]:
        """The mails of ``uids`` in the order asked for, in batches bounded by count and bytes.

        A UID that has vanished is left out without a word.
        """
        ...

    def find(self, message_id: str) -> tuple[int, ...]:
        """The UIDs in the open folder whose Message-ID is exactly this one."""
        ...


class MailEditor(Protocol):
    """Looks at and marks the mails of one folder that is open read-write."""

    def capabilities(self) -> Capabilities:
        """What the server offers."""
        ...

    def select(self, folder: str, *, create: bool = False) -> FolderState:
        """Open ``folder`` read-write, made first if it is missing and ``create`` is true."""
        ...

    def list(self, uids: Sequence[int]) -> Mapping[int, Listed]:
        """Flags, size and INTERNALDATE of those of ``uids`` that exist."""
        ...

    def copies(self, low: int) -> Mapping[int, str]:
        """UID to plan id of every mail with UID >= low that carries a Mailwatch-Original field."""
        ...

    def read(self, uids: Sequence[int]) -> Mapping[int, Fetched]:
        """Whole mails of those of ``uids`` that exist, in one command."""
        ...


class MailMover(Protocol):
    """Changes what lies in a folder. Jobs check by looking, never by the answer alone."""

    def append(
        self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime | None
    ) -> tuple[int, int] | None:
        """Store a mail; (UIDVALIDITY, UID) where the server tells it, else None."""
        ...

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, tuple[int, int]]:
        """MOVE (RFC 6851) from the open folder; old UID to (UIDVALIDITY, new UID) as far as told."""
        ...

    def remove(self, uids: Sequence[int]) -> None:
        """Expunge exactly ``uids`` (UIDPLUS, RFC 4315); refuses on a server without it."""
        ...

    def set_flags(self, uid: int, add: Sequence[str], drop: Sequence[str]) -> None:
        """Add and drop flags of one mail in the open folder."""
        ...


class Mailbox(MailReader, MailEditor, MailMover, Protocol):
    """One connection to one mailbox; not for two threads at once."""

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Waiter(Protocol):
    """Waits for new mail, where the server can tell of it (``Capabilities.idle``)."""

    def wait(self, seconds: float, wake: int) -> bool:
        """Whether new mail came into the open folder within ``seconds``; may give up earlier.

        Ends at once when ``wake``, a file descriptor, can be read. TemporaryError where
        the line is dead: also where it can be read and says nothing.
        """
        ...
