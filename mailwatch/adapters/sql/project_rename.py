"""What a ``rename`` or ``undo`` entry changes in the projections."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from mailwatch.adapters.sql.batch import Batch, insert_new
from mailwatch.adapters.sql.columns_of import RENAME_COLUMNS, words
from mailwatch.core.entries import Renamed, Undone


def project_rename(batch: Batch, seq: int, ts: datetime, entry: Renamed) -> None:
    """Take a ``rename`` or ``undo`` entry in."""
    batch.flush()
    undo = isinstance(entry, Undone)
    done = entry.state == "done"
    if done:
        _settle(batch, entry, undo=undo)
    filings = batch.tables.filings
    filed = batch.connection.execute(
        select(filings.c.scheme, filings.c.number).where(filings.c.sha256 == entry.original)
    ).first()
    row = {
        **{name: getattr(entry, name) for name in RENAME_COLUMNS},
        "seq": seq,
        "direction": "undo" if undo else "rename",
        "standing": done and not undo,
        "scheme": filed.scheme if filed else None,
        "number": filed.number if filed else None,
        "folder": words(entry.folder),
        "originals_folder": None if entry.originals is None else words(entry.originals),
        "copy_folder": words(entry.copy_folder),
        "subject_from": words(entry.subject_from),
        "subject_to": words(entry.subject_to),
        "recorded_at": ts,
    }
    batch.connection.execute(batch.tables.renames.insert(), [row])


def _settle(batch: Batch, entry: Renamed, *, undo: bool) -> None:
    """What a rename or undo that went through changes elsewhere."""
    connection, tables = batch.connection, batch.tables
    renames, bars = tables.renames, tables.bars
    connection.execute(
        update(renames)
        .where(renames.c.original == entry.original, renames.c.mailbox == entry.mailbox)
        .values(standing=False)
    )
    connection.execute(delete(bars).where(bars.c.original == entry.original, bars.c.mailbox == entry.mailbox))
    if undo:
        insert_new(connection, bars, [{"original": entry.original, "mailbox": entry.mailbox}])
    if entry.originals is not None:
        _move(batch, entry, undo=undo)


def _move(batch: Batch, entry: Renamed, *, undo: bool) -> None:
    """The original lies elsewhere now."""
    assert entry.originals is not None
    here = (words(entry.folder), entry.uidvalidity, entry.uid)
    there = (words(entry.originals), entry.originals_uidvalidity, entry.originals_uid)
    if undo:
        here, there = there, here
    places = batch.tables.places
    batch.connection.execute(
        update(places)
        .where(
            places.c.sha256 == entry.original,
            places.c.mailbox == entry.mailbox,
            places.c.folder == here[0],
            places.c.uidvalidity == here[1],
            places.c.uid == here[2],
        )
        .values(folder=there[0], uidvalidity=there[1], uid=there[2])
    )
