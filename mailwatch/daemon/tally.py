"""What was done since the start, counted; a new configuration counts on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping


class Tally:
    """Counts by mailbox. Used by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, what: str, mailbox: str, count: int = 1) -> None:
        """``what`` is polls | failures | fetched | filed."""
        with self._lock:
            self._counts[what, mailbox] += count

    def of(self, what: str) -> Mapping[str, int]:
        """The counts of ``what`` by mailbox."""
        with self._lock:
            return {mailbox: n for (which, mailbox), n in self._counts.items() if which == what}
