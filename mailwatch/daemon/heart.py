"""Proof of life: each thread says how long its next step may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Hearts:
    """The heartbeats of all threads, each within a limit of its own."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def beat(self, name: str, limit: float) -> None:
        """``name`` lives, and will say so again within ``limit`` seconds."""
        with self._lock:
            self._until[name] = self._now() + limit

    def forget(self, name: str) -> None:
        """``name`` came to its end as it should."""
        with self._lock:
            self._until.pop(name, None)

    def silent(self) -> tuple[str, ...]:
        """Whoever should have been heard of by now."""
        now = self._now()
        with self._lock:
            return tuple(sorted(name for name, until in self._until.items() if until < now))


class Beats:
    """The same for one group of threads, whose names are told from those of others by ``mark``."""

    def __init__(self, hearts: Hearts, mark: str) -> None:
        self._hearts = hearts
        self._mark = f"/{mark}" if mark else ""

    def beat(self, name: str, limit: float) -> None:
        """See ``Hearts``."""
        self._hearts.beat(name + self._mark, limit)

    def forget(self, name: str) -> None:
        """See ``Hearts``."""
        self._hearts.forget(name + self._mark)
