"""Work tables: quarantine, consents, outbox. ``reindex`` leaves them alone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, select, update

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.tables import (
    consents,
    held,
    outbox,
)
from mailwatch.core.canonical import to_milliseconds
from mailwatch.core.place import Place
from mailwatch.core.renaming import Mode
from mailwatch.ports import Held, OutboxItem

_PLACE = ("mailbox", "folder", "uidvalidity", "uid")


class SqlQuarantine:
    """See ``ports.Quarantine``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection

    def hold(self, sha256: str, why: str, at: datetime) -> int:
        """See ``ports.Quarantine``."""
        tries = (self._connection.scalar(select(held.c.tries).where(held.c.sha256 == sha256)) or 0) + 1
        if tries == 1:
            row = {"sha256": sha256, "why": why, "at": at, "tries": tries}
            self._connection.execute(held.insert(), [row])
        else:
            changed = update(held).where(held.c.sha256 == sha256).values(why=why, tries=tries)
            self._connection.execute(changed)
        return tries

    def release(self, sha256: str) -> None:
        """See ``ports.Quarantine``."""
        self._connection.execute(delete(held).where(held.c.sha256 == sha256))

    def restore(self, one: Held) -> None:
        """See ``ports.Quarantine``."""
        row = {"sha256": one.sha256, "why": one.why, "at": one.at, "tries": one.tries}
        upsert(self._connection, held, [row], ["sha256"])

    def held(self) -> tuple[Held, ...]:
        """See ``ports.Quarantine``."""
        self._batch.flush()
        places = self._batch.tables.places
        first = (
            select(places.c.sha256, func.min(places.c.seq).label("seq")).group_by(places.c.sha256).subquery()
        )
        rows = self._connection.execute(
            select(held, *places.c["mailbox", "folder", "uidvalidity", "uid", "internaldate"])
            .join(first, first.c.sha256 == held.c.sha256, isouter=True)
            .join(places, places.c.seq == first.c.seq, isouter=True)
            .order_by(held.c.at, held.c.sha256)
        ).mappings()
        return tuple(_held(row) for row in rows)


def _held(row: RowMapping) -> Held:
    known = row["mailbox"] is not None
    place = Place(row["mailbox"], row["folder"], row["uidvalidity"], row["uid"]) if known else None
    return Held(row["sha256"], row["why"], row["at"], row["tries"], place, row["internaldate"])


class SqlConsents:
    """See ``ports.Consents``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def given(self, mailbox: str, folder: str, mode: Mode, now: datetime) -> datetime:
        """See ``ports.Consents``."""
        row = self._connection.execute(
            select(consents).where(consents.c.mailbox == mailbox, consents.c.folder == folder)
        ).first()
        if row is not None and row.mode == mode.value:
            found: datetime = row.since
            return found
        fresh = {"mailbox": mailbox, "folder": folder, "mode": mode.value, "since": now}
        upsert(self._connection, consents, [fresh], ["mailbox", "folder"])
        return to_milliseconds(now)

    def all(self) -> tuple[tuple[str, str], ...]:
        """See ``ports.Consents``."""
        rows = self._connection.execute(select(consents.c.mailbox, consents.c.folder))
        return tuple(sorted((row.mailbox, row.folder) for row in rows))

    def withdraw(self, mailbox: str, folder: str) -> None:
        """See ``ports.Consents``."""
        gone = delete(consents).where(consents.c.mailbox == mailbox, consents.c.folder == folder)
        self._connection.execute(gone)


class SqlOutbox:
    """See ``ports.Outbox``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def get(self, name: str, recipient: str, date: str) -> OutboxItem | None:
        """See ``ports.Outbox``."""
        rows = self._connection.execute(
            select(outbox).where(
                outbox.c.name == name, outbox.c.recipient == recipient, outbox.c.date == date
            )
        ).mappings()
        return next((OutboxItem(**row) for row in rows), None)

    def put(self, item: OutboxItem) -> None:
        """See ``ports.Outbox``."""
        upsert(self._connection, outbox, [asdict(item)], ["name", "recipient", "date"])

    def unsent(self) -> tuple[OutboxItem, ...]:
        """See ``ports.Outbox``."""
        rows = self._connection.execute(
            select(outbox).where(outbox.c.state.in_(["stored", "sending", "maybe"]))
        ).mappings()
        items = (OutboxItem(**row) for row in rows)
        # Sorted here: a database sorts words by its own locale.
        return tuple(sorted(items, key=lambda item: (item.date, item.name, item.recipient)))
