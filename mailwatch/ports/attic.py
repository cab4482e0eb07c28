"""Work that is long done."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Attic(Protocol):
    """Work that is long done. What it proved stands in the ledger."""

    def forget_plans(self, before: datetime) -> int:
        """Drop plans that are done or aborted and were due before then; how many."""
        ...

    def forget_digests(self, before: datetime) -> int:
        """Drop sent outbox items last touched before then, but the newest of each name and recipient."""
        ...
