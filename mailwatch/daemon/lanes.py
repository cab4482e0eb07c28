"""What may hang, each in a thread of its own: who waits for one server holds up nobody else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mailwatch.daemon.events import event
from mailwatch.daemon.heart import Beats
from mailwatch.errors import MailwatchError

LANE_LIMIT = 1800.0
"""Seconds for one lane: several readers, a server that answers slowly."""


class Lanes:
    """One piece of work a lane at a time. Lanes are named by the configuration, so that they are few."""

    def __init__(self, hearts: Beats) -> None:
        self._hearts = hearts
        self._change = threading.Condition()
        self._running: set[str] = set()

    def run(self, lane: str, work: Callable[[], None]) -> bool:
        """Begin ``work``. False: what was begun in this lane before is not at its end; ask again later."""
        with self._change:
            if lane in self._running:
                return False
            self._running.add(lane)
        self._hearts.beat(lane, LANE_LIMIT)
        threading.Thread(target=self._run, args=(lane, work), name=lane, daemon=True).start()
        return True

    @property
    def busy(self) -> bool:
        """Whether there is work in any lane."""
        return bool(self._running)

    def wait(self) -> None:
        """Until there is none."""
        with self._change:
            self._change.wait_for(lambda: not self._running)

    def _run(self, lane: str, work: Callable[[], None]) -> None:
        """Trouble ends here; the work is taken up again with the next ring."""
        try:
            work()
        except MailwatchError as error:
            event("trouble", level=logging.WARNING, chore=lane, what=error.message)
        except Exception as error:  # noqa: BLE001 - a defect met with one server must not hold up the others
            event("defect", level=logging.CRITICAL, chore=lane, fault=error)
        finally:
            self._hearts.forget(lane)
            with self._change:
                self._running.discard(lane)
                self._change.notify_all()
