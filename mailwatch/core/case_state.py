"""How one case stands, out of all that its mails told and people said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailwatch.core.case_events import CaseEvent, in_time
from mailwatch.core.holder import Holder, Stand, Status, stand
from mailwatch.core.statement_events import case_events
from mailwatch.core.statements import Statement
from mailwatch.core.told import Told

_SETTLED = frozenset({"unverified", "related", "dormant"})
"""What is known of a case without reading a mail, and is shown in the place of its status."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """How it stands.

    ``events`` are in the order of time, ``statements`` are what people said. ``unread`` counts mails that
    were not read for it yet, ``unreadable`` those that could not be: they may tell otherwise.
    """

    stand: Stand = field(default_factory=Stand)
    events: tuple[CaseEvent, ...] = ()
    statements: tuple[Statement, ...] = ()
    unread: int = 0
    unreadable: int = 0

    def status(self, kept: str) -> str:
        """The status for JSON and filters; ``kept`` is what the store says without having read a mail.

        As long as nothing could be read of a case it is ``open`` and no more is claimed.
        """
        if kept in _SETTLED or (self.unread and not self.events):
            return kept
        return self.stand.status.in_json

    def fits(self, wanted: str, kept: str) -> bool:
        """Whether the case is of the status that a person asks for; ``open`` is all that goes on."""
        found = self.status(kept)
        return wanted == found or (wanted == "open" == kept and found != Status.CLOSED.value)

    def holder(self, kept: str) -> Holder:
        """Who has to act. On a case that sleeps, or that strangers alone speak of, nobody."""
        return Holder.NOBODY if kept in _SETTLED else self.stand.holder


STATUSES = (
    "open",
    *dict.fromkeys(status.in_json for status in Status if status is not Status.DORMANT),
    "dormant",
    "unverified",
    "related",
)
"""All that ``CaseState.status`` can be."""


def case_state(told: Iterable[Told | None], statements: Iterable[Statement] = ()) -> CaseState:
    """The state after all mails of a case; None stands for a mail that was not read yet."""
    said = tuple(statements)
    mails = tuple(told)
    read = [one for one in mails if one is not None]
    events = {event for one in read for event in one.events}
    found = tuple(sorted(events | set(case_events(said)), key=in_time))
    return CaseState(
        stand=stand(found),
        events=found,
        statements=said,
        unread=len(mails) - len(read),
        unreadable=sum(one.unreadable is not None for one in read),
    )
