"""Probes of mail servers: a work table, which the next probe makes again."""

from __future__ import annotations

from typing import Protocol

from mailwatch.core.fidelity import Probe


class Probes(Protocol):
    """The newest probe of each mailbox."""

    def newest(self, mailbox: str) -> Probe | None:
        """None before the first one has begun."""
        ...

    def save(self, mailbox: str, probe: Probe) -> None:
        """Insert, or bring up to date."""
        ...
