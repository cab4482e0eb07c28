"""How long to wait after a failure: jitter between a floor and a ceiling that doubles.

Many mailboxes on one server come back at different moments, and a server in
trouble is asked less and less (Brooker, "Exponential Backoff And Jitter").
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 10.0
"""Seconds: the ceiling after the first failure."""

LONGEST = 900.0
"""Seconds: the ceiling that is never passed, but where the other side asks for more."""

SHORTEST = 5.0
"""Seconds: the floor. Nobody is asked again sooner, whatever the dice say."""

MOST_ASKED = 3600.0
"""Seconds: a server that asks for more patience than this is asked again all the same."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Failures in a row. Only a pass that went well starts it anew: a log-in that works proves nothing."""

    failures: int = 0

    def failed(self) -> Backoff:
        """One failure more."""
        return Backoff(self.failures + 1)

    @property
    def ceiling(self) -> float:
        """The longest wait after this many failures, in seconds."""
        doublings = min(max(self.failures, 1) - 1, 16)
        return min(LONGEST, FIRST * 2.0**doublings)

    def delay(self, chance: float, retry_after: float | None = None) -> float:
        """Seconds to wait now.

        Args:
            chance: a random number in [0, 1).
            retry_after: what the other side asked for; never undercut, up to ``MOST_ASKED``.
        """
        jittered = SHORTEST + chance * (self.ceiling - SHORTEST)
        asked = min(retry_after or 0.0, MOST_ASKED)
        # What is added to the wish of a server keeps its clients apart, too.
        return asked + jittered if asked else jittered


def patient_delay(chance: float) -> float:
    """Seconds to wait where only a person can help: often enough to notice the mend, too rare to lock out."""
    return LONGEST / 3 + chance * LONGEST * 2 / 3
