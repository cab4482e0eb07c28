"""``backup``: database first, then journals, then originals, while everything else goes on.

In this order: a row is written after its original, and the journal after its
row, so that what the copied database speaks of is in the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailwatch.adapters.backup import DATABASE, BackupFolder
from mailwatch.adapters.backup_note import by_timer, note
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.backups import LastBackup
from mailwatch.core.canonical import rfc3339
from mailwatch.core.ledger import Head
from mailwatch.errors import ConfigError, MailwatchError
from mailwatch.jobs.progress import Progress
from mailwatch.ports import Clock
from mailwatch.wiring.assemble import SOFTWARE


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What lies in the folder now, and what came new this time.

    ``database`` is false on PostgreSQL, whose database is backed up by its own tools. ``attached`` counts
    the files that persons attached to cases; ``size`` is that of originals and these.
    """

    folder: Path
    at: datetime
    entries: int
    head: str
    originals: int
    size: int
    linked: int
    copied: int
    database: bool
    attached: int = 0


def back_up(config: Config, store: SqlStore, folder: Path, clock: Clock, progress: Progress) -> BackupReport:
    """Fill ``folder``, or bring it up to date; one that was left half-finished is continued.

    Raises:
        ConfigError: the folder lies inside the data, or holds something else; or the database
            is half rebuilt.
        TemporaryError: there is no room; the same call goes on where this one ended.
    """
    begun = LastBackup(str(folder.resolve()), clock(), None, by_timer())
    note(config.data, begun)
    try:
        report = _back_up(config, store, folder, clock, progress)
    except MailwatchError as error:
        note(config.data, replace(begun, ended=clock(), why=str(error.message)))
        raise
    note(config.data, replace(begun, ended=clock()))
    return report


def _back_up(config: Config, store: SqlStore, folder: Path, clock: Clock, progress: Progress) -> BackupReport:
    store.refuse_half()
    target = BackupFolder(folder, data=config.data, archive=config.archive_folder)
    earlier = target.manifest()
    if earlier is not None:
        _refuse_other(store, earlier, folder)
    target.begin(earlier or {"ledger": store.identity()[0], "entries": 0, "head": Head().hash})
    at = clock()
    head, database = store.copy_to(target.database, target.note_journals)
    target.copy_journals()
    brought = {True: 0, False: 0}
    for linked in target.originals():
        brought[linked] += 1
        progress("backup", sum(brought.values()), None)
    originals, attached, size = target.count()
    report = BackupReport(
        folder, at, head.seq, head.hash, originals, size, brought[True], brought[False], database, attached
    )
    target.finish(_manifest(report, store.identity()[0]))
    return report


def _manifest(report: BackupReport, ledger: str) -> Mapping[str, object]:
    return {
        "format": 1,
        "software": SOFTWARE,
        "at": rfc3339(report.at),
        "ledger": ledger,
        "entries": report.entries,
        "head": report.head,
        "originals": report.originals,
        "attached": report.attached,
        "bytes": report.size,
        "database": DATABASE if report.database else None,
    }


def _refuse_other(store: SqlStore, earlier: Mapping[str, object], folder: Path) -> None:
    """A good backup must not be overwritten by another ledger, nor by one that was set back."""
    ledger, end = store.identity()
    seq = earlier.get("entries")
    if earlier.get("ledger") != ledger or not isinstance(seq, int):
        raise ConfigError(
            "{path} holds the backup of another mailwatch", mend="back up into a new folder", path=folder
        )
    then = _head_at(store, seq) if seq <= end.seq else None
    if then is None or then.hash != earlier.get("head"):
        raise ConfigError(
            "{path} holds a backup that knows more than this database (up to entry {then}, here {now})",
            mend="the data was lost or set back: rebuild it from the backup, or back up into a new folder",
            path=folder,
            then=seq,
            now=end.seq,
        )


def _head_at(store: SqlStore, seq: int) -> Head | None:
    if seq == 0:
        return Head()
    return next((link.head for link in store.evidence().links(seq - 1, 1)), None)
