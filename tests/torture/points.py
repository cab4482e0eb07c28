"""Counts, in the process that is tried, whatever leaves it or comes in, and kills it at one such step.

A step is: a line opened, bytes sent to a server, bytes read from one; a file made, written, synced,
linked, renamed, removed; a statement that SQLite carries out for good; a commit. Each has two moments:
before and after it.

That none is forgotten is seen to by the interpreter's audit events: what is done to files, sockets
and databases around the functions that are counted here is a *stray*, and fails the run.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import socket
import sqlite3
import ssl
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from mailwatch.adapters import disk

_FILES = (
    *("write", "writev", "pwrite", "sendfile", "fsync", "fdatasync", "sync", "truncate", "ftruncate"),
    *(
        "link",
        "symlink",
        "rename",
        "replace",
        "unlink",
        "remove",
        "mkdir",
        "rmdir",
        "chmod",
        "fchmod",
        "utime",
    ),
)
_LINES = ("connect", "send", "sendall", "sendto", "sendmsg", "recv", "recv_into", "recvfrom")
_TLS = ("do_handshake", "send", "sendall", "recv", "recv_into")

_TELLING = {
    *("os.link", "os.symlink", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"),
    *("os.utime", "socket.connect", "socket.sendto", "socket.sendmsg", "sqlite3.connect"),
}
"""Audit events of what is counted; around it they are strays."""

_LASTING = re.compile(
    r"\s*(COMMIT|END|VACUUM|PRAGMA\s+(journal_mode\s*=\s*DELETE|user_version|wal_checkpoint))", re.IGNORECASE
)
"""Statements of SQLite after which the file is another; within a transaction nothing is changed yet."""


class Points:
    """``stop`` is the moment of death: 2k before step k, 2k + 1 after it; None: never.

    ``report`` is a descriptor that gets a line for each step, strays too.
    """

    def __init__(self, stop: int | None, report: int) -> None:
        self._stop = stop
        self._report = report
        self._write = os.write
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._inside = threading.local()
        self._count = 0

    def watch(self) -> None:
        """From here on everything counts. There is no way back: the process is made for one run."""
        for name in _FILES:
            setattr(os, name, self._around(name, getattr(os, name), _file))
        os.open = self._opening(os.open)
        for kind, names in ((socket.socket, _LINES), (ssl.SSLSocket, _TLS)):
            for name in names:
                setattr(kind, name, self._around(name, getattr(kind, name), _bytes))
        if disk._syncfs is not None:
            disk._syncfs = self._around("syncfs", disk._syncfs, _nothing)
        DefaultDialect.do_commit = self._around("commit", DefaultDialect.do_commit, _nothing)
        for module in (sqlite3, sqlite3.dbapi2):
            module.connect = self._connecting(module.connect)
        sys.addaudithook(self._heard)

    # ── steps ─────────────────────────────────────────────────────────────────

    def _around(self, name: str, function: Callable[..., Any], say: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(function, updated=())
        def counted(*args: Any, **more: Any) -> Any:
            if self._is_inside() or _to_worker(*args):
                return function(*args, **more)
            words = f"{name} {say(*args)}"
            step = self._begin(words)
            self._inside.now = True
            try:
                return function(*args, **more)
            finally:
                self._inside.now = False
                self._moment(2 * step + 1, words)

        return counted

    def _opening(self, function: Callable[..., int]) -> Callable[..., int]:
        """Opening a file is a step where it may make or empty one."""
        counted = self._around("open", function, _file)

        @functools.wraps(function)
        def opened(path: Any, flags: int, *args: Any, **more: Any) -> int:
            return (counted if flags & (os.O_CREAT | os.O_TRUNC) else function)(path, flags, *args, **more)

        return opened

    def _is_inside(self) -> bool:
        return getattr(self._inside, "now", False) or os.getpid() != self._owner

    def _begin(self, words: str) -> int:
        with self._lock:
            step = self._count
            self._count += 1
            self._tell(f"{step}\t{words}")
            self._moment(2 * step, words)
        return step

    def _moment(self, moment: int, words: str) -> None:
        if moment == self._stop:
            self._tell(f"killed\t{('before', 'after')[moment % 2]} {words}")
            os.kill(self._owner, signal.SIGKILL)

    def _tell(self, words: str) -> None:
        self._write(self._report, words.replace("\n", " ").encode() + b"\n")

    # ── what is done around them ──────────────────────────────────────────────

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in _TELLING and not (event == "open" and _opens_to_write(*args)):
            return
        if not self._is_inside() and not _to_worker(*args):
            self._tell(f"stray\t{event} {args!r}")

    def _connecting(self, function: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        """Each connection tells the statements that it is about to carry out."""

        @functools.wraps(function)
        def connected(*args: Any, **more: Any) -> sqlite3.Connection:
            self._inside.now = True
            try:
                database = function(*args, **more)
            finally:
                self._inside.now = False
            database.set_trace_callback(self._stated)
            return database

        return connected

    def _stated(self, statement: str) -> None:
        """SQLite is about to carry this out. Within a counted commit it counts already."""
        if _LASTING.match(statement) and not self._is_inside():
            self._begin(f"sqlite {statement[:60]}")


def _to_worker(line: object = None, *_more: object) -> bool:
    """Pipes and sockets of this machine lead to the processes that read mail, which change nothing."""
    if isinstance(line, int):
        return stat.S_ISFIFO(os.fstat(line).st_mode) or stat.S_ISSOCK(os.fstat(line).st_mode)
    return isinstance(line, socket.socket) and line.family == socket.AF_UNIX


def _opens_to_write(path: object, mode: object, _flags: object) -> bool:
    """By Python's own files, which have a mode; ``os.open`` has none and is counted."""
    writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
    return writes and path != os.devnull and not isinstance(path, int)


def _file(*args: Any) -> str:
    """Two parts of a path, or a descriptor's."""
    if args and isinstance(args[0], int):
        try:
            return _file(Path(f"/proc/self/fd/{args[0]}").readlink())
        except OSError:
            return str(args[0])
    return "/".join(str(args[0]).split("/")[-2:]) if args else ""


def _bytes(_line: object, data: object = b"", *_more: object) -> str:
    """The first words of what is sent; nothing of a log-in."""
    if not isinstance(data, bytes) or b"LOGIN" in data:
        return ""
    return " ".join(data[:40].decode("ascii", "replace").split())


def _nothing(*_args: object) -> str:
    return ""
