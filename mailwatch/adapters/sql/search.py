"""Full text, per dialect. The text comes cut into bigrams by ``core.search``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from mailwatch.adapters.sql import search_postgres, search_sqlite
from mailwatch.adapters.sql.search_postgres import PostgresIndex
from mailwatch.adapters.sql.search_sqlite import SqliteIndex
from mailwatch.core.search import runs

_LONGEST_QUERY = 500


def create(connection: Connection, name: str) -> None:
    """Make the index."""
    _dialect(connection).create(connection, name)


def drop(connection: Connection, name: str) -> None:
    """Take the index away, where there is one."""
    _dialect(connection).drop(connection, name)


def add(connection: Connection, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Index rows of ``seq`` and ``body``; the body is cut already."""
    _dialect(connection).add(connection, name, rows)


def remove(connection: Connection, name: str, seq: int, body: str) -> None:
    """Take a text out again, told word for word as it was put in."""
    _dialect(connection).remove(connection, name, seq, body)


def find(connection: Connection, name: str, wanted: str, limit: int) -> tuple[int, ...]:
    """The seqs of the originals that hold every word of ``wanted``, newest first."""
    found = tuple(dict.fromkeys(runs(wanted[:_LONGEST_QUERY])))
    return _dialect(connection).find(connection, name, found, limit) if found else ()


def _dialect(connection: Connection) -> PostgresIndex | SqliteIndex:
    return search_postgres.INDEX if connection.dialect.name == "postgresql" else search_sqlite.INDEX
