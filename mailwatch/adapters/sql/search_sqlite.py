"""Full text in SQLite: a contentless FTS5 table. The words are not kept twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, column, insert, select, table, text
from sqlalchemy.sql.expression import TableClause


class SqliteIndex:
    """The index ``name`` of one generation of projections; the name is ours, made of a number."""

    def create(self, connection: Connection, name: str) -> None:
        """Make it, empty."""
        connection.execute(
            text(f"CREATE VIRTUAL TABLE {name} USING fts5(body, content='', tokenize='unicode61')")
        )

    def drop(self, connection: Connection, name: str) -> None:
        """Take it away, where it is."""
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))

    def add(self, connection: Connection, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Index rows of ``seq`` and ``body``."""
        words = [{"rowid": row["seq"], "body": row["body"]} for row in rows]
        connection.execute(insert(_table(name, "rowid", "body")), words)

    def remove(self, connection: Connection, name: str, seq: int, body: str) -> None:
        """Take a text out. The index keeps no copy, so it must be told what it holds, word for word."""
        # An insert that names the table as a column is how FTS5 is told to do something.
        order = {name: "delete", "rowid": seq, "body": body}
        connection.execute(insert(_table(name, *order)), order)

    def find(
        self, connection: Connection, name: str, runs: Sequence[Sequence[str]], limit: int
    ) -> tuple[int, ...]:
        """The seqs that hold each of ``runs``, newest first."""
        query = " ".join(_phrase(run) for run in runs)
        index = _table(name, name, "rowid")
        found = select(index.c.rowid).where(index.c[name].op("MATCH")(query))
        return tuple(connection.scalars(found.order_by(index.c.rowid.desc()).limit(limit)))


def _table(name: str, *columns: str) -> TableClause:
    """The virtual table; in FTS5 its own name is a column of it, too."""
    return table(name, *(column(one) for one in columns))


def _phrase(run: Sequence[str]) -> str:
    """A phrase of FTS5; a lone CJK character is a prefix.

    Tokens hold letters and digits only, so that nothing of the query language gets through.
    """
    phrase = '"' + " ".join(run) + '"'
    lone = len(run) == 1 and len(run[0]) == 1 and not run[0].isascii()
    return phrase + "*" if lone else phrase


INDEX = SqliteIndex()
