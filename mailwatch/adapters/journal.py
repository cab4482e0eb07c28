"""Ledger and texts once more, as plain lines: ``ledger/<yyyy-mm>.jsonl`` and ``texts/<yyyy-mm>.jsonl``.

Written after each commit, so that a lost database can be made again. A line is
the canonical bytes and LF. Texts go first: an entry in the journal has its texts there.

Nothing that was found in a file is overwritten, but for the beginning of a line that
is written again whole. Whatever else stands there, ``verify`` names.
"""

from __future__ import annotations

import fcntl
import heapq
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from mailwatch.adapters.disk import make_private, sync_folder, translated
from mailwatch.adapters.lines import append_lines, end_last_line, lines_from_end, whole_lines
from mailwatch.core.canonical import Malformed
from mailwatch.core.ledger import Head, link_hash, seq_and_prev
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import JournalLine

_PRIVATE = 0o600
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\.jsonl")

_log = logging.getLogger(__name__)


class JournalFiles:
    """See ``ports.JournalReader``. Changes nothing in ``root``, which may be a backup on any disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ledger = root / "ledger"
        self._texts = root / "texts"

    def entries(self) -> Iterator[bytes]:
        """See ``ports.JournalReader``."""
        with translated(self._ledger):
            yield from heapq.merge(*map(whole_lines, _files(self._ledger)), key=_seq)

    def texts(self) -> Iterator[bytes]:
        """See ``ports.JournalReader``."""
        with translated(self._texts):
            for path in _files(self._texts):
                yield from whole_lines(path)

    def places(self, which: Literal["ledger", "texts"], fits: Callable[[bytes], bool]) -> Iterator[str]:
        """See ``ports.JournalReader``."""
        folder = {"ledger": self._ledger, "texts": self._texts}[which]
        with translated(folder):
            for path in _files(folder):
                for number, line in enumerate(whole_lines(path), start=1):
                    if fits(line):
                        yield f"{which}/{path.name}:{number}"


class FileJournal(JournalFiles):
    """See ``ports.Journal``. ``patience`` is how many seconds to wait for another writer."""

    def __init__(self, root: Path, *, patience: float = 60.0) -> None:
        super().__init__(root)
        self._patience = patience
        for folder in (self._ledger, self._texts):
            make_private(folder)

    @contextmanager
    def locked(self, *, reading: bool = False) -> Iterator[None]:
        """See ``ports.Journal``. The lock falls with the process that holds it."""
        path = self._root / "lock"
        with translated(self._root):
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
            except OSError:
                # Who only reads needs no more than a lock (flock(2)), and a journal that was written has one.
                if not reading or not path.is_file():
                    raise
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
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
        """See ``ports.Journal``. Lines behind it that are no entries are told, and stay.

        Raises:
            ConfigError: there are lines, and not one of them is an entry.
        """
        files = _files(self._ledger)
        with translated(self._ledger):
            lasts = [head for head in map(_last_entry, files) if head is not None]
            # A clock that was set back files a later entry in an earlier month.
            if lasts or not any(next(whole_lines(path), None) for path in files):
                return max(lasts, default=Head(), key=lambda head: head.seq)
        raise ConfigError(
            "the ledger's journal cannot be read", mend="see what was changed: mailwatch verify"
        )

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        """See ``ports.Journal``."""
        for folder, lines in ((self._texts, texts), (self._ledger, entries)):
            with translated(folder):
                _append(folder, lines)

    def close_lines(self) -> None:
        """See ``ports.Journal``."""
        for folder in (self._texts, self._ledger):
            with translated(folder):
                for path in _files(folder):
                    if end_last_line(path):
                        _tell(path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _MONTH.fullmatch(path.name))


def _seq(line: bytes) -> int:
    """Where a line belongs. One that cannot be read stays beside its neighbours: ``verify`` names it."""
    try:
        return seq_and_prev(line)[0]
    except Malformed:
        return 0


def _last_entry(path: Path) -> Head | None:
    """The last line that is an entry, read from the end; None where there is none."""
    for passed, line in enumerate(lines_from_end(path)):
        with suppress(Malformed):
            head = Head(seq_and_prev(line)[0], link_hash(line))
            if passed:
                _tell(path)
            return head
    return None


def _tell(path: Path) -> None:
    _log.warning("%s holds lines at its end that are no entries; see them with: mailwatch verify", path)


def _append(folder: Path, lines: Sequence[JournalLine]) -> None:
    by_month: dict[str, list[bytes]] = {}
    for line in lines:
        by_month.setdefault(line.month, []).append(line.data)
    fresh = False
    for month, data in by_month.items():
        path = folder / f"{month}.jsonl"
        fresh = fresh or not path.exists()
        if append_lines(path, data):
            _tell(path)
    if fresh:
        sync_folder(folder)
