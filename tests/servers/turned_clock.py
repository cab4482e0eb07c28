"""``time.monotonic`` that can be turned on; loaded before any module of mailwatch.

time-machine turns the wall clock alone.
"""

from __future__ import annotations

# Modules that keep the function for themselves are loaded first: they wait in real time.
import asyncio
import multiprocessing.connection
import subprocess
import time

REAL_TIMERS = (asyncio, multiprocessing.connection, subprocess)

real = time.monotonic
_turned = [0.0]


def turn(seconds: float) -> None:
    """Turn it on by as much as the wall clock."""
    _turned[0] += seconds


def _monotonic() -> float:
    return real() + _turned[0]


time.monotonic = _monotonic
