"""Mails read under a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mailwatch.core.look import Look, Looked
from mailwatch.core.message import Message
from mailwatch.errors import UnreadableMessage
from mailwatch.ports.mail import Fetched


class Parser(Protocol):
    """Reads mails under a deadline and a memory limit; a mail that kills a worker costs one mail."""

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        """One answer for each, in order."""
        ...

    def look(self, batch: Sequence[Fetched], look: Look) -> tuple[Looked | UnreadableMessage, ...]:
        """The same, each mail looked at under the same deadline: the rules run beside the one writer."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...
