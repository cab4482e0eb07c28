"""What alembic runs: the migrations, on the connection and in the transaction it was given."""

from __future__ import annotations

from alembic import context

from mailwatch.adapters.sql.migrations.names import include_name
from mailwatch.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, include_name=include_name
)
with context.begin_transaction():
    context.run_migrations()
