"""Where originals lie on servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lying:
    """An original at a place. ``live`` is false where it was gone when last looked at."""

    sha256: str
    live: bool
    internaldate: datetime | None
    server: str | None


class Places(Protocol):
    """Where originals are believed to lie on servers; changed by ledger entries alone."""

    def lying(self, mailbox: str, folder: str, uidvalidity: int) -> dict[int, Lying]:
        """By UID, the originals of one folder, those that are gone included."""
        ...
