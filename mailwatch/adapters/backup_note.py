"""What became of the last backup, kept in the data folder: ``check`` asks for it, whoever made the backup."""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from pathlib import Path

from mailwatch.core.backups import LastBackup
from mailwatch.core.canonical import rfc3339

NAME = "backup-last.json"

_log = logging.getLogger(__name__)


def by_timer() -> bool:
    """Whether this process is a unit of systemd's (systemd.exec(5)), and not a person's command."""
    return "INVOCATION_ID" in os.environ


def note(data: Path, last: LastBackup) -> None:
    """Write it down. A note that cannot be written is no reason to have no backup."""
    values = {
        "folder": last.folder,
        "began": rfc3339(last.began),
        "ended": None if last.ended is None else rfc3339(last.ended),
        "nightly": last.nightly,
        "why": last.why,
    }
    fresh = data / f"{NAME}.part"
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(values, file)
        fresh.replace(data / NAME)
    except OSError as error:
        _log.warning("the note of the backup cannot be written to %s: %s", data, error.strerror)


def noted(data: Path) -> LastBackup | None:
    """What was written down last; None where there is nothing that can be read."""
    try:
        found = json.loads((data / NAME).read_text(encoding="utf-8"))
        ended = found["ended"]
        return LastBackup(
            str(found["folder"]),
            datetime.fromisoformat(found["began"]),
            None if ended is None else datetime.fromisoformat(ended),
            bool(found["nightly"]),
            None if found["why"] is None else str(found["why"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
