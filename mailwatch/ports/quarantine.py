"""Mails that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailwatch.core.place import Place


@dataclass(frozen=True, slots=True)
class Held:
    """One quarantined mail. ``tries`` counts readings so far.

    ``place`` and ``internaldate`` are those of its ``message`` entry.
    """

    sha256: str
    why: str
    at: datetime
    tries: int
    place: Place | None = None
    internaldate: datetime | None = None


class Quarantine(Protocol):
    """Mails that could not be read."""

    def hold(self, sha256: str, why: str, at: datetime) -> int:
        """Add or count one more try; tries so far."""
        ...

    def release(self, sha256: str) -> None:
        """It could be read after all, or a person let it go."""
        ...

    def held(self) -> tuple[Held, ...]:
        """All that are held, oldest first."""
        ...

    def restore(self, one: Held) -> None:
        """Hold it as it was held before the database was lost, with its reason, time and tries."""
        ...
