"""Rare work on the books as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.jobs import reindex
from mailwatch.jobs.progress import Progress
from mailwatch.jobs.refile import refile as refile_all
from mailwatch.jobs.reindex import ReindexReport
from mailwatch.ports import Cursor
from mailwatch.wiring import assemble
from mailwatch.wiring.tools import Tools


def remake(
    tools: Tools, *, refile: bool, apply: bool, from_dir: Path | None, rescan: bool, progress: Progress
) -> ReindexReport:
    """Make lists and search again from ledger and archive; see ``jobs.reindex`` and ``jobs.refile``."""
    if from_dir is not None:
        return _rebuild_lost(tools, from_dir, progress)
    if rescan:
        _rescan(tools.config, tools.store, tools.clock())
    store, archive, parser = tools.store, tools.archive, tools.parser
    report = reindex.reindex(store, store.evidence(), store.rebuild(), archive, parser, progress=progress)
    if not refile:
        return report
    changed = refile_all(
        store,
        store.evidence(),
        archive,
        parser,
        rules=assemble.rules(tools.config),
        policy_of=tools.policy_of,
        apply=apply,
    )
    return replace(report, changed=changed)


def _rebuild_lost(tools: Tools, folder: Path, progress: Progress) -> ReindexReport:
    """``reindex --from DIR``: ``folder`` is a data folder with ``archive`` and ``ledger`` below it."""
    store, archive = tools.store, tools.archive
    source = FileArchive(folder / "archive") if folder != tools.config.data else archive
    return reindex.rebuild_lost(
        store,
        store.evidence(),
        store.rebuild(),
        store.restore(),
        FileJournal(folder),
        source,
        archive,
        tools.parser,
        progress=progress,
    )


def _rescan(config: Config, store: SqlStore, now: datetime) -> None:
    """Forget how far folders were read, and all sightings: the next poll reads again what is not kept."""
    with store.digesting() as (_, shelf):
        folders, _ = shelf.watch(0)
    with store.writing() as tx:
        tx.desk.forget_before(now + timedelta(days=1))
        for folder in folders:
            cursor = tx.desk.cursor(folder.mailbox, folder.folder)
            if cursor is not None and any(m.name == folder.mailbox for m in config.mailboxes):
                tx.desk.set_cursor(_read_again(cursor))


def _read_again(cursor: Cursor) -> Cursor:
    return replace(cursor, low=cursor.high + 1, backfilled=False, older=None, older_seconds=None)
