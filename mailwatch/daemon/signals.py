"""Signals, and words of other threads, as a descriptor that the first thread waits on."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
"""What asks for the end."""


class Ear:
    """``heard`` waits, for one thread; ``nudge`` wakes it, from any other."""

    def __init__(self, hears: int, rings: int) -> None:
        self._hears = hears
        self._rings = rings

    def nudge(self) -> None:
        """Wake whoever waits."""
        with suppress(
            BlockingIOError, OSError
        ):  # A full pipe is loud enough, and after the end nobody waits.
            os.write(self._rings, b"\0")

    def heard(self, seconds: float) -> frozenset[int]:
        """The signals that have come; waits for one, or for a nudge, ``seconds`` at most."""
        poll = select.poll()
        poll.register(self._hears, select.POLLIN)
        poll.poll(seconds * 1000)
        with suppress(BlockingIOError):
            return frozenset(os.read(self._hears, 4096)) - {0}
        return frozenset()


@contextmanager
def listening() -> Iterator[Ear]:
    """SIGTERM, SIGINT and SIGHUP are heard by the ear alone while the block runs.

    As process 1 a signal without a handler is no signal at all, so each has one.
    """
    hears, rings = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.signal(number, _noted) for number in _ASKED}
    former = signal.set_wakeup_fd(rings, warn_on_full_buffer=False)
    try:
        yield Ear(hears, rings)
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(hears)
        os.close(rings)


def _noted(_number: int, _frame: object) -> None:
    """The number stands in the pipe."""
