"""Reading mails in processes of their own: what a hostile mail can break is one process.

A worker has a deadline for each mail and a memory limit. Mails travel in
chunks; where a chunk fails, its mails are tried one by one, so that a mail that
kills its worker costs itself alone. Workers start by ``spawn``, which is safe
beside threads, and end when idle.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from mailwatch.adapters.worker_pools import POOLS, InWorker
from mailwatch.core.look import Look, Looked
from mailwatch.core.message import Message
from mailwatch.errors import TemporaryError, UnreadableMessage
from mailwatch.mime.limits import Limits
from mailwatch.ports import Fetched

Answer = Message | Looked | UnreadableMessage
Chunk = tuple[int, ...]  # positions in the batch

_MIB = 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_CHUNK_MAILS = 100
_BY_PATH = 1 * _MIB  # bigger mails go through a file, not through the workers' pipe

# What pebble raises, or hands on as a task's own error, where the pool broke down or was stopped: one idle
# worker that dies (killed for memory, say) breaks the whole pool, and a pipe closed halfway is a TypeError.
_BROKEN = (BrokenProcessPool, CancelledError, OSError, RuntimeError, TypeError)


@dataclass(frozen=True, slots=True)
class _Errand:
    """What the workers are asked to read, and what to look for; None: nothing."""

    mails: Sequence[Fetched]
    look: Look | None


read_chunk = InWorker("mailwatch.adapters.worker:read_chunk")


class ProcessParser:
    """``ports.Parser`` with worker processes. May be used by several threads at once.

    ``deadline`` is in seconds a mail, ``memory`` in bytes of address space a worker,
    ``idle`` in seconds without work after which the workers end, and ``at_rest`` is
    called; they start again when there is work.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        deadline: float = 30,
        memory: int = 1024 * _MIB,
        idle: float = 60,
        limits: Limits | None = None,
        at_rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._at_rest = at_rest
        self._workers = workers
        self._deadline = deadline
        self._memory = memory
        self._idle = idle
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._callers = 0
        self._timer: threading.Timer | None = None

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        """One answer for each, in order. TemporaryError where no worker can be had."""
        return self._read(batch, None)

    def look(self, batch: Sequence[Fetched], look: Look) -> tuple[Looked | UnreadableMessage, ...]:
        """The same, each mail looked at by the worker that parsed it."""
        return self._read(batch, look)

    def _read(self, batch: Sequence[Fetched], look: Look | None) -> tuple[Any, ...]:
        if not batch:
            return ()
        try:
            with tempfile.TemporaryDirectory(prefix="mailwatch-") as folder:
                mails = [_portable(mail, Path(folder) / str(n)) for n, mail in enumerate(batch)]
                return self._retried(_Errand(mails, look))
        except _BROKEN as error:
            raise TemporaryError(
                "the workers that read mail cannot run: {why}",
                mend="make room in memory and in the folder for temporary files; nothing was lost",
                why=error,
            ) from error

    def _retried(self, errand: _Errand) -> tuple[Answer, ...]:
        """Read with the workers there are; where those broke down, once more with fresh ones."""
        with self._working() as pool:
            try:
                return self._parse(pool, errand)
            except _BROKEN:
                if not self._discard(pool):
                    raise
        with self._working() as pool:
            return self._parse(pool, errand)

    def _discard(self, pool: ProcessPool) -> bool:
        """Give up a broken pool; False where ``close`` ended it."""
        with self._lock:
            ours = self._pool is pool
            self._pool = None if ours else self._pool
        if ours:
            POOLS.stop(pool)
        return ours

    def close(self) -> None:
        """End the workers, work in progress included."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._stop_timer()
        if pool is not None:
            POOLS.stop(pool)

    def _parse(self, pool: ProcessPool, errand: _Errand) -> tuple[Answer, ...]:
        answers: dict[int, Answer] = {}
        failed = self._round(pool, errand, _chunks(errand.mails), answers)
        singles = [(n,) for chunk in failed if len(chunk) > 1 for n in chunk]
        self._round(pool, errand, singles, answers)
        return tuple(answers[n] for n in range(len(errand.mails)))

    def _round(
        self,
        pool: ProcessPool,
        errand: _Errand,
        chunks: Sequence[Chunk],
        answers: dict[int, Answer],
    ) -> list[Chunk]:
        """Read ``chunks`` into ``answers``; those that failed. A single mail that failed has its answer."""
        waiting = [(c, self._schedule(pool, errand, c)) for c in chunks]
        failed: list[Chunk] = []
        for chunk, future in waiting:
            result = _result(future)
            if isinstance(result, UnreadableMessage):
                failed.append(chunk)
                result = [result] * len(chunk)
            answers.update(zip(chunk, result, strict=True))
        return failed

    def _schedule(self, pool: ProcessPool, errand: _Errand, chunk: Chunk) -> ProcessFuture[list[Answer]]:
        mails = [errand.mails[n] for n in chunk]
        return pool.schedule(read_chunk, (mails, self._limits, errand.look), timeout=self._deadline)

    @contextmanager
    def _working(self) -> Iterator[ProcessPool]:
        with self._lock:
            self._callers += 1
            self._stop_timer()
            self._pool = pool = self._pool or self._start()
        try:
            yield pool
        finally:
            with self._lock:
                self._callers -= 1
                if not self._callers:
                    self._start_timer()

    def _start(self) -> ProcessPool:
        return POOLS.start(self._workers, self._memory)

    def _start_timer(self) -> None:
        self._timer = threading.Timer(self._idle, self._end_idle)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_idle(self) -> None:
        # Whoever wants workers meanwhile waits for the end of the old ones, some tenths of a second.
        with self._lock:
            if self._callers or self._pool is None:
                return
            pool, self._pool = self._pool, None
            POOLS.end_idle(pool)
        self._at_rest()


def _portable(mail: Fetched, spool: Path) -> Fetched:
    if isinstance(mail.content, Path) or len(mail.content) <= _BY_PATH:
        return mail
    spool.write_bytes(mail.content)
    return replace(mail, content=spool)


def _chunks(mails: Sequence[Fetched]) -> list[Chunk]:
    """Positions in runs of bounded bytes and count; a mail in a file goes alone."""
    chunks: list[Chunk] = []
    run: list[int] = []
    size = 0
    for n, mail in enumerate(mails):
        length = len(mail.content) if isinstance(mail.content, bytes) else _CHUNK_BYTES
        if run and (size + length > _CHUNK_BYTES or len(run) == _CHUNK_MAILS):
            chunks.append(tuple(run))
            run, size = [], 0
        run.append(n)
        size += length
    return [*chunks, tuple(run)] if run else chunks


def _result(future: ProcessFuture[list[Answer]]) -> list[Answer] | UnreadableMessage:
    """What a worker answered, or why it could not."""
    try:
        return future.result()
    except TimeoutError:
        return UnreadableMessage("timeout")
    except ProcessExpired:
        return UnreadableMessage("worker-died")
    except MemoryError:
        return UnreadableMessage("memory")
