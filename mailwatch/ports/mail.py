"""One mail as a server gave it: the value that the other doors speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailwatch.core.place import Place


@dataclass(frozen=True, slots=True)
class Fetched:
    r"""One mail as the server gave it.

    ``content`` is the bytes, or for a big mail the path of a spool file that
    holds them. ``sha256`` was taken over exactly these bytes as they came in.
    ``flags`` leaves \Recent out. ``server`` is the host the mail came from.
    """

    place: Place
    content: bytes | Path
    sha256: str
    size: int
    internaldate: datetime | None
    flags: frozenset[str] = frozenset()
    outgoing: bool = False
    server: str | None = None

    def read(self) -> bytes:
        """The whole mail in memory."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()
