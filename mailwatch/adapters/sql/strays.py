"""Which mailboxes were looked through for copies of ours since the database was made again."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.tables import settings

_NAME = "strays"


def forget_looks(connection: Connection) -> None:
    """The database is being made again: no mailbox was looked through."""
    _store(connection, [])


class SqlStrays:
    """See ``ports.Strays``. A database that was never lost has nothing to look for."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def due(self, mailbox: str) -> bool:
        """See ``ports.Strays``."""
        looked = self._looked()
        return looked is not None and mailbox not in looked

    def looked(self, mailbox: str) -> None:
        """See ``ports.Strays``."""
        _store(self._connection, sorted({*(self._looked() or []), mailbox}))

    def _looked(self) -> list[str] | None:
        found = self._connection.scalar(select(settings.c.value).where(settings.c.name == _NAME))
        return None if found is None else list(map(str, json.loads(found)))


def _store(connection: Connection, mailboxes: list[str]) -> None:
    upsert(connection, settings, [{"name": _NAME, "value": json.dumps(mailboxes)}], ["name"])
