"""How cases stand, for whoever tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mailwatch.core.case_events import CaseEvent, Kind
from mailwatch.core.case_state import CaseState
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.quotation import Quote
from mailwatch.ports.library import Library


class CaseStates(Protocol):
    """Puts together what mails told and people said; reads what was not read yet, and writes nothing."""

    def of_all(self, library: Library) -> Mapping[CaseNumber, CaseState]:
        """The state of each case that is not dormant, in the snapshot of ``library``."""
        ...

    def quotes(self, wanted: Sequence[tuple[CaseState, CaseEvent]]) -> Mapping[tuple[str, Kind], Quote]:
        """Who said what, by the source and the kind of each event; what is gone has none."""
        ...
