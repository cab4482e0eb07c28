"""Worker processes: how they start, how they end, and that nothing is left beside them."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context, resource_tracker
from pkgutil import resolve_name
from typing import Any

from pebble import ProcessExpired, ProcessPool

from mailwatch.errors import TemporaryError

BROKEN = (BrokenProcessPool, CancelledError, ProcessExpired, OSError, RuntimeError)
"""What pebble raises where a process could not be started, was killed, or was told to end."""


@dataclass(frozen=True, slots=True)
class InWorker:
    """A function of a module that workers alone load, by ``module:name``; called there.

    What reads mail takes megabytes that a daemon, idle most of its life, need not hold.
    """

    name: str

    def __call__(self, *values: Any) -> Any:
        """Call it, in the worker."""
        return resolve_name(self.name)(*values)


_prepare = InWorker("mailwatch.adapters.worker:prepare")


class Pools:
    """Counts the pools of this process; they share one helper, which ``multiprocessing`` keeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def start(self, workers: int, memory: int) -> ProcessPool:
        """Workers of at most ``memory`` bytes each."""
        with self._lock:
            self._count += 1
            return ProcessPool(
                workers, initializer=_prepare, initargs=(memory,), context=get_context("spawn")
            )

    def apart(self, work: InWorker, *values: Any) -> Any:
        """Do ``work`` once in a process of its own, which ends with it; its errors are raised here.

        Raises:
            TemporaryError: the process could not run, or was killed.
        """
        with self._lock:
            self._count += 1
            pool = ProcessPool(1, context=get_context("spawn"))
        try:
            return pool.schedule(work, values).result()
        except BROKEN as error:
            raise TemporaryError(
                "a process that mailwatch started for its own work has failed: {why}",
                mend="make room in memory, and start again; nothing was changed",
                why=error,
            ) from error
        finally:
            self.end_idle(pool)

    def stop(self, pool: ProcessPool) -> None:
        """Kill the workers."""
        pool.stop()
        pool.join()
        with self._lock:
            self._count -= 1

    @staticmethod
    def kill() -> None:
        """Kill all workers and wait for none of them; for a process that ends at once.

        Whoever asks them politely waits for each of them, and for the lock of who is busy with them.
        """
        for worker in active_children():
            worker.kill()

    def end_idle(self, pool: ProcessPool) -> None:
        """Let workers without work end, and after the last of them the helper: 13 MB for nothing.

        It comes back with the next pool. It looks after semaphores, and would call those lost that were
        not given back before.
        """
        with self._lock:
            pool.close()
            pool.join()
            self._count -= 1
            if not self._count:
                gc.collect()
                _end_helper()


def _end_helper() -> None:
    # Python 3.11 to 3.14 have this way. Without it the helper stays.
    tracker = resource_tracker._resource_tracker  # noqa: SLF001 - no public call ends the helper process
    end = getattr(tracker, "_stop", None)
    if end is not None:
        end()


POOLS = Pools()
