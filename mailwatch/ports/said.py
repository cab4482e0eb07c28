"""What people said of cases, as a writer needs it."""

from __future__ import annotations

from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.merging import Merged
from mailwatch.core.statements import Statement


class Statements(Protocol):
    """What people said of cases, this transaction's words included."""

    def of(self, number: CaseNumber) -> tuple[Statement, ...]:
        """See ``Library.statements``."""
        ...

    def entry(self, seq: int) -> Statement | None:
        """The statement of this entry of the ledger; None where the entry is of another kind."""
        ...

    def known(self, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
        """Those of ``numbers`` that a person added, or merged into another case."""
        ...

    def merged(self) -> Merged:
        """Which cases are parts of which."""
        ...
