"""What alembic runs: the migrations, on the connection and in the transaction it was given."""

from __future__ import annotations

import re

from alembic import context

from mailwatch.adapters.sql.tables import metadata

_PROJECTION = re.compile(r"p[0-9]+_")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Projections are no part of the migrations."""
    return kind != "table" or name is None or not _PROJECTION.match(name)


context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, include_name=include_name
)
with context.begin_transaction():
    context.run_migrations()
