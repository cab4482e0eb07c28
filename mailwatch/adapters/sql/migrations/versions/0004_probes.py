"""What a mailbox's server makes of mail that is stored on it.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No server has been probed yet: the next rename has it done first."""
    op.create_table(
        "probes",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("lost", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_probes")),
    )


def downgrade() -> None:
    """Servers are probed anew."""
    op.drop_table("probes")
