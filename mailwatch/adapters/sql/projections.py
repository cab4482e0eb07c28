"""What the ledger adds up to, in tables that can be thrown away.

Each set of projections is a generation, ``p1_…``, ``p2_…``: reindex fills a new
generation beside the one in use and then turns one row of ``settings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from mailwatch.adapters.sql.columns import BIG, Free, Key, Moment, Strings
from mailwatch.adapters.sql.own_marks import bars_table, digests_table
from mailwatch.adapters.sql.said_table import said_table
from mailwatch.adapters.sql.tables import HASH, NAMING

VERSION = 4
"""Rises with every change to these tables or to ``project``; other projections must be rebuilt."""


@dataclass(frozen=True, slots=True)
class Projections:
    """The tables of one generation. ``search`` is the name of a virtual table, made by the dialect."""

    generation: int
    metadata: MetaData
    originals: Table
    links: Table
    places: Table
    filings: Table
    mentions: Table
    related: Table
    cases: Table
    renames: Table
    bars: Table
    digests: Table
    said: Table
    search: str

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them but the search index, in a fixed order."""
        return tuple(self.metadata.sorted_tables)


@cache
def projections(generation: int) -> Projections:
    """The tables of ``generation``."""
    metadata = MetaData(naming_convention=NAMING)
    prefix = f"p{generation}_"
    return Projections(
        generation,
        metadata,
        _originals(metadata, prefix),
        _links(metadata, prefix),
        _places(metadata, prefix),
        _filings(metadata, prefix),
        _mentions(metadata, prefix),
        _related(metadata, prefix),
        _cases(metadata, prefix),
        _renames(metadata, prefix),
        bars_table(metadata, prefix),
        digests_table(metadata, prefix),
        said_table(metadata, prefix),
        f"{prefix}search",
    )


def _originals(metadata: MetaData, prefix: str) -> Table:
    """One row an original. What comes from its headers is empty where it could not be read."""
    return Table(
        f"{prefix}originals",
        metadata,
        Column("seq", BIG, primary_key=True, autoincrement=False),
        Column("sha256", HASH, nullable=False, unique=True),
        Column("size", BigInteger, nullable=False),
        Column("internaldate", Moment),
        Column("server", Free),
        Column("first_seen", Moment, nullable=False),
        Column("readable", Boolean, nullable=False),
        Column("message_id", Free),
        Column("thread_key", Free, nullable=False),
        Column("answers", Strings, nullable=False),
        Column("date", Moment, nullable=False),
        Column("from_addr", Free, nullable=False),
        Column("from_name", Free, nullable=False),
        Column("recipients", Strings, nullable=False),
        Column("subject", Free, nullable=False),
        Column("automatic", String(10), nullable=False),
        Column("signed", Boolean, nullable=False),
        Column("encrypted", Boolean, nullable=False),
        Column("mailwatch_fields", Strings, nullable=False),
        Column("subject_fields", Integer, nullable=False),
        Column("body_hash", Text, nullable=False),
        Column("own_hash", Text, nullable=False),
        # A hash takes any length, which a B-tree of PostgreSQL does not.
        Index(f"ix_{prefix}originals_message_id", "message_id", postgresql_using="hash"),
    )


def _links(metadata: MetaData, prefix: str) -> Table:
    """Which original names which msg-id: its own key, and those it answers."""
    return Table(
        f"{prefix}links",
        metadata,
        Column("key", Key, nullable=False),
        Column("sha256", HASH, nullable=False),
        PrimaryKeyConstraint("key", "sha256"),
    )


def _places(metadata: MetaData, prefix: str) -> Table:
    """Where an original lies. ``live`` is false once the folder's UIDs lost their meaning."""
    return Table(
        f"{prefix}places",
        metadata,
        Column("seq", BIG, primary_key=True, autoincrement=False),
        Column("sha256", HASH, nullable=False, index=True),
        Column("mailbox", Free, nullable=False),
        Column("folder", Free),
        Column("uidvalidity", BigInteger),
        Column("uid", BigInteger),
        Column("internaldate", Moment),
        Column("server", Free),
        Column("seen_at", Moment, nullable=False),
        Column("live", Boolean, nullable=False),
        Index(f"ix_{prefix}places_uid", "mailbox", "folder", "uidvalidity", "uid"),
    )


