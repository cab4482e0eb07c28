"""A corner of a folder for one process's half-done files, and what crashed processes left in theirs."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from mailwatch.adapters.disk import PRIVATE_FOLDER


class Corner:
    """A folder of our own below ``tmp``, made when it is first needed. Not for two threads at once.

    It is locked for as long as we live, so that nobody sweeps it away; what a crash
    left there is swept when the next one begins.
    """

    def __init__(self, tmp: Path) -> None:
        self._tmp = tmp
        self._own: Path | None = None
        self._lock = -1
        self._sweep()

    def room(self) -> Path:
        """The folder."""
        if self._own is None:
            self._tmp.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            own = self._tmp / secrets.token_hex(8)
            own.mkdir(mode=PRIVATE_FOLDER)
            self._lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._own = own
        return self._own

    def holds(self, path: Path) -> bool:
        """Whether this file lies in our corner."""
        return path.parent == self._own

    def close(self) -> None:
        """Throw away what is left in it."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            os.close(self._lock)
            self._own = None

    def _sweep(self) -> None:
        """On a read-only disk nothing can be swept, and reading the archive still works."""
        with suppress(OSError):
            for corner in list(self._tmp.iterdir()):
                _sweep_corner(corner)


def _sweep_corner(corner: Path) -> None:
    with suppress(OSError):  # In use, or swept by another process in this very moment.
        handle = os.open(corner, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(corner)
        finally:
            os.close(handle)
