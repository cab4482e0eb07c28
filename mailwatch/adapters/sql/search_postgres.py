"""Full text in PostgreSQL: a GIN index over ``tsvector``, made of our own tokens.

The vectors are written out with their positions rather than made by
``to_tsvector('simple', …)``: that parser splits words by the locale of the
server, and our tokens are cut and folded already. Two limits of a tsvector
(16,383 positions, 256 of one lexeme) would lose words without a sound, and its
third (1 MB) would refuse a mail, so a long text becomes several rows, which overlap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    cast,
    column,
    delete,
    insert,
    intersect,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import TableClause

MOST_TOKENS = 8000
MOST_ALIKE = 255
OVERLAP = 64
"""Tokens that two neighbouring rows share: phrases up to this length are found exactly."""

_BYTES = 500_000
"""Of the tokens of one row, at most; a vector holds 1 MB."""

LONGEST_TOKEN = 500
"""Code points; a lexeme may have 2,046 bytes."""


class PostgresIndex:
    """The index ``name`` of one generation of projections; the name is ours, made of a number."""

    def create(self, connection: Connection, name: str) -> None:
        """Make it, empty."""
        connection.execute(text(f"CREATE TABLE {name} (seq BIGINT NOT NULL, words TSVECTOR NOT NULL)"))
        connection.execute(text(f"CREATE INDEX ix_{name}_words ON {name} USING gin (words)"))
        connection.execute(text(f"CREATE INDEX ix_{name}_seq ON {name} (seq)"))

    def drop(self, connection: Connection, name: str) -> None:
        """Take it away, where it is."""
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))

    def add(self, connection: Connection, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Index rows of ``seq`` and ``body``."""
        made = [{"seq": row["seq"], "words": words} for row in rows for words in vectors(str(row["body"]))]
        if made:
            written = cast(bindparam("words"), TSVECTOR)
            connection.execute(insert(_table(name)).values(seq=bindparam("seq"), words=written), made)

    def remove(self, connection: Connection, name: str, seq: int, _body: str) -> None:
        """Take a text out. Its twin for SQLite needs the words for it."""
        index = _table(name)
        connection.execute(delete(index).where(index.c.seq == seq))

    def find(
        self, connection: Connection, name: str, runs: Sequence[Sequence[str]], limit: int
    ) -> tuple[int, ...]:
        """The seqs that hold each of ``runs``, newest first. Two of them may stand in two rows."""
        index = _table(name)
        each = (
            select(index.c.seq).where(index.c.words.op("@@")(cast(_phrase(run), TSQUERY))) for run in runs
        )
        found = intersect(*each).subquery("found")
        newest = select(found.c.seq).distinct().order_by(found.c.seq.desc()).limit(limit)
        return tuple(connection.scalars(newest))


def _table(name: str) -> TableClause:
    return table(name, column("seq", BigInteger), column("words", TSVECTOR))


def vectors(body: str) -> Iterator[str]:
    """``body`` as tsvectors in writing: ``word:1 another:2``. Tokens hold nothing that needs quoting."""
    tokens = body.split(" ")
    for start, end in _pieces(tokens):
        piece = tokens[start:end]
        yield " ".join(f"{token[:LONGEST_TOKEN]}:{at}" for at, token in enumerate(piece, 1))


def _pieces(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the rows of one text begin and end."""
    start = 0
    while True:
        end = _end(tokens, start)
        yield start, end
        if end == len(tokens):
            return
        start = end - OVERLAP


def _end(tokens: Sequence[str], start: int) -> int:
    """How far a row may go: as far as no limit of a tsvector is met."""
    piece = tokens[start : start + MOST_TOKENS]
    # Counting by the engine is enough for nearly every mail.
    if max(Counter(piece).values()) <= MOST_ALIKE and sum(map(len, piece)) < _BYTES // 8:
        return start + len(piece)
    seen: Counter[str] = Counter()
    size = 0
    for at, token in enumerate(piece, start):
        seen[token] += 1
        size += len(token[:LONGEST_TOKEN].encode()) + 2
        if seen[token] > MOST_ALIKE or size > _BYTES:
            return at
    return start + len(piece)


def _phrase(run: Sequence[str]) -> str:
    """A tsquery: tokens that stand one after the other; a lone CJK character is a prefix."""
    cut = [f"'{token[:LONGEST_TOKEN]}'" for token in run[:OVERLAP]]
    lone = len(run) == 1 and len(run[0]) == 1 and not run[0].isascii()
    return f"{cut[0]}:*" if lone else " <-> ".join(cut)


INDEX = PostgresIndex()
