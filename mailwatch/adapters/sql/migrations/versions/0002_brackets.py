"""What sightings name in brackets, so that they are called back once it is a case.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sightings made before have no row: they named no case when they came."""
    op.create_table(
        "sighting_brackets",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("mention", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sighting_brackets")),
    )
    op.create_index("ix_sighting_brackets_number", "sighting_brackets", ["number", "scheme"])


def downgrade() -> None:
    """What they named is forgotten; the sightings stay."""
    op.drop_table("sighting_brackets")
