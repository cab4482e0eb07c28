"""A copy of an SQLite database while others use it, complete or not there at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mailwatch.adapters.sql.read_only import open_reading
from mailwatch.errors import TemporaryError


def duplicate(source: Path, target: Path, begun: Callable[[], None] = lambda: None) -> None:
    """Copy what is committed in ``source`` into the file ``target``, readable by its owner alone.

    ``begun`` is called once the moment that is copied stands fast: what is written from then on
    is not in the copy.

    The copy is made beside its place, synced, and takes it in one step; a copy that stood
    there before is replaced.

    Raises:
        TemporaryError: there is no room for it, or the disk fails.
    """
    half = target.with_name(f"{target.name}.part")
    try:
        _copy(source, half, begun)
        _sync(half)
        half.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        half.unlink(missing_ok=True)
        raise TemporaryError(
            "the database could not be copied to {target}: {why}",
            mend="make room on the disk of {target}, then start mailwatch again",
            target=target,
            why=getattr(error, "strerror", None) or error,
        ) from error


def _copy(source: Path, half: Path, begun: Callable[[], None]) -> None:
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    with closing(open_reading(source)) as database, closing(sqlite3.connect(half)) as copy:
        database.isolation_level = None
        database.execute("BEGIN").close()
        database.execute("SELECT count(*) FROM sqlite_master").close()
        begun()
        database.backup(copy)
        # The copy is one file: it takes the log's mode from its source, and nobody would carry a log along.
        copy.execute("PRAGMA journal_mode = DELETE").close()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
