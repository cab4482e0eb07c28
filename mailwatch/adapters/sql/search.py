"""Full text, per dialect. The text comes cut into bigrams by ``core.search``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from mailwatch.core.search import cut as tokens
from mailwatch.core.search import runs


def create(connection: Connection, name: str) -> None:
    """Make the index. Contentless: snippets are cut from the archive, the words are not kept twice."""
    connection.execute(
        text(f"CREATE VIRTUAL TABLE {name} USING fts5(body, content='', tokenize='unicode61')")
    )


def drop(connection: Connection, name: str) -> None:
    """Take the index away, where there is one."""
    connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


def add(connection: Connection, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Index rows of ``seq`` and ``body``; the body is cut already."""
    # A virtual table has no Table object; the name is ours, made of a number.
    statement = f"INSERT INTO {name} (rowid, body) VALUES (:seq, :body)"  # noqa: S608 - no value in it
    connection.execute(text(statement), list(rows))


def remove(connection: Connection, name: str, seq: int, body: str) -> None:
    """Take a text out again. The index keeps no copy, so it must be told what it holds, word for word."""
    statement = f"INSERT INTO {name} ({name}, rowid, body) VALUES ('delete', :seq, :body)"  # noqa: S608 - as above
    connection.execute(text(statement), {"seq": seq, "body": body})


def cut(parts: Sequence[str]) -> str:
    """What is indexed of a mail: its texts as tokens."""
    return " ".join(tokens(part) for part in parts)


def find(connection: Connection, name: str, wanted: str, limit: int) -> tuple[int, ...]:
    """The seqs of the originals that hold every word of ``wanted``, newest first."""
    query = match_expression(wanted)
    if not query:
        return ()
    statement = f"SELECT rowid FROM {name} WHERE {name} MATCH :query ORDER BY rowid DESC LIMIT :limit"  # noqa: S608 - as above
    rows = connection.execute(text(statement), {"query": query, "limit": limit})
    return tuple(row[0] for row in rows)


def match_expression(wanted: str) -> str:
    """An FTS5 query: each run of ``wanted`` as a phrase; a lone CJK character as a prefix.

    Tokens hold letters and digits only, so that nothing of the query language gets through.
    """
    return " ".join(_phrase(run) for run in runs(wanted[:_LONGEST_QUERY]))


_LONGEST_QUERY = 500


def _phrase(run: Sequence[str]) -> str:
    phrase = '"' + " ".join(run) + '"'
    lone = len(run) == 1 and len(run[0]) == 1 and not run[0].isascii()
    return phrase + "*" if lone else phrase
