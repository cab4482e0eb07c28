"""Connections: how they are opened, how a transaction begins, and whose fault a failure is.

SQLite stands here; what differs on PostgreSQL, in ``postgres``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from mailwatch.adapters.disk import closed, unwritable
from mailwatch.adapters.sql import postgres, read_only
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

BUSY_SECONDS = 30
"""How long a connection waits for another one's lock before it says ``locked``."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Without it INSERT OR REPLACE removes a row and no DELETE trigger fires.
    "PRAGMA recursive_triggers = ON",
    "PRAGMA cache_size = -32000",
    "PRAGMA temp_store = MEMORY",
)


def connect(url: str, *, reading: bool = False) -> Engine:
    """An engine for ``url``. The file of a new SQLite database is made first, readable by its owner alone.

    ``reading`` accepts an SQLite database that may not be written to; ``writer`` then refuses.

    Raises:
        ConfigError: the URL is none, or its database cannot be used.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return postgres.connect(parsed, BUSY_SECONDS)
    if reading and (engine := read_only.connect(parsed)) is not None:
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    _make_private(parsed)
    # The connection that a store keeps open may be closed by another thread than the one that opened it.
    engine = create_engine(
        parsed, poolclass=NullPool, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def place(engine: Engine) -> str:
    """Where the database is, fit to be shown: without a password."""
    return engine.url.set(query={}).render_as_string(hide_password=True)


_OTHERS = 0o077


def _parsed(url: str) -> URL:
    with suppress(ArgumentError):
        parsed = make_url(url)
        if parsed.get_backend_name() in {"sqlite", "postgresql"}:
            return parsed
    raise ConfigError(
        "the database address cannot be read",
        mend="write it as sqlite:////path/to/mailwatch.db or postgresql://user@host/mailwatch",
    )


def _make_private(url: URL) -> None:
    if url.database in {None, "", ":memory:"}:
        raise ConfigError("the database must be a file", mend="write it as sqlite:////path/to/mailwatch.db")
    path = Path(str(url.database))
    try:
        _create_or_look(path)
    except OSError as error:
        mend = _mend(error)
        if mend is None:
            raise closed(error, Path(error.filename)) from None
        raise ConfigError(
            "the database {path} cannot be opened: {why}", mend=mend, path=path, why=error.strerror
        ) from None


def _mend(error: OSError) -> str | None:
    """What opens a database file that cannot be opened; None where it is a matter of writing."""
    if isinstance(error, IsADirectoryError):
        return "name a file, not a folder: database: sqlite:////path/to/mailwatch.db"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "make the folder of the database first, or correct database in the config"
    return None


def _create_or_look(path: Path) -> None:
    """Make the file, or see whether it can be used; a file that is there is never opened.

    Closing it again would drop the locks of every connection that this process has to it
    (fcntl(2)), and another process could then clear away the write-ahead log under our feet.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
        # SQLite makes files beside the database: its folder must be open for writing, too.
        if (error := unwritable(path) or unwritable(path.parent)) is not None:
            raise error from None
    if path.stat().st_mode & _OTHERS:
        raise ConfigError(
            "other users of this machine can look into {path}", mend="run: chmod 600 {path}", path=path
        )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late and end too early; ours are said in full.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("mailwatch_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


@contextmanager
def writer(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: commits at the end, rolls back on any exception."""
    read_only.refuse(engine)
    with translated(), engine.connect() as connection:
        connection.execution_options(mailwatch_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                postgres.lock_writer(connection)
            yield connection


@contextmanager
def reader(engine: Engine) -> Iterator[Connection]:
    """One reading transaction: a snapshot that later commits do not touch."""
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Foreign errors become ours at this border; errors of the caller's own code pass untouched."""
    try:
        yield
    except DBAPIError as error:
        raise _ours(error) from error
    except SQLAlchemyError as error:
        if isinstance(error.__cause__, MailwatchError):
            raise error.__cause__ from None
        raise


def _ours(error: DBAPIError) -> MailwatchError:
    # SQLite has no SQLSTATE.
    found = postgres.ours(error) if hasattr(error.orig, "sqlstate") else _of_sqlite(error)
    if found is None:
        # A defect of ours: the traceback must show it.
        raise error
    return found


def _of_sqlite(error: DBAPIError) -> MailwatchError | None:
    said = str(error.orig).lower()
    if "locked" in said or "busy" in said:
        return TemporaryError(
            "the database is busy: another mailwatch holds it",
            mend="wait until it is done, or see who it is: mailwatch status",
        )
    # The second is what SQLite says where there is no room for the index of its log.
    if "full" in said or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE":
        return TemporaryError(
            "the disk that holds the database is full", mend="make room; mailwatch goes on by itself"
        )
    if "readonly" in said or "unable to open" in said or "permission" in said:
        return ConfigError(
            "the database cannot be written to",
            mend="give the user that runs mailwatch the right to write to it and to its folder",
        )
    if "malformed" in said or "not a database" in said:
        return ConfigError(
            "the database is damaged",
            mend="put its file aside; then restore a backup, or rebuild it: "
            "mailwatch reindex --from DIR (the data folder)",
        )
    if "disk i/o" in said or error.connection_invalidated:
        return TemporaryError(
            "the database cannot be reached: {why}",
            mend="if it lasts, look after the disk that holds it",
            why=str(error.orig),
        )
    return None
