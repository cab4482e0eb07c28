"""How one case stands, out of all that its mails told and people said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailwatch.core.case_events import CaseEvent, Kind, in_time
from mailwatch.core.deadline import Deadline, Known, Terms, deadline
from mailwatch.core.digest_facts import Side
from mailwatch.core.holder import Holder, Stand, Status, stand
from mailwatch.core.spoken import Key
from mailwatch.core.statement_events import case_events
from mailwatch.core.statements import Statement, settings
from mailwatch.core.told import Told
from mailwatch.core.whose_case import Whose, whose

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
    whose: Whose = field(default_factory=Whose)
    deadline: Deadline = field(default_factory=Deadline)
    unread: int = 0
    unreadable: int = 0

    @property
    def vendor(self) -> str:
        """Who answers: by the plan, else by the addresses in the mails."""
        return self.deadline.vendor or self.stand.vendor

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


def case_state(
    told: Iterable[Told | None], statements: Sequence[Statement], terms: Terms, now: datetime
) -> CaseState:
    """The state of a case at ``now``, UTC.

    Args:
        told: of each of its mails; None stands for one that was not read yet.
        statements: what people said of it.
        terms: customers, plans and calendars.
        now: the instant that is asked about; it moves the clock, and nothing else.
    """
    mails = tuple(told)
    read = [one for one in mails if one is not None]
    events = {event for one in read for event in one.events}
    found = tuple(sorted(events | set(case_events(statements)), key=in_time))
    named = settings(statements, now).get(Key.CUSTOMER)
    its = whose((h for one in read for h in one.hints), terms.customers, str(named.value) if named else None)
    return CaseState(
        stand=stand(found),
        events=found,
        statements=tuple(statements),
        whose=its,
        deadline=deadline(found, statements, Known(its.customer, _language(read)), terms, now),
        unread=len(mails) - len(read),
        unreadable=sum(one.unreadable is not None for one in read),
    )


def _language(read: Iterable[Told]) -> str | None:
    """The language of the case: of the newest mail of a person at the vendor, else of the newest of ours."""
    theirs: list[tuple[datetime, str]] = []
    ours: list[tuple[datetime, str]] = []
    for one in read:
        for event in one.events:
            if one.language and event.kind is Kind.RESPONSE:
                theirs.append((event.at, one.language))
            elif one.language and event.side is Side.US:
                ours.append((event.at, one.language))
    newest = max(theirs or ours, default=None)
    return newest[1] if newest else None
