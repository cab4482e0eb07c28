"""An SQLite database that may not be written to, read as it lies.

SQLite reads a write-ahead log only through an index beside it, which it cannot make there. Where
a log with something in it lies without that index, we say so; where there is no log, the file
holds everything, and SQLite is told that nobody changes it (``immutable``, sqlite.org/uri.html).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from mailwatch.adapters.disk import closed, unwritable
from mailwatch.errors import ConfigError, TemporaryError

_OPTION = "mailwatch_stamp"
"""Of an engine that only reads: what its file looked like; see ``_stamp``."""


def connect(url: URL) -> Engine | None:
    """An engine that only reads; None where the database can be written to, or is not there at all.

    Raises:
        ConfigError: what was written last lies in a log that cannot be read here.
    """
    path = Path(str(url.database))
    if not path.is_file() or _why(path) is None:
        return None
    if _log(path) and not path.with_name(f"{path.name}-shm").exists():
        raise ConfigError(
            "what was written last lies in {path}-wal, which can be read only where it can be written to",
            mend="copy {path} with {path}-wal to a folder that can be written to, and name it under database",
            path=path,
        )
    return create_engine(
        url,
        creator=lambda: open_reading(path),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={_OPTION: _stamp(path)},
    )


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection to the database in the file ``path``, however it may be used."""
    if _why(path) is None:
        return sqlite3.connect(path)
    how = "mode=ro" if _log(path) else "mode=ro&immutable=1"
    # As elsewhere, the connection that a store keeps open may be closed by another thread.
    return sqlite3.connect(
        f"file:{quote(str(path))}?{how}", uri=True, isolation_level=None, check_same_thread=False
    )


def reads_only(engine: Engine) -> bool:
    """Whether ``engine`` comes from here."""
    return _OPTION in engine.get_execution_options()


def refuse(engine: Engine) -> None:
    """Refuse to write where nothing can be written.

    Raises:
        ConfigError: that is so.
    """
    path = Path(str(engine.url.database))
    if reads_only(engine) and (why := _why(path)) is not None:
        raise closed(why, Path(why.filename))


def refuse_changed(engine: Engine) -> None:
    """Nobody should have written while SQLite took the file for unchangeable: what was read may be nonsense.

    Raises:
        TemporaryError: somebody did, by another way to the same file system.
    """
    path = Path(str(engine.url.database))
    if reads_only(engine) and engine.get_execution_options()[_OPTION] not in {None, _stamp(path)}:
        raise TemporaryError(
            "the database {path} was written to while it was being read",
            mend="run the same command again",
            path=path,
        )


def _why(path: Path) -> OSError | None:
    return unwritable(path) or unwritable(path.parent)


def _log(path: Path) -> bool:
    """Whether there is a write-ahead log with something in it."""
    log = path.with_name(f"{path.name}-wal")
    return log.is_file() and log.stat().st_size > 0


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes with the file; None where a log guards those who read."""
    if _log(path):
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size
