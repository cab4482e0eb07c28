"""Whether the files that secrets lie in are closed to others; looked at from outside, nothing is read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from mailwatch.config.model import Config
from mailwatch.config.secret import CREDENTIALS, Secret

GROUP, OTHERS = 0o070, 0o007


def secrets(config: Config) -> Iterator[tuple[str, Secret]]:
    """Every secret of the configuration, with what it is for."""
    for mailbox in config.mailboxes:
        yield mailbox.name, mailbox.password
    for name, smtp in (("smtp", config.smtp), ("alerts.smtp", config.alerts.smtp)):
        if smtp is not None and smtp.password is not None:
            yield name, smtp.password
    if isinstance(config.database, Secret):
        yield "database", config.database


def openness(secret: Secret) -> tuple[Path, int] | None:
    """The file of ``secret`` and the rights of group and others on it; None where it is no file of ours.

    What systemd hands over is systemd's affair; a file that cannot be seen is told by whoever reads it.
    """
    if secret.kind not in {"file", "credential"}:
        return None
    path = Path(secret.source[0]).expanduser() if secret.kind == "file" else CREDENTIALS / secret.source[0]
    try:
        return path, stat.S_IMODE(path.stat().st_mode) & (GROUP | OTHERS)
    except OSError:
        return None
