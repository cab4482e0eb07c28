"""Full text in SQLite: a contentless FTS5 table. The words are not kept twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text


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
        # A virtual table has no Table object.
        statement = f"INSERT INTO {name} (rowid, body) VALUES (:seq, :body)"  # noqa: S608 - no value in it
        connection.execute(text(statement), list(rows))

    def remove(self, connection: Connection, name: str, seq: int, body: str) -> None:
        """Take a text out. The index keeps no copy, so it must be told what it holds, word for word."""
        statement = f"INSERT INTO {name} ({name}, rowid, body) VALUES ('delete', :seq, :body)"  # noqa: S608 - as above
        connection.execute(text(statement), {"seq": seq, "body": body})

    def find(
        self, connection: Connection, name: str, runs: Sequence[Sequence[str]], limit: int
    ) -> tuple[int, ...]:
        """The seqs that hold each of ``runs``, newest first."""
        query = " ".join(_phrase(run) for run in runs)
        statement = f"SELECT rowid FROM {name} WHERE {name} MATCH :query ORDER BY rowid DESC LIMIT :limit"  # noqa: S608 - as above
        rows = connection.execute(text(statement), {"query": query, "limit": limit})
        return tuple(row[0] for row in rows)


def _phrase(run: Sequence[str]) -> str:
    """A phrase of FTS5; a lone CJK character is a prefix.

    Tokens hold letters and digits only, so that nothing of the query language gets through.
    """
    phrase = '"' + " ".join(run) + '"'
    lone = len(run) == 1 and len(run[0]) == 1 and not run[0].isascii()
    return phrase + "*" if lone else phrase


INDEX = SqliteIndex()
