"""Mails that break the worker that reads them. Importable by name, for workers start afresh."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from mailwatch.adapters.worker import Answer, read_one
from mailwatch.mime.limits import Limits


def poisoned(contents: Sequence[bytes | Path], limits: Limits) -> list[Answer]:
    """Reads like the real worker, but for subjects ``hang``, ``die`` and ``eat``."""
    for content in contents:
        if b"Subject: hang" in bytes(content):
            time.sleep(60)
        if b"Subject: die" in bytes(content):
            os.kill(os.getpid(), signal.SIGKILL)
        if b"Subject: eat" in bytes(content):
            bytearray(2 * 1024 * 1024 * 1024)
    return [read_one(content, limits) for content in contents]
