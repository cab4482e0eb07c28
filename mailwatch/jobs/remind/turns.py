"""Whose turn it is on each case that goes on, with the words that a digest quotes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.turn_facts import TurnFacts, reasons, turn
from mailwatch.ports import CaseStates, Library

MOST_QUOTES = 300
"""Mails that are read again for the words in them; a digest shows a dozen rows in each block."""


def turns_of(states: CaseStates, library: Library, now: datetime) -> Mapping[CaseNumber, TurnFacts]:
    """Of the cases that go on, as the snapshot of ``library`` has them; ``now`` is UTC.

    A case of which nothing was read yet is not among them: nothing is claimed of it.
    """
    known = states.of_all(library)
    going_on = [row.number for row in library.cases() if row.status == "open"]
    found = {number: known[number] for number in going_on if number in known and known[number].events}
    wanted = [(state, event) for state in found.values() for event in reasons(state)]
    quotes = states.quotes(wanted[:MOST_QUOTES])
    return {number: turn(state, quotes, now) for number, state in found.items()}
