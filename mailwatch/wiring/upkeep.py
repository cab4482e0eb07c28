"""Rare work on the books as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailwatch.adapters.backup import read_manifest
from mailwatch.adapters.journal import FileJournal, JournalFiles
from mailwatch.adapters.originals import ATTACHED, FileOriginals
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.ledger import Head
from mailwatch.errors import ConfigError
from mailwatch.jobs import reindex
from mailwatch.jobs.progress import Progress
from mailwatch.jobs.refile import refile as refile_all
from mailwatch.jobs.reindex import ReindexReport
from mailwatch.jobs.restore import Chain, measure
from mailwatch.jobs.retention import MOST
from mailwatch.ports import Cursor, JournalReader, Originals
from mailwatch.wiring import assemble, health
from mailwatch.wiring.tools import Tools


def remake(
    tools: Tools, *, refile: bool, apply: bool, from_dir: Path | None, rescan: bool, progress: Progress
) -> ReindexReport:
    """Make lists and search again from ledger and archive; see ``jobs.reindex`` and ``jobs.refile``."""
    if from_dir is not None:
        return _rebuild_lost(tools, from_dir, progress)
    tools.store.refuse_half()
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
    """``reindex --from DIR``: ``folder`` is a data folder or a backup, ``archive`` and ``ledger`` below it.

    Raises:
        ConfigError: it holds nothing to rebuild from, or less than the data at hand; or the
            database is not empty.
    """
    store, archive, data = tools.store, tools.archive, tools.config.data
    away = folder.resolve() != data.resolve()
    own = FileJournal(data)
    journal: JournalReader = JournalFiles(folder) if away else own
    originals: tuple[Originals, Originals] = (archive, tools.attached)
    if away and (folder / "archive").is_dir():
        originals = FileOriginals(folder / "archive"), FileOriginals(folder / "archive", ATTACHED)
    _refuse_unfit(folder, journal, own.end() if away else Head(), data)
    return reindex.rebuild_lost(
        store,
        evidence=store.evidence(),
        rebuild=store.rebuild(),
        into=store.restore(),
        journal=journal,
        source=originals[0],
        archive=archive,
        attached=(originals[1], tools.attached),
        parser=tools.parser,
        progress=progress,
    )


def _refuse_unfit(folder: Path, journal: JournalReader, own: Head, data: Path) -> None:
    """Before anything is written: what lies in ``folder`` must be whole, and go on from what is here."""
    manifest = read_manifest(folder)
    promised = _promised(manifest)
    held = (folder / "ledger").is_dir()
    found = measure(journal, [promised, own]) if held else Chain(None, Head(), ())
    if found.ledger is None:
        raise ConfigError(
            "{path} holds no ledger, so nothing can be rebuilt from it",
            mend="name a data folder, or a backup of one: ledger, texts and archive lie below it",
            path=folder,
        )
    if promised in found.lacking or (manifest and manifest.get("ledger") != found.ledger):
        raise ConfigError(
            "the ledger in {path} is not the one that its backup.json speaks of",
            mend="use another backup; without backup.json this one is taken as it is",
            path=folder,
        )
    if own in found.lacking:
        raise ConfigError(
            "the ledger in {data} goes on beyond the one in {path}",
            mend="rebuild from what is here: mailwatch reindex --from {data}; or put its folder ledger aside",
            data=data,
            path=folder,
        )


def _promised(manifest: Mapping[str, object] | None) -> Head:
    """The end of the ledger that a backup says it holds."""
    seq, link = (manifest or {}).get("entries"), (manifest or {}).get("head")
    return Head(seq, link) if isinstance(seq, int) and isinstance(link, str) else Head()


def _rescan(config: Config, store: SqlStore, now: datetime) -> None:
    """Forget how far folders were read, and all sightings: the next poll reads again what is not kept."""
    folders = health.folders(store)
    with store.writing() as tx:
        while tx.desk.forget_before(now + timedelta(days=1), MOST):
            pass
        for folder in folders:
            cursor = tx.desk.cursor(folder.mailbox, folder.folder)
            if cursor is not None and any(m.name == folder.mailbox for m in config.mailboxes):
                tx.desk.set_cursor(_read_again(cursor))


def _read_again(cursor: Cursor) -> Cursor:
    return replace(cursor, low=cursor.high + 1, backfilled=False, older=None, older_seconds=None)
