"""What ``status --json`` prints; see ``json_shapes``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mailwatch.cli.json_shapes import Shape, stamp

if TYPE_CHECKING:
    # Types only, as there.
    from mailwatch.core.digest_facts import FolderFacts
    from mailwatch.ports import Looks
    from mailwatch.wiring.health import Status


def status(value: Status) -> Shape:
    """``status``."""
    return {
        "folders": [
            {
                "mailbox": f.mailbox,
                "folder": f.folder,
                "last_good": stamp(f.last_good),
                "lag_seconds": _seconds_between(f.last_good, value.at),
                "backfilled": f.backfilled,
                "backfill": _backfill(f),
            }
            for f in value.folders
        ],
        "mailboxes": [_looks(one) for one in value.looks],
        "messages": value.messages,
        "cases": value.cases,
        "quarantined": value.quarantined,
        "open_plans": value.open_plans,
        "unsent": value.unsent,
        "daemon": value.daemon,
        "outages": [
            {"mailbox": g.mailbox, "since": stamp(g.since), "until": stamp(g.until)} for g in value.outages
        ],
    }


def _seconds_between(first: datetime | None, last: datetime | None) -> int | None:
    return None if first is None or last is None else max(0, int((last - first).total_seconds()))


def _backfill(folder: FolderFacts) -> Shape:
    """Mails and seconds until all older mail is read; null where nothing was counted or measured yet."""
    if folder.backfilled:
        return {"left": 0, "seconds_left": 0}
    return {"left": folder.older, "seconds_left": folder.older_seconds}


def _looks(one: Looks) -> Shape:
    """How often a mailbox was looked at; where it fails now, since when and why."""
    return {
        "mailbox": one.mailbox,
        "looks": one.looks,
        "failed": one.failed,
        "since": stamp(one.since),
        "last": stamp(one.last),
        "failed_in_a_row": one.in_a_row,
        "failing_since": stamp(one.failing_since),
        "trouble": None if one.trouble is None else str(one.trouble),
    }
