"""Ledger and texts on disk, beside the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from mailwatch.core.ledger import Head


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line for the journal: its canonical bytes, and the month (``yyyy-mm``) it is filed under."""

    month: str
    data: bytes


class Journal(Protocol):
    """Ledger and texts once more, outside of the database, so that a lost one can be made again."""

    def locked(self) -> AbstractContextManager[None]:
        """Held by the one writer from before its commit until the journal has it, too."""
        ...

    def end(self) -> Head:
        """Seq and hash of the last whole line of the ledger's journal."""
        ...

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        """Make these lines durable; half a line that a crash left is cut off first."""
        ...

    def entries(self) -> Iterator[bytes]:
        """Every whole line of the ledger's journal, by seq, without LF."""
        ...

    def texts(self) -> Iterator[bytes]:
        """Every whole line of the texts' journal, without LF."""
        ...
