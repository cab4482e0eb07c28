"""Alembic's scripts. Ledger, texts and work tables only: projections are rebuilt, not migrated."""
