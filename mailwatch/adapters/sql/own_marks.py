"""Projections of what mailwatch itself did: renames taken back, and its digests."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table, Text

from mailwatch.adapters.sql.columns import Free, Key
from mailwatch.adapters.sql.tables import HASH


def bars_table(metadata: MetaData, prefix: str) -> Table:
    """Originals that were taken back: not renamed again until a person asks for it."""
    return Table(
        f"{prefix}bars",
        metadata,
        Column("original", HASH, nullable=False),
        Column("mailbox", Free, nullable=False),
        PrimaryKeyConstraint("original", "mailbox"),
    )


def digests_table(metadata: MetaData, prefix: str) -> Table:
    """Our own digests, known by Message-ID and body."""
    return Table(
        f"{prefix}digests",
        metadata,
        Column("message_id", Key, primary_key=True),
        Column("id", Text, nullable=False),
        Column("body_sha256", HASH, nullable=False),
    )
