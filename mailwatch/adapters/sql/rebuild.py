"""The ledger read back, and fresh projections filled beside those in use."""

from __future__ import annotations

from sqlalchemy import Engine


class SqlRebuild:
    """To be continued."""

    def __init__(self, engine: Engine, journal: object) -> None:
        self._engine = engine
