"""What of a digest a reader may see who is to see some customers' cases alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import DigestFacts
from mailwatch.core.turn_facts import TurnFacts


def share(
    facts: DigestFacts, turns: Mapping[CaseNumber, TurnFacts], customers: Collection[str] | None
) -> DigestFacts:
    """``facts`` for a reader of ``customers``; None: for one who may see all.

    Only cases that are certainly theirs are left, with what belongs to these. A case whose customer is not
    certain, and mail without a case, may be anybody's.
    """
    if customers is None:
        return facts
    theirs = {number for number, turn in turns.items() if turn.customer in customers}
    return replace(
        facts,
        cases=tuple(case for case in facts.cases if case.number in theirs),
        messages=tuple(mail for mail in facts.messages if mail.number in theirs),
        reviews=tuple(review for review in facts.reviews if review.number in theirs),
        loose=(),
        held=(),
    )
