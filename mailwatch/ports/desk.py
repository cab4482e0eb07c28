"""Where reading stands: cursors, sightings, and what is still to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailwatch.core.mentions import Mention
from mailwatch.core.place import Place


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been read: everything in [low, high] was seen.

    ``backfilled`` is true when everything below ``low`` that is wanted was seen, too.
    ``older`` counts the mails below ``low`` that are still to be read, ``older_seconds`` is
    the time that they will take; each is None as long as it was not counted or measured.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    low: int
    high: int
    backfilled: bool
    last_good: datetime | None = None
    older: int | None = None
    older_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What stays of a mail that is not kept: enough to find it again when a case turns up.

    ``body_hash`` and ``own_hash`` are those of ``Message``, or empty where the mail was
    screened out by its header alone; they tell the same message from a reused Message-ID.
    ``bracket`` is the number in brackets at the very start of its subject, which
    counts as soon as anyone files a mail under it; it is told by ``Trees.load`` and
    not given back with the sighting.
    """

    place: Place
    sha256: str
    message_id: str | None
    answers: tuple[str, ...]
    size: int
    date: datetime
    seen_at: datetime
    body_hash: str = ""
    own_hash: str = ""
    bracket: Mention | None = None


class Desk(Protocol):
    """Cursors and sightings: where reading stands. Work tables; ``reindex`` leaves them alone."""

    def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """Where reading of this folder stands, or None before the first pass."""
        ...

    def set_cursor(self, cursor: Cursor) -> None:
        """Insert or replace, by mailbox and folder."""
        ...

    def cursors(self, mailbox: str) -> tuple[Cursor, ...]:
        """All of a mailbox, by folder."""
        ...

    def drop_cursor(self, mailbox: str, folder: str) -> None:
        """Forget how far this folder was read."""
        ...

    def sight(self, sightings: Sequence[Sighting]) -> None:
        """Remember; a place that is known is overwritten."""
        ...

    def sighted(self, sha256s: Sequence[str]) -> tuple[Sighting, ...]:
        """The sightings of these bytes, wherever they were seen."""
        ...

    def seen(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Those of ``uids`` that are known: an original, a sighting, or a copy of ours."""
        ...

    def forget_before(self, when: datetime, most: int) -> int:
        """Drop sightings seen before ``when``, the oldest ``most`` of them; how many."""
        ...


class Wishes(Protocol):
    """Sightings that belong to a case now and must be fetched. A crash forgets none."""

    def want(self, sha256s: Sequence[str]) -> None:
        """Remember that these sightings are to be fetched; known wishes stay as they are."""
        ...

    def wanted(self, mailbox: str) -> tuple[Sighting, ...]:
        """What is still to be fetched from this mailbox."""
        ...

    def drop(self, sha256s: Sequence[str]) -> None:
        """Fetched, or given up."""
        ...
