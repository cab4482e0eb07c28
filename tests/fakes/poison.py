"""Mails that break the worker that reads them. Importable by name, for workers start afresh."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from mailwatch.adapters.worker import Answer, read_one
from mailwatch.core.look import Look
from mailwatch.mime.limits import Limits
from mailwatch.ports import Fetched


def poisoned(mails: Sequence[Fetched], limits: Limits, look: Look | None) -> list[Answer]:
    """Reads like the real worker, but for subjects ``hang``, ``die`` and ``eat``."""
    for mail in mails:
        raw = mail.read()
        if b"Subject: hang" in raw:
            time.sleep(60)
        if b"Subject: die" in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"Subject: eat" in raw:
            bytearray(2 * 1024 * 1024 * 1024)
    return [read_one(mail, limits, look) for mail in mails]
