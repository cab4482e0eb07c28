"""The next step of a rename, from its plan and from what the mailbox shows.

A pure function: the normal path and the recovery after a crash are the same
code, because nothing is believed but the committed plan and what lies in the
folders. A step either changes the server (``Act.APPEND`` ...) or the plan
(``Act.COMMIT``); after every step we look again.

The protocol: the copy is appended and proved before the plan says that the
original may go (RETIRING), and RETIRING is committed before the MOVE. A person
who deletes or moves the original or the copy meanwhile always wins.
"""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.rename_consent import WITHDRAWN
from mailwatch.core.rename_sight import (
    DELETED,
    DRAFT,
    Act,
    Proof,
    Seen,
    Spot,
    Step,
    commit,
    end,
    read,
    refused,
    removable,
    withdraw,
)
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.core.undo_steps import UNDO_RULES


def next_step(plan: Plan, seen: Seen) -> Step:
    """What to do for ``plan`` now. Total: every state and every sight has one answer."""
    rules = UNDO_RULES if plan.direction is Direction.UNDO else _RENAME
    rule = rules.get(plan.state)
    if rule is None:
        return Step(Act.REST, plan)
    if plan.why == WITHDRAWN and plan.direction is Direction.RENAME:
        return _withdrawn(plan, seen)
    return rule(plan, seen)


def _withdrawn(plan: Plan, seen: Seen) -> Step:
    """Nobody asks for this rename any more: our copy goes, and the original stays where it is.

    Once the original has been moved, the copy is all that is to be seen of it: then the rename stands.
    """
    if not seen.known:
        return Step(Act.LOCATE, plan)
    if plan.state is PlanState.RETIRING and seen.source is None:
        return _retired(plan, seen)
    return withdraw(plan, seen, PlanState.ABORTED, _source_lost(seen) or WITHDRAWN)


def _planned(plan: Plan, seen: Seen) -> Step:
    if not seen.known:
        return Step(Act.LOCATE, plan)
    why = _source_lost(seen)
    if why is not None:
        return withdraw(plan, seen, PlanState.ABORTED, why)
    if seen.copy is not None:
        return commit(_copied(replace(plan, why=None), seen.copy), PlanState.APPENDED)
    if plan.uidnext_before is None:
        return Step(Act.PREPARE, plan)
    return _append(plan, seen)


def _append(plan: Plan, seen: Seen) -> Step:
    """No copy is to be seen: append, unless that was done or refused just now."""
    if seen.refused is not None:
        return refused(plan, seen.refused)
    if seen.answered:
        return end(plan, PlanState.REVIEW, "merged")
    if Act.LOOK in seen.tried:
        return end(plan, PlanState.REVIEW, "not-stored")
    return Step(Act.LOOK if Act.APPEND in seen.tried else Act.APPEND, plan)


def _appended(plan: Plan, seen: Seen) -> Step:
    step = _before_retiring(plan, seen)
    if step is not None:
        return step
    assert seen.source is not None  # A lost one was withdrawn or given up above.
    assert seen.copy is not None
    replaces = plan.mode is Mode.REPLACE
    weighed = (seen.source, *seen.copies) if replaces else seen.copies
    if any(spot.proof is Proof.UNREAD for spot in weighed):
        return read(plan, *weighed)
    if replaces and seen.source.proof is not Proof.ORIGINAL:
        return withdraw(plan, seen, PlanState.REVIEW, "source-differs")
    return _judge_copy(plan, seen, seen.copy)


def _judge_copy(plan: Plan, seen: Seen, copy: Spot) -> Step:
    """The copy was read. An altered one will do beside an original that stays, not in its place."""
    if copy.proof is Proof.ALIKE and plan.mode is Mode.REPLACE:
        return withdraw(plan, seen, PlanState.REVIEW, "altered")
    if not removable(plan, copy):
        return end(plan, PlanState.REVIEW, "copy-differs")
    spare = tuple(c for c in seen.copies[1:] if removable(plan, c))
    if spare and Act.REMOVE not in seen.tried:
        return Step(Act.REMOVE, plan, spare)
    return commit(_copied(plan, copy), PlanState.VERIFIED)


