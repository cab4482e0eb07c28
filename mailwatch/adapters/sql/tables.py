"""The tables that are true or remember work. Alembic owns them; projections stand in ``projections``.

The ledger and the texts are evidence; everything below them is a work table,
which a re-scan makes again and ``reindex`` leaves alone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailwatch.adapters.sql.columns import BIG, Free, Key, Moment, Strings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
HASH = String(64)

metadata = MetaData(naming_convention=NAMING)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("hash", HASH, nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    UniqueConstraint("hash"),
)

texts = Table(
    "texts",
    metadata,
    Column("commit", HASH, primary_key=True, quote=True),
    Column("seq", BigInteger, nullable=False, index=True),  # the entry that spoke of it first
    Column("salt", LargeBinary),
    Column("text", LargeBinary),  # the very bytes that are committed to; NULL with the salt once erased
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("mailbox", Text, nullable=False),
    Column("folder", Free, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("backfilled", Boolean, nullable=False),
    Column("last_good", Moment),
    Column("older", BigInteger),
    Column("older_seconds", BigInteger),
    PrimaryKeyConstraint("mailbox", "folder"),
)

looks = Table(
    "looks",
    metadata,
    Column("mailbox", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("looks", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("fetched", BigInteger, nullable=False),
    Column("filed", BigInteger, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("in_a_row", BigInteger, nullable=False),
    Column("failing_since", Moment),
    Column("trouble", Text),  # a sentence with its values, JSON in ASCII
    PrimaryKeyConstraint("mailbox", "day"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("folder", Free),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("sha256", HASH, nullable=False, index=True),
    Column("message_id", Free),
    Column("answers", Strings, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("date", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("body_hash", Text, nullable=False),
    Column("own_hash", Text, nullable=False),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    # A hash takes any length, which a B-tree of PostgreSQL does not.
    Index("ix_sightings_message_id", "message_id", postgresql_using="hash"),
)

sighting_links = Table(
    "sighting_links",
    metadata,
    Column("sha256", HASH, nullable=False),
    Column("key", Key, nullable=False, index=True),
    PrimaryKeyConstraint("sha256", "key"),
)

sighting_brackets = Table(
    "sighting_brackets",
    metadata,
    Column("sha256", HASH, primary_key=True),
    Column("scheme", String(40), nullable=False),
    Column("number", Free, nullable=False),
    Column("mention", Text, nullable=False),
    Index("ix_sighting_brackets_number", "number", "scheme"),
)

consents = Table(
    "consents",
    metadata,
    Column("mailbox", Text, nullable=False),
    Column("folder", Free, nullable=False),
    Column("mode", String(10), nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("mailbox", "folder"),
)

wishes = Table("wishes", metadata, Column("sha256", HASH, primary_key=True))

_OPEN = text("state IN ('planned', 'appended', 'verified', 'retiring')")

plans = Table(
    "plans",
    metadata,
    Column("position", BIG, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("direction", String(10), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("original", HASH, nullable=False, index=True),
    Column("scheme", String(40), nullable=False),
    Column("number", Free, nullable=False),
    Column("folder", Free, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("subject_from", Free, nullable=False),
    Column("subject_to", Free, nullable=False),
    Column("due", Moment, nullable=False),
    Column("copy", HASH, quote=True),
    Column("flags", Strings, nullable=False),
    Column("internaldate", Moment),
    Column("uidnext_before", BigInteger),
    Column("copy_folder", Free),
    Column("copy_uidvalidity", BigInteger),
    Column("copy_uid", BigInteger),
    Column("originals_folder", Free),
    Column("originals_uidvalidity", BigInteger),
    Column("originals_uid", BigInteger),
    Column("originals_uidnext", BigInteger),
    Column("undoes", String(32)),
    Column("why", Free),
    # At most one open plan per original and mailbox: kept by the database itself.
    Index("uq_plans_open", "original", "mailbox", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)

probes = Table(
    "probes",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("id", String(32), nullable=False),
    Column("begun", Moment, nullable=False),
    # Of the newest probe that came to its end; NULL before.
    Column("at", Moment),
    Column("host", Text),
    Column("offer", Strings, nullable=False),
    Column("lost", Strings, nullable=False),
)

told = Table(
    "told",
    metadata,
    Column("sha256", HASH, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the filing under which it was read
    Column("fingerprint", String(16), nullable=False),
    Column("told", Text, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("sha256", HASH, primary_key=True),
    Column("why", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("name", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("date", String(10), nullable=False),
    Column("digest_id", Text, nullable=False),
    Column("message_id", Free, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("updated_at", Moment),
    PrimaryKeyConstraint("name", "recipient", "date"),
)
