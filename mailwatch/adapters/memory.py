"""What glibc holds back, given back to the system. On another C library all of this does nothing.

A daemon with a thread for each mailbox works hard for some minutes and then hardly at all. By
default glibc gives each thread a heap of its own (mallopt(3), M_ARENA_MAX) and keeps what was freed
in it for that thread: with thirty mailboxes, some 25 MB that nobody uses.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

_M_ARENA_MAX = -8
"""From ``malloc.h``."""


def share_one_heap() -> None:
    """All threads take memory from one heap. Call it before there are threads.

    They take turns anyway, since one of them at a time runs Python.
    """
    _c_function("mallopt")(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system (malloc_trim(3)); takes milliseconds."""
    _c_function("malloc_trim")(0)


def _c_function(name: str) -> Callable[..., object]:
    """A function of the C library; one that does nothing where it has none of this name."""
    try:
        found: Callable[..., object] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return lambda *_: None
    return found
