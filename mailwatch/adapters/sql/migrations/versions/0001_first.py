"""The first shape: ledger, texts, settings and work tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "ledger",
    "texts",
    "settings",
    "cursors",
    "sightings",
    "sighting_links",
    "wishes",
    "consents",
    "plans",
    "held",
    "outbox",
)

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_APPEND_ONLY = """
CREATE TRIGGER ledger_no_{verb} BEFORE {VERB} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""

_APPEND_ONLY_POSTGRESQL = (
    """
    CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN RAISE EXCEPTION ''the ledger is append-only''; END'
    """,
    """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
    """,
)


def upgrade() -> None:
    """Make all tables, and seal the ledger."""
    _ledger()
    _texts()
    _settings()
    _cursors()
    _sightings()
    _sighting_links()
    _wishes()
    _consents()
    _plans()
    _held()
    _outbox()
    _seal()


def _seal() -> None:
    """What is written in the ledger stays."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _APPEND_ONLY_POSTGRESQL:
            op.execute(statement)
        return
    for verb in ("update", "delete"):
        op.execute(_APPEND_ONLY.format(verb=verb, VERB=verb.upper()))


def downgrade() -> None:
    """Take everything away; only tests do."""
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_is_append_only()")


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("commit", name=op.f("pk_texts")),
    )
    op.create_index(op.f("ix_texts_seq"), "texts", ["seq"], unique=False)


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.Column("last_good", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_cursors")),
    )


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("own_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint(
            "mailbox",
            "folder",
            "uidvalidity",
            "uid",
            name=op.f("uq_sightings_mailbox_folder_uidvalidity_uid"),
        ),
    )
    op.create_index(
        op.f("ix_sightings_message_id"), "sightings", ["message_id"], unique=False, postgresql_using="hash"
    )
    op.create_index(op.f("ix_sightings_seen_at"), "sightings", ["seen_at"], unique=False)
    op.create_index(op.f("ix_sightings_sha256"), "sightings", ["sha256"], unique=False)


def _sighting_links() -> None:
    op.create_table(
        "sighting_links",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "key", name=op.f("pk_sighting_links")),
    )
    op.create_index(op.f("ix_sighting_links_key"), "sighting_links", ["key"], unique=False)


def _wishes() -> None:
    op.create_table(
        "wishes",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_wishes")),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_consents")),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("position", BIG, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("subject_from", sa.Text(), nullable=False),
        sa.Column("subject_to", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("copy", sa.String(length=64), nullable=True),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("internaldate", sa.BigInteger(), nullable=True),
        sa.Column("uidnext_before", sa.BigInteger(), nullable=True),
        sa.Column("copy_folder", sa.Text(), nullable=True),
        sa.Column("copy_uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("copy_uid", sa.BigInteger(), nullable=True),
        sa.Column("originals_folder", sa.Text(), nullable=True),
        sa.Column("originals_uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("originals_uid", sa.BigInteger(), nullable=True),
        sa.Column("originals_uidnext", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.String(length=32), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_plans")),
        sa.UniqueConstraint("id", name=op.f("uq_plans_id")),
    )
    op.create_index(op.f("ix_plans_original"), "plans", ["original"], unique=False)
    op.create_index(
        "uq_plans_open",
        "plans",
        ["original", "mailbox"],
        unique=True,
        sqlite_where=sa.text("state IN ('planned', 'appended', 'verified', 'retiring')"),
        postgresql_where=sa.text("state IN ('planned', 'appended', 'verified', 'retiring')"),
    )


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_held")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", "recipient", "date", name=op.f("pk_outbox")),
    )
