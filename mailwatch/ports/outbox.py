"""Digests on their way out: worded, stored, handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailwatch.core.digest import DigestContent
from mailwatch.core.reminders import Recipient


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One digest to one recipient on one local date. ``raw`` is what goes over the wire, whole.

    ``state`` is stored | sending | sent | maybe | failed. Key: (name, recipient, date).
    """

    name: str
    recipient: str
    date: str
    digest_id: str
    message_id: str
    raw: bytes
    state: str
    tries: int = 0
    updated_at: datetime | None = None


class Outbox(Protocol):
    """Digests, stored whole before they are sent."""

    def get(self, name: str, recipient: str, date: str) -> OutboxItem | None:
        """The item of this key, in any state."""
        ...

    def put(self, item: OutboxItem) -> None:
        """Insert, or bring state and tries up to date."""
        ...

    def unsent(self) -> tuple[OutboxItem, ...]:
        """Items in stored, sending or maybe."""
        ...


class Pages(Protocol):
    """Turns a digest's content into words, in the reader's language and time zone."""

    def subject(self, content: DigestContent, reader: Recipient) -> str:
        """One line: no names, no case numbers."""
        ...

    def text(self, content: DigestContent, reader: Recipient) -> str:
        """Plain text."""
        ...

    def html(self, content: DigestContent, reader: Recipient) -> str:
        """HTML for a mail client."""
        ...


class Sender(Protocol):
    """Hands a finished mail over."""

    def send(self, raw: bytes, sender: str, recipient: str, /) -> None:
        """Returns once the other side has taken responsibility.

        Raises ``MaybeSent`` where the connection broke after the data was sent.
        """
        ...
