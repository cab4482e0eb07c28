"""Rare work on the books as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.adapters.workers import ProcessParser
from mailwatch.config.model import Config
from mailwatch.jobs import reindex
from mailwatch.jobs.reindex import Progress, ReindexReport


def rebuild_lost(
    config: Config,
    store: SqlStore,
    archive: FileArchive,
    parser: ProcessParser,
    *,
    folder: Path,
    progress: Progress,
) -> ReindexReport:
    """``reindex --from DIR``: ``folder`` is a data folder with ``archive`` and ``ledger`` below it."""
    source = FileArchive(folder / "archive") if folder != config.data else archive
    return reindex.rebuild_lost(
        store,
        store.evidence(),
        store.rebuild(),
        store.restore(),
        FileJournal(folder),
        source,
        archive,
        parser,
        progress=progress,
    )


def rescan(config: Config, store: SqlStore, now: datetime) -> None:
    """Forget how far folders were read, and all sightings: the next poll reads again what is not kept."""
    with store.digesting() as (_, shelf):
        folders, _ = shelf.watch(0)
    with store.writing() as tx:
        tx.desk.forget_before(now + timedelta(days=1))
        for folder in folders:
            cursor = tx.desk.cursor(folder.mailbox, folder.folder)
            if cursor is not None and any(m.name == folder.mailbox for m in config.mailboxes):
                tx.desk.set_cursor(replace(cursor, low=cursor.high + 1, backfilled=False))
