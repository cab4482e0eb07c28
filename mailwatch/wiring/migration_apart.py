"""Brings a database up to this version in a process of its own: a daemon shall not keep alembic for years."""

from __future__ import annotations

from sqlalchemy import Engine

from mailwatch.adapters.worker_pools import POOLS, InWorker

_upgrade_at = InWorker("mailwatch.wiring.migration:upgrade_at")


def upgrade_apart(engine: Engine) -> None:
    """``migration.upgrade``, there: the same transaction, copy and errors.

    Raises:
        TemporaryError: that process could not run, or was killed; nothing was migrated.
    """
    POOLS.apart(_upgrade_at, engine.url.render_as_string(hide_password=False))
