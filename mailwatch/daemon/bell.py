"""How one thread is told what is wanted of it, also while it waits for a server."""

from __future__ import annotations

import os
import select
import threading
from contextlib import suppress
from enum import StrEnum


class Want(StrEnum):
    """What a mailbox's thread can be asked for."""

    POLL = "poll"
    COMPARE = "compare"


class Bell:
    """Rung by any thread, heard by one. ``fileno`` is a descriptor that can be read after it was rung."""

    def __init__(self) -> None:
        self._hears, self._rings = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._wants: set[Want] = set()
        self._over = False

    def ring(self, want: Want | None = None) -> None:
        """Ask for something, or only wake the thread."""
        with self._lock:
            if want is not None:
                self._wants.add(want)
            if not self._over:
                with suppress(BlockingIOError):  # A full pipe is loud enough.
                    os.write(self._rings, b"!")

    def take(self) -> frozenset[Want]:
        """What was asked for since the last time."""
        with self._lock:
            with suppress(BlockingIOError):
                os.read(self._hears, 65536)
            wants, self._wants = frozenset(self._wants), set()
        return wants

    def wait(self, seconds: float) -> None:
        """Until somebody rings, ``seconds`` at most."""
        poll = select.poll()
        poll.register(self._hears, select.POLLIN)
        poll.poll(max(seconds, 0) * 1000)

    def fileno(self) -> int:
        """To wait on together with a socket."""
        return self._hears

    def close(self) -> None:
        """Give the descriptors back; ringing goes unheard from now on."""
        with self._lock:
            self._over = True
            os.close(self._hears)
            os.close(self._rings)
