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
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from mailwatch.adapters.worker_pools import POOLS, InWorker
from mailwatch.core.message import Message
from mailwatch.errors import TemporaryError, UnreadableMessage
from mailwatch.mime.limits import Limits
from mailwatch.ports import Fetched

Answer = Message | UnreadableMessage
Chunk = tuple[int, ...]  # positions in the batch

_MIB = 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_CHUNK_MAILS = 100
_BY_PATH = 1 * _MIB  # bigger mails go through a file, not through the workers' pipe

# What pebble raises, or hands on as a task's own error, where the pool broke down or was stopped: one idle
# worker that dies (killed for memory, say) breaks the whole pool, and a pipe closed halfway is a TypeError.
_BROKEN = (BrokenProcessPool, CancelledError, OSError, RuntimeError, TypeError)


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

    def parse(self, batch: Sequence[Fetched]) -> tuple[Answer, ...]:
        """One answer for each, in order. TemporaryError where no worker can be had."""
        if not batch:
            return ()
        try:
            with tempfile.TemporaryDirectory(prefix="mailwatch-") as folder:
                contents = [_portable(f.content, Path(folder) / str(n)) for n, f in enumerate(batch)]
                return self._retried(contents)
        except _BROKEN as error:
            raise TemporaryError(
                "the workers that read mail cannot run: {why}",
                mend="make room in memory and in the folder for temporary files; nothing was lost",
                why=error,
            ) from error

    def _retried(self, contents: Sequence[bytes | Path]) -> tuple[Answer, ...]:
        """Read with the workers there are; where those broke down, once more with fresh ones."""
        with self._working() as pool:
            try:
                return self._parse(pool, contents)
            except _BROKEN:
                if not self._discard(pool):
                    raise
        with self._working() as pool:
            return self._parse(pool, contents)

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

    def _parse(self, pool: ProcessPool, contents: Sequence[bytes | Path]) -> tuple[Answer, ...]:
        answers: dict[int, Answer] = {}
        failed = self._round(pool, contents, _chunks(contents), answers)
        singles = [(n,) for chunk in failed if len(chunk) > 1 for n in chunk]
        self._round(pool, contents, singles, answers)
        return tuple(answers[n] for n in range(len(contents)))

    def _round(
        self,
        pool: ProcessPool,
        contents: Sequence[bytes | Path],
        chunks: Sequence[Chunk],
        answers: dict[int, Answer],
    ) -> list[Chunk]:
        """Read ``chunks`` into ``answers``; those that failed. A single mail that failed has its answer."""
        waiting = [(c, self._schedule(pool, [contents[n] for n in c])) for c in chunks]
        failed: list[Chunk] = []
        for chunk, future in waiting:
            result = _result(future)
            if isinstance(result, UnreadableMessage):
                failed.append(chunk)
                result = [result] * len(chunk)
            answers.update(zip(chunk, result, strict=True))
        return failed

    def _schedule(self, pool: ProcessPool, contents: list[bytes | Path]) -> ProcessFuture[list[Answer]]:
        return pool.schedule(read_chunk, (contents, self._limits), timeout=self._deadline)

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


def _portable(content: bytes | Path, spool: Path) -> bytes | Path:
    if isinstance(content, Path) or len(content) <= _BY_PATH:
        return content
    spool.write_bytes(content)
    return spool


def _chunks(contents: Sequence[bytes | Path]) -> list[Chunk]:
    """Positions in runs of bounded bytes and count; a mail in a file goes alone."""
    chunks: list[Chunk] = []
    run: list[int] = []
    size = 0
    for n, content in enumerate(contents):
        length = len(content) if isinstance(content, bytes) else _CHUNK_BYTES
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
