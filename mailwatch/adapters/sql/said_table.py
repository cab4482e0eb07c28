"""The projection of what people said of cases."""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, String, Table, Text

from mailwatch.adapters.sql.columns import BIG, Free, Moment


def said_table(metadata: MetaData, prefix: str) -> Table:
    """One row a statement. ``said`` is its entry as JSON, with the texts themselves for their commitments.

    ``scheme`` and ``number`` are the case it was said of, ``other_…`` the one that it ties to that.
    """
    return Table(
        f"{prefix}said",
        metadata,
        Column("seq", BIG, primary_key=True, autoincrement=False),
        Column("type", String(20), nullable=False),
        Column("scheme", String(40), nullable=False),
        Column("number", Free, nullable=False),
        Column("other_scheme", String(40)),
        Column("other_number", Free),
        Column("at", Moment, nullable=False),
        Column("recorded_at", Moment, nullable=False),
        Column("said", Text, nullable=False),
        Column("withdrawn_at", Moment),
        Column("withdrawn_by", Free),
        Index(f"ix_{prefix}said_number", "number", "scheme"),
        Index(f"ix_{prefix}said_other", "other_number", "other_scheme"),
    )
