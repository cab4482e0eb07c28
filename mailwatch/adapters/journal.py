"""Ledger and texts once more, as plain lines: ``ledger/<yyyy-mm>.jsonl`` and ``texts/<yyyy-mm>.jsonl``.

Written after each commit, so that a lost database can be made again. A line is
the canonical bytes and LF. Texts go first: an entry in the journal has its texts there.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailwatch.adapters.disk import make_private, sync_folder, translated, write_all
from mailwatch.core.canonical import Malformed
from mailwatch.core.ledger import Head, link_hash, seq_and_prev
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import JournalLine

_PRIVATE = 0o600
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\.jsonl")
_BLOCK = 1 << 16


class FileJournal:
    """See ``ports.Journal``. ``patience`` is how many seconds to wait for another writer."""

    def __init__(self, root: Path, *, patience: float = 60.0) -> None:
        self._root = root
        self._ledger = root / "ledger"
        self._texts = root / "texts"
        self._patience = patience
        for folder in (self._ledger, self._texts):
            make_private(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """See ``ports.Journal``. The lock falls with the process that holds it."""
        with translated(self._root):
            handle = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
        try:
            self._acquire(handle)
            yield
        finally:
            os.close(handle)

    def _acquire(self, handle: int) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TemporaryError(
                        "another mailwatch is writing to {path}",
                        mend="wait until it is done, or see who it is: mailwatch status",
                        path=self._root,
                    ) from None
                time.sleep(0.01)
            else:
                return

    def end(self) -> Head:
        """See ``ports.Journal``."""
        with translated(self._ledger):
            lasts = [_last_line(path) for path in _files(self._ledger)]
        # A clock that was set back files a later entry in an earlier month.
        return max((_head(line) for line in lasts if line), default=Head(), key=lambda head: head.seq)

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        """See ``ports.Journal``."""
        for folder, lines in ((self._texts, texts), (self._ledger, entries)):
            with translated(folder):
                _append(folder, lines)

    def entries(self) -> Iterator[bytes]:
        """See ``ports.Journal``."""
        with translated(self._ledger):
            yield from heapq.merge(*map(_lines, _files(self._ledger)), key=_seq)

    def texts(self) -> Iterator[bytes]:
        """See ``ports.Journal``."""
        with translated(self._texts):
            for path in _files(self._texts):
                yield from _lines(path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _MONTH.fullmatch(path.name))


def _lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a file; half a line at its end is what a crash left."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def _seq(line: bytes) -> int:
    """Where a line belongs. One that cannot be read stays beside its neighbours: ``verify`` names it."""
    try:
        return seq_and_prev(line)[0]
    except Malformed:
        return 0


def _head(line: bytes) -> Head:
    try:
        return Head(seq_and_prev(line)[0], link_hash(line))
    except Malformed:
        raise ConfigError(
            "the last line of the ledger's journal cannot be read",
            mend="see what was changed: mailwatch verify",
        ) from None


def _last_line(path: Path) -> bytes:
    """The last whole line without its LF, read from the end; empty where there is none."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        tail = b""
        while position > 0:
            size = min(_BLOCK, position)
            position -= size
            file.seek(position)
            tail = file.read(size) + tail
            whole = tail.rpartition(b"\n")[0]
            if b"\n" in whole:
                return whole.rpartition(b"\n")[2]
        return tail.rpartition(b"\n")[0].rpartition(b"\n")[2]


def _append(folder: Path, lines: Sequence[JournalLine]) -> None:
    by_month: dict[str, list[bytes]] = {}
    for line in lines:
        by_month.setdefault(line.month, []).append(line.data)
    fresh = False
    for month, data in by_month.items():
        path = folder / f"{month}.jsonl"
        fresh = fresh or not path.exists()
        _append_to(path, b"".join(one + b"\n" for one in data))
    if fresh:
        sync_folder(folder)


def _append_to(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        _cut_half_line(handle)
        os.lseek(handle, 0, os.SEEK_END)
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _cut_half_line(handle: int) -> None:
    """What stands after the last LF was being written when a process died; it is written again whole."""
    end = position = os.lseek(handle, 0, os.SEEK_END)
    while position > 0:
        start = max(0, position - _BLOCK)
        found = os.pread(handle, position - start, start).rfind(b"\n")
        if found >= 0:
            position = start + found + 1
            break
        position = start
    if position < end:
        os.ftruncate(handle, position)
