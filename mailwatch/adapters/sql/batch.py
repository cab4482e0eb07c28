"""Rows gathered within a transaction and written in bulk: no round trip per mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from mailwatch.adapters.sql import search
from mailwatch.adapters.sql.projections import Projections

Row = Mapping[str, Any]

CHUNK = 500
"""Values in one IN list: below SQLite's limit of variables, also in old builds."""


def chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    """``values`` in pieces that fit an IN list."""
    return [values[i : i + CHUNK] for i in range(0, len(values), CHUNK)]


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert; rows whose key is there already are left alone."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def upsert(
    connection: Connection, table: Table, rows: Sequence[Row], key: Sequence[str], keep: Sequence[str] = ()
) -> None:
    """Insert, or overwrite the row of the same ``key`` but for the columns in ``keep``.

    Columns that the rows do not name keep their value. A key comes once in ``rows``.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in {*key, *keep}}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=fresh), list(rows))


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Batch:
    """The projection rows of one transaction that are not written yet. Any reader flushes first."""

    def __init__(self, connection: Connection, tables: Projections) -> None:
        self.connection = connection
        self.tables = tables
        self._originals: dict[str, Row] = {}
        self._links: list[Row] = []
        self._places: list[Row] = []
        self._filings: dict[str, Row] = {}
        self._mentions: dict[str, Sequence[Row]] = {}
        self._related: dict[str, Sequence[Row]] = {}
        self._cases: dict[tuple[str, str], Row] = {}
        self._search: list[Row] = []

    def original(self, row: Row, links: Sequence[Row], body: str) -> None:
        """One original, its links and what is searched of it."""
        self._originals[row["sha256"]] = row
        self._links.extend(links)
        if body:
            self._search.append({"seq": row["seq"], "body": body})

    def place(self, row: Row) -> None:
        """One place of one original."""
        self._places.append(row)

    def filing(self, row: Row, mentions: Sequence[Row], related: Sequence[Row]) -> None:
        """The newest filing of one original. A pin outlives filings that bring none."""
        before = self._filings.get(row["sha256"])
        if before is not None and row["pin"] is None:
            row = {**row, "pin": before["pin"], "pin_seq": before["pin_seq"]}
        self._filings[row["sha256"]] = row
        self._mentions[row["sha256"]] = mentions
        self._related[row["sha256"]] = related

    def case(self, row: Row) -> None:
        """A case that may be new."""
        self._cases.setdefault((row["scheme"], row["number"]), row)

    def flush(self) -> None:
        """Write what is gathered."""
        if not (self._originals or self._filings or self._places):
            return
        self._flush_originals()
        self._flush_filings()

    def _flush_originals(self) -> None:
        tables = self.tables
        # An original that is recorded again was unreadable before: only what is read of it changes.
        upsert(
            self.connection,
            tables.originals,
            list(self._originals.values()),
            ["sha256"],
            keep=("first_seen", "size", "internaldate", "server"),
        )
        insert_new(self.connection, tables.links, self._links)
        if self._places:
            self.connection.execute(tables.places.insert(), self._places)
        if self._search:
            search.add(self.connection, tables.search, self._search)
        self._originals, self._links, self._places, self._search = {}, [], [], []

    def _flush_filings(self) -> None:
        if not self._filings:
            return
        tables = self.tables
        for some in chunks(list(self._filings)):
            for table in (tables.mentions, tables.related):
                self.connection.execute(delete(table).where(table.c.sha256.in_(some)))
        self._upsert_filings()
        for table, rows in ((tables.mentions, self._mentions), (tables.related, self._related)):
            insert_new(self.connection, table, [row for some in rows.values() for row in some])
        insert_new(self.connection, tables.cases, list(self._cases.values()))
        self._filings, self._mentions, self._related, self._cases = {}, {}, {}, {}

    def _upsert_filings(self) -> None:
        rows = list(self._filings.values())
        pinned = [row for row in rows if row["pin"] is not None]
        others = [row for row in rows if row["pin"] is None]
        upsert(self.connection, self.tables.filings, pinned, ["sha256"])
        upsert(self.connection, self.tables.filings, others, ["sha256"], keep=("pin", "pin_seq"))
