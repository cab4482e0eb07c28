"""A database as any other program sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(data: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else to the database of a data folder; each statement commits by itself.

    The library's own ``with`` ends a transaction and leaves the connection open.
    """
    (data / "mailwatch.db").touch(mode=0o600)
    connection = sqlite3.connect(data / "mailwatch.db", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
