"""Every look at a mailbox is accounted for, the failed ones first of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailwatch.errors import Words


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a mailbox, UTC. ``trouble`` is a line for a person, None where all went well."""

    mailbox: str
    at: datetime
    fetched: int = 0
    filed: int = 0
    trouble: Words | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """All looks at one mailbox that are remembered: how many, how many of them failed, since when.

    ``in_a_row`` are those that failed since the last good one, ``failing_since`` is the first of
    them, ``trouble`` what the newest of them said.
    """

    mailbox: str
    looks: int
    failed: int
    since: datetime
    last: datetime
    in_a_row: int = 0
    failing_since: datetime | None = None
    trouble: Words | None = None


class Rounds(Protocol):
    """Looks, counted by mailbox and day."""

    def note(self, look: Look) -> None:
        """Count it."""
        ...

    def forget_before(self, when: datetime) -> int:
        """Drop the days before ``when``; how many."""
        ...
