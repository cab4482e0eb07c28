"""What runs inside a worker: one mail after another, and nothing that outlives a hostile one."""

from __future__ import annotations

import logging
import resource
from collections.abc import Sequence
from typing import Any

from mailwatch.core.look import Look, Looked, look_at
from mailwatch.core.message import Message
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.limits import Limits
from mailwatch.mime.parse import parse
from mailwatch.ports import Fetched

Answer = Message | Looked | UnreadableMessage


def read_one(mail: Fetched, limits: Limits, look: Look | None) -> Answer:
    """Parse one mail here, in this process, and look at it where a look is given."""
    try:
        message = parse(mail.read(), limits=limits)
    except UnreadableMessage as why:
        return UnreadableMessage(
            why.why, why.detail
        )  # without the traceback, which may hold text of the mail
    if look is None:
        return message
    return look_at(message, look, outgoing=mail.outgoing, received=mail.internaldate)


def read_chunk(mails: Sequence[Fetched], limits: Limits, look: Look | None) -> list[Answer]:
    """One answer for each, in order."""
    return [read_one(mail, limits, look) for mail in mails]


class InlineParser:
    """``ports.Parser`` without processes: no deadline, no memory limit. For tests and trusted files."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        """One answer for each, in order."""
        return tuple(self._read(batch, None))

    def look(self, batch: Sequence[Fetched], look: Look) -> tuple[Looked | UnreadableMessage, ...]:
        """The same, each mail looked at."""
        return tuple(self._read(batch, look))

    def _read(self, batch: Sequence[Fetched], look: Look | None) -> list[Any]:
        return read_chunk(batch, self._limits, look)

    def close(self) -> None:
        """Nothing to end."""


def prepare(memory: int) -> None:
    """Runs once in each new worker."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # A core dump would leave mail text on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
