"""The house in force, and those from before that are not empty yet."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mailwatch.daemon.events import event
from mailwatch.daemon.house import House


class Houses:
    """Used by the first thread, and by the one that brings a new house."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = False
        self._present: House | None = None
        self._leaving: tuple[House, ...] = ()

    @property
    def present(self) -> House | None:
        """The one in force; None before the first, and from the end on."""
        return self._present

    def move_in(self, fresh: House) -> bool:
        """From here on ``fresh`` is in force, and begins to work. False: the end has begun."""
        with self._lock:
            if self._over:
                fresh.retire()
                self._leaving += (fresh,)
                return False
            if self._present is not None:
                self._leaving += (self._present,)
            self._present = fresh
        fresh.start()
        return True

    def sweep(self) -> None:
        """Forget those that are empty by now, and say so where it took its time."""
        with self._lock:
            gone = [house for house in self._leaving if house.has_ended()]
            self._leaving = tuple(house for house in self._leaving if house not in gone)
        for house in gone:
            if house.lingered:
                event("old-configuration-ended")

    def retire(self) -> Sequence[House]:
        """The end begins: nobody moves in any more, and all leave. Whoever is not empty yet."""
        with self._lock:
            self._over = True
            rest = (*self._leaving, *([] if self._present is None else [self._present]))
            self._present = None
        for house in rest:
            house.retire()
        return rest
