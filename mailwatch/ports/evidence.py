"""The ledger read back: for ``verify``, for a reindex, for a lost database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailwatch.core.filing import Filing
from mailwatch.core.ledger import Head, Recorded, Sealed
from mailwatch.core.message import Message
from mailwatch.core.texts import TextRow


class Evidence(Protocol):
    """The ledger and the texts as the database holds them, read back for ``reindex`` and ``verify``."""

    def settle(self) -> Head:
        """Let the journal catch up where a crash kept it from it; the chain's end.

        Raises ``ConfigError`` where journal and database contradict each other.
        """
        ...

    def head(self) -> Head:
        """The chain's end in the database."""
        ...

    def links(self, after: int, limit: int) -> Sequence[Sealed]:
        """The next links after seq ``after``, as stored."""
        ...

    def texts(self, first: int, last: int) -> Sequence[TextRow]:
        """The texts that entries first..last spoke of first."""
        ...

    def recorded(self, after: int, limit: int) -> Sequence[Recorded]:
        """The next entries after seq ``after``, read back with their texts."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that is told otherwise now. ``before`` is None where there was none."""

    before: Filing | None
    after: Filing


class Rebuild(Protocol):
    """Fresh projections beside those in use."""

    def begin(self) -> None:
        """Make them, empty."""
        ...

    def replay(self, entries: Sequence[tuple[Recorded, Message | None]]) -> None:
        """Take entries in, in one short transaction. ``Message`` goes with ``MessageKept``."""
        ...

    def finish(self, last: int) -> tuple[Change, ...] | None:
        """Use them from now on; what they tell otherwise. None where the ledger has grown beyond ``last``."""
        ...


class Restore(Protocol):
    """Fills an empty database from journals, or one left half filled. Nothing else uses it before ``end``."""

    def begin(self, ledger_id: str) -> None:
        """Take on the ledger's UUID. ConfigError where the database is not empty, and not half filled."""
        ...

    def links(self, links: Sequence[Sealed]) -> None:
        """Store these links, as they are; ConfigError where others stand in their places already."""
        ...

    def texts(self, rows: Sequence[tuple[int, TextRow]]) -> None:
        """Store texts, each with the seq of the entry that spoke of it first."""
        ...

    def end(self) -> None:
        """All is there, projections too."""
        ...
