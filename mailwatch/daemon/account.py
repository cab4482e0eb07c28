"""Every look is written down, also those of a time in which nothing could be written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.errors import MailwatchError
from mailwatch.ports import Look

REST = 60.0
"""Seconds until the database is tried again: whoever waits for it has waited half a minute already."""


class Account:
    """Used by the threads of all mailboxes. ``pulse`` tells the seconds that have passed."""

    def __init__(self, store: SqlStore, pulse: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._pulse = pulse
        self._lock = threading.Lock()
        self._waiting: list[Look] = []
        self._not_before = 0.0

    def note(self, look: Look) -> None:
        """Write it down, with those that wait; later, where the database is away, which others tell."""
        with self._lock:
            self._waiting.append(look)
            if self._pulse() < self._not_before:
                return
            looks, self._waiting = self._waiting, []
        try:
            with self._store.writing() as tx:
                for one in looks:
                    tx.rounds.note(one)
        except MailwatchError:
            with self._lock:
                self._waiting = looks + self._waiting
                self._not_before = self._pulse() + REST
