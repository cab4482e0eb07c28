"""``check`` of what waits, and of the last backup."""

from __future__ import annotations

from datetime import datetime

from mailwatch.adapters.backup_note import noted
from mailwatch.config.model import Config
from mailwatch.core.backups import BackupState, judge_backup
from mailwatch.errors import Words, counted
from mailwatch.wiring.findings import CheckRow
from mailwatch.wiring.health import Status

_SAID = {
    BackupState.NONE: Words("none was made yet"),
    BackupState.FAILED: Words("the one of {began} into {folder} failed: {why}"),
    BackupState.BROKEN_OFF: Words("the one of {began} into {folder} did not come to its end"),
    BackupState.UNDER_WAY: Words("one is under way since {began}, into {folder}"),
    BackupState.OVERDUE: Words("the last one is of {began}, into {folder}; one was due since"),
    BackupState.OLD: Words("the last one is of {began}, into {folder}"),
    BackupState.GOOD: Words("the last one is of {began}, into {folder}"),
}
_AGAIN = Words("run it, and see what it says: sudo mailwatch backup {folder}")
_MENDS = {
    BackupState.NONE: Words("make one each night: sudo systemctl enable --now mailwatch-backup.timer"),
    BackupState.FAILED: _AGAIN,
    BackupState.BROKEN_OFF: _AGAIN,
    BackupState.OVERDUE: Words("see why: systemctl status mailwatch-backup.timer mailwatch-backup.service"),
    BackupState.OLD: _AGAIN,
}
_BAD = frozenset({BackupState.FAILED, BackupState.BROKEN_OFF, BackupState.OVERDUE})
_WELL = frozenset({BackupState.GOOD, BackupState.UNDER_WAY})


def backup(config: Config, now: datetime) -> CheckRow:
    """What became of the last backup, and whether the next one is overdue."""
    last = noted(config.data)
    state = judge_backup(last, now)
    values: dict[str, object] = {}
    if last is not None:
        began = last.began.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M %Z")
        values = {"began": began, "folder": last.folder, "why": last.why}
    mend = _MENDS.get(state, Words(""))
    return CheckRow(
        "backup",
        ok=False if state in _BAD else True if state in _WELL else None,
        detail=Words(_SAID[state].template, values),
        mend=Words(mend.template, values),
    )


def backlog(status: Status) -> CheckRow:
    """What is not done yet: none of it is an error, and none of it should stay for days."""
    behind = [folder for folder in status.folders if not folder.backfilled]
    waiting = behind or status.open_plans or status.unsent or status.quarantined
    older = sum(folder.older or 0 for folder in behind)
    uncounted = sum(folder.older is None for folder in behind)
    values = {
        "behind": counted("{n} older mail to read", "{n} older mails to read", older),
        "renames": counted("{n} rename under way", "{n} renames under way", status.open_plans),
        "unsent": counted("{n} digest or alarm to send", "{n} digests and alarms to send", status.unsent),
        "held": counted(
            "{n} mail that could not be read", "{n} mails that could not be read", status.quarantined
        ),
    }
    if uncounted:
        more = counted("{n} folder is not counted yet", "{n} folders are not counted yet", uncounted)
        values["behind"] = Words("{mails} ({more})", {"mails": values["behind"], "more": more})
    return CheckRow(
        "backlog",
        ok=None if status.quarantined or status.unsent else True,
        detail=Words("{behind}, {renames}, {unsent}, {held}", values),
        mend=Words("see mailwatch status, mailwatch quarantine and the log" if waiting else ""),
    )
