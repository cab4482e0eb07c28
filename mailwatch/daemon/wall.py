"""The clock of the wall against the seconds that have passed: whether somebody has set it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from mailwatch.ports import Clock

LEAST = 30.0
"""Seconds that are worth a word; less is a time service that puts the clock right."""


class Wall:
    """Asked now and then. ``pulse`` tells the seconds that have passed."""

    def __init__(self, clock: Clock, pulse: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pulse = pulse
        self._seen: tuple[datetime, float] = (clock(), pulse())

    def set_back(self) -> float:
        """By how many seconds it was set back since it was asked last; 0 where it was not."""
        wall, pulse = self._seen
        self._seen = now, beat = self._clock(), self._pulse()
        lost = (beat - pulse) - (now - wall).total_seconds()
        return lost if lost > LEAST else 0.0
