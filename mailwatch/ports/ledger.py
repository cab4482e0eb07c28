"""The append-only record."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailwatch.core.entries import Entry
from mailwatch.core.message import Message


class Ledger(Protocol):
    """The append-only record; the only way to change a projection."""

    def record(
        self,
        entry: Entry,
        message: Message | None = None,
        *,
        at: datetime | None = None,
        actor: str = "program",
    ) -> int:
        """Append ``entry`` and bring the projections up to date; the new seq.

        ``message`` is needed for ``MessageKept``: headers and search text come from it; with
        ``Erased`` of an original it tells which words leave the search index.
        ``at`` is when it happened, where that differs from now.
        """
        ...
