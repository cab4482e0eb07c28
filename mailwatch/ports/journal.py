"""Ledger and texts on disk, beside the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from mailwatch.core.ledger import Head


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line for the journal: its canonical bytes, and the month (``yyyy-mm``) it is filed under."""

    month: str
    data: bytes


class JournalReader(Protocol):
    """Ledger and texts once more, outside of the database: a lost one is made again from them."""

    def entries(self) -> Iterator[bytes]:
        """Every whole line of the ledger's journal, by seq, without LF."""
        ...

    def texts(self) -> Iterator[bytes]:
        """Every whole line of the texts' journal, without LF."""
        ...

    def places(self, which: Literal["ledger", "texts"], fits: Callable[[bytes], bool]) -> Iterator[str]:
        """Where the lines of one of them are that ``fits`` says yes to: ``ledger/2026-11.jsonl:7``."""
        ...


class Journal(JournalReader, Protocol):
    """The same, as the one writer keeps it."""

    def locked(self, *, reading: bool = False) -> AbstractContextManager[None]:
        """Held by the one writer from before its commit until the journal has it, too.

        ``reading``: held to look, where nothing can be written, too.
        """
        ...

    def end(self) -> Head:
        """Seq and hash of the last entry of the ledger's journal."""
        ...

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        """Make these lines durable. Half of one of them, which a crash left, is cut off first."""
        ...

    def close_lines(self) -> None:
        """End half a line that no entry begins with, so that it is seen and nothing is written into it."""
        ...
