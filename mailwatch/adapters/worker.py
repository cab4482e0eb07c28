"""What runs inside a worker: one mail after another, and nothing that outlives a hostile one."""

from __future__ import annotations

import logging
import resource
from collections.abc import Sequence
from pathlib import Path

from mailwatch.core.message import Message
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.limits import Limits
from mailwatch.mime.parse import parse
from mailwatch.ports import Fetched

Answer = Message | UnreadableMessage


def read_one(content: bytes | Path, limits: Limits) -> Answer:
    """Parse one mail here, in this process."""
    try:
        return parse(content if isinstance(content, bytes) else content.read_bytes(), limits=limits)
    except UnreadableMessage as why:
        return UnreadableMessage(
            why.why, why.detail
        )  # without the traceback, which may hold text of the mail


def read_chunk(contents: Sequence[bytes | Path], limits: Limits) -> list[Answer]:
    """One answer for each, in order."""
    return [read_one(content, limits) for content in contents]


class InlineParser:
    """``ports.Parser`` without processes: no deadline, no memory limit. For tests and trusted files."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def parse(self, batch: Sequence[Fetched]) -> tuple[Answer, ...]:
        """One answer for each, in order."""
        return tuple(read_one(fetched.content, self._limits) for fetched in batch)

    def close(self) -> None:
        """Nothing to end."""


def prepare(memory: int) -> None:
    """Runs once in each new worker."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # A core dump would leave mail text on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
