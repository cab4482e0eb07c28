"""How long one mailbox is let alone after trouble; it is handed on to the thread of a new configuration."""

from __future__ import annotations

import time
from collections.abc import Callable

from mailwatch.core.backoff import Backoff, patient_delay


class Patience:
    """For one thread at a time. ``pulse`` tells the seconds that have passed."""

    def __init__(self, pulse: Callable[[], float] = time.monotonic) -> None:
        self._pulse = pulse
        self._passes = Backoff()
        self._idles = Backoff()
        self._not_before = 0.0
        self._no_idle_before = 0.0
        self._for_a_person = False

    # ── looking ───────────────────────────────────────────────────────────────

    @property
    def failures(self) -> int:
        """Looks that failed since the last good one."""
        return self._passes.failures

    @property
    def seconds(self) -> float:
        """How long to rest from now on; 0 where a look may begin."""
        return max(0.0, self._not_before - self._pulse())

    def hold(self, seconds: float) -> None:
        """No look within ``seconds``."""
        self._not_before = max(self._not_before, self._pulse() + seconds)

    def failed(self, chance: float, *, temporary: bool, asked: float | None) -> float:
        """Seconds until the next try: later and later; where a person must help, rarely from the first on.

        ``asked`` is what the server asked for, ``chance`` a random number in [0, 1).
        """
        self._passes = self._passes.failed()
        self._for_a_person = not temporary
        delay = self._passes.delay(chance, asked) if temporary else patient_delay(chance)
        self._not_before = self._pulse() + delay
        return delay

    def well(self) -> None:
        """A pass went well: the next failure is the first one."""
        self._passes, self._not_before, self._for_a_person = Backoff(), 0.0, False

    def try_now(self) -> None:
        """A person has read the configuration anew: what he may have mended is tried once.

        What mends by itself goes on as it was: thirty mailboxes shall not storm a server that is away.
        """
        if self._for_a_person:
            self._not_before = 0.0

    # ── waiting for the server's word ─────────────────────────────────────────

    @property
    def may_listen(self) -> bool:
        """Whether a line to wait on may be opened."""
        return self._pulse() >= self._no_idle_before

    def line_lost(self, chance: float) -> float:
        """Seconds until the next line, and the next look, which tells whether the server is gone."""
        self._idles = self._idles.failed()
        delay = self._idles.delay(chance)
        self._no_idle_before = self._pulse() + delay
        self.hold(delay)
        return delay

    def line_held(self) -> None:
        """A line has stood for a while."""
        self._idles = Backoff()

    def never_listen(self) -> None:
        """The server cannot tell of new mail."""
        self._no_idle_before = float("inf")
