"""Where originals are believed to lie on servers."""

from __future__ import annotations

from sqlalchemy import select

from mailwatch.adapters.sql.batch import Batch
from mailwatch.ports import Lying


class SqlPlaces:
    """See ``ports.Places``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def lying(self, mailbox: str, folder: str, uidvalidity: int) -> dict[int, Lying]:
        """See ``ports.Places``. The newest word on a place holds."""
        self._batch.flush()
        places = self._batch.tables.places
        rows = self._batch.connection.execute(
            select(places.c.uid, places.c.sha256, places.c.live, places.c.internaldate, places.c.server)
            .where(
                places.c.mailbox == mailbox,
                places.c.folder == folder,
                places.c.uidvalidity == uidvalidity,
                places.c.uid.is_not(None),
            )
            .order_by(places.c.seq)
        )
        return {row.uid: Lying(row.sha256, row.live, row.internaldate, row.server) for row in rows}