def _filings(metadata: MetaData, prefix: str) -> Table:
    """The newest filing of each original; ``pin`` is the newest one that a person made."""
    return Table(
        f"{prefix}filings",
        metadata,
        Column("sha256", HASH, primary_key=True),
        Column("seq", BigInteger, nullable=False),
        Column("verdict", String(12), nullable=False),
        Column("scheme", String(40)),
        Column("number", Free),
        Column("standing", String(12), nullable=False),
        Column("rule", String(20)),
        Column("confidence", String(10)),
        Column("place", String(8)),
        Column("part", Integer),
        Column("start", Integer),
        Column("end", Integer, quote=True),
        Column("via", HASH),
        Column("through_ghost", Boolean, nullable=False),
        Column("rules", Integer, nullable=False),
        Column("related", Text, nullable=False),
        Column("mentions", Text, nullable=False),
        Column("anchor", String(4), nullable=False),
        Column("desk", Boolean, nullable=False),
        Column("named_scheme", String(40)),
        Column("named_number", Free),
        Column("pin", Text),
        Column("pin_seq", BigInteger),
        Index(f"ix_{prefix}filings_number", "number", "scheme", "verdict"),
        Index(f"ix_{prefix}filings_named", "named_number", "named_scheme"),
        Index(f"ix_{prefix}filings_verdict", "verdict"),
        Index(f"ix_{prefix}filings_via", "via"),
    )


def _mentions(metadata: MetaData, prefix: str) -> Table:
    """The spellings of numbers seen in each original, as its newest filing tells them."""
    return Table(
        f"{prefix}mentions",
        metadata,
        Column("sha256", HASH, nullable=False),
        Column("position", Integer, nullable=False),
        Column("scheme", String(40), nullable=False),
        Column("number", Free, nullable=False),
        Column("alias", Key, nullable=False, index=True),
        PrimaryKeyConstraint("sha256", "position"),
        Index(f"ix_{prefix}mentions_number", "number", "scheme"),
    )


def _related(metadata: MetaData, prefix: str) -> Table:
    return Table(
        f"{prefix}related",
        metadata,
        Column("sha256", HASH, nullable=False),
        Column("scheme", String(40), nullable=False),
        Column("number", Free, nullable=False),
        PrimaryKeyConstraint("sha256", "scheme", "number"),
        Index(f"ix_{prefix}related_number", "number", "scheme"),
    )


def _cases(metadata: MetaData, prefix: str) -> Table:
    """What of a case does not follow from its mails: when it was first recorded, and what was frozen."""
    return Table(
        f"{prefix}cases",
        metadata,
        Column("scheme", String(40), nullable=False),
        Column("number", Free, nullable=False),
        Column("first_recorded_at", Moment),
        Column("token", Free),
        Column("title", Free),
        PrimaryKeyConstraint("number", "scheme"),
    )


def _renames(metadata: MetaData, prefix: str) -> Table:
    """Every rename and undo that came to its end, texts resolved; ``standing`` where it was not undone."""
    return Table(
        f"{prefix}renames",
        metadata,
        Column("seq", BIG, primary_key=True, autoincrement=False),
        Column("direction", String(10), nullable=False),
        Column("standing", Boolean, nullable=False),
        Column("plan", String(32), nullable=False, index=True),
        Column("original", HASH, nullable=False, index=True),
        Column("copy", Text, nullable=False, quote=True),
        Column("mailbox", Free, nullable=False),
        Column("mode", String(10), nullable=False),
        Column("state", String(10), nullable=False),
        Column("why", Text),
        Column("scheme", String(40)),
        Column("number", Free),
        Column("folder", Free, nullable=False),
        Column("originals_folder", Free),
        Column("uidvalidity", BigInteger),
        Column("uid", BigInteger),
        Column("copy_folder", Free, nullable=False),
        Column("copy_uidvalidity", BigInteger),
        Column("copy_uid", BigInteger),
        Column("originals_uidvalidity", BigInteger),
        Column("originals_uid", BigInteger),
        Column("subject_from", Free, nullable=False),
        Column("subject_to", Free, nullable=False),
        Column("recorded_at", Moment, nullable=False),
        Index(f"ix_{prefix}renames_copy", "mailbox", "copy_folder", "copy_uidvalidity", "copy_uid"),
    )
