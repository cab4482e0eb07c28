"""Originals on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from mailwatch.ports.mail import Fetched


class Originals(Protocol):
    """Originals by content, as they are read."""

    def read(self, sha256: str) -> bytes:
        """The bytes of an original. KeyError where there is none."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether this original is kept."""
        ...

    def all(self) -> Iterator[str]:
        """The sha256 of every original, in order."""
        ...


class Archive(Originals, Protocol):
    """Originals by content: written once, never changed."""

    def put(self, batch: Sequence[Fetched]) -> None:
        """Make every mail of ``batch`` durable before returning; the same bytes twice are one file."""
        ...

    def spool(self) -> Path:
        """A fresh path for a mail that arrives in pieces, on the archive's own file system."""
        ...