def _verified(plan: Plan, seen: Seen) -> Step:
    step = _before_retiring(plan, seen)
    if step is not None:
        return step
    if plan.mode is Mode.COPY:
        return end(_copied(plan, seen.copy), PlanState.DONE, None)
    return Step(Act.OPEN, replace(plan, state=PlanState.RETIRING))


def _before_retiring(plan: Plan, seen: Seen) -> Step | None:
    """What a person did meanwhile, as long as the original is still where it was; None: nothing."""
    if not seen.known:
        return Step(Act.LOCATE, plan)
    why = _source_lost(seen)
    if why is not None:
        return withdraw(plan, seen, PlanState.ABORTED, why)
    return _copy_lost(plan, seen) or _same_flags(plan, seen.source, seen)


def _retiring(plan: Plan, seen: Seen) -> Step:
    if not seen.known:
        return Step(Act.LOCATE, plan)
    if seen.source is None:
        return _retired(plan, seen)
    if seen.source.deleted:
        return withdraw(plan, seen, PlanState.ABORTED, "source-deleted")
    step = _copy_lost(plan, seen) or _same_flags(plan, seen.source, seen)
    if step is not None:
        return step
    if seen.refused is not None or Act.MOVE in seen.tried:
        return withdraw(plan, seen, PlanState.REVIEW, seen.refused or "not-moved")
    return Step(Act.MOVE, plan, (seen.source,))


def _retired(plan: Plan, seen: Seen) -> Step:
    """The original left its place: by our MOVE, or by a person's hand."""
    if Act.LOOK not in seen.tried:
        return Step(Act.LOOK, plan)
    if seen.stored is not None:
        step = _same_flags(plan, seen.stored, seen)
        return step or _done(plan, seen.copy, seen.stored)
    if seen.gapless:
        return withdraw(plan, seen, PlanState.ABORTED, "source-gone")
    return end(plan, PlanState.REVIEW, "original-not-found")


def _done(plan: Plan, copy: Spot | None, stored: Spot) -> Step:
    moved = replace(plan, originals_uidvalidity=stored.uidvalidity, originals_uid=stored.uid)
    return end(_copied(moved, copy), PlanState.DONE, None)


def _copied(plan: Plan, copy: Spot | None) -> Plan:
    """Where the copy lies now; a folder's UIDs may have been given anew since the plan was made."""
    if copy is None:
        return plan
    return replace(plan, copy_uidvalidity=copy.uidvalidity, copy_uid=copy.uid)


def _source_lost(seen: Seen) -> str | None:
    if seen.source is None:
        return "source-gone"
    if seen.source.deleted:
        return "source-deleted"
    return "draft" if DRAFT in seen.source.flags else None


def _copy_lost(plan: Plan, seen: Seen) -> Step | None:
    """Somebody took or deleted the copy, or we withdrew it: the original stays, and that is all."""
    if seen.copy is not None and not seen.copy.deleted:
        return None
    if plan.why is None:
        return end(plan, PlanState.ABORTED, "copy-gone")
    return end(plan, PlanState.REVIEW, plan.why)


def _same_flags(plan: Plan, source: Spot | None, seen: Seen) -> Step | None:
    """What a person marked on the original since the plan last looked goes onto the copy, too."""
    if source is None or seen.copy is None:
        return None
    before, now = frozenset(plan.flags), source.flags - {DELETED}
    if before == now:
        return None
    after = replace(plan, flags=tuple(sorted(now)))
    return Step(Act.FLAG, after, (seen.copy,), now - before, before - now)


_RENAME = {
    PlanState.PLANNED: _planned,
    PlanState.APPENDED: _appended,
    PlanState.VERIFIED: _verified,
    PlanState.RETIRING: _retiring,
}
