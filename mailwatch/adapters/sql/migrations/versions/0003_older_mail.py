"""Cursors tell how many older mails are still to be read, and how long that will take.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is counted yet: the next pass asks the servers."""
    op.add_column("cursors", sa.Column("older", sa.BigInteger(), nullable=True))
    op.add_column("cursors", sa.Column("older_seconds", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """What was counted is forgotten."""
    op.drop_column("cursors", "older_seconds")
    op.drop_column("cursors", "older")
