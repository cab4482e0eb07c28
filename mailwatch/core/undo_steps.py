"""The next step of an undo: the original comes back first, then our copy goes.

The copy goes only once it has proved itself, and the original takes over what
a person marked on the copy. Where a person moved the copy, the original comes
to that place; a copy that a person deleted is not brought back.
"""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.rename_sight import (
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
from mailwatch.core.renaming import Mode, Plan, PlanState


def _undo_planned(plan: Plan, seen: Seen) -> Step:
    if seen.copy is None or seen.copy.deleted:
        return _undo_without_copy(plan, seen)
    if seen.copy.proof is Proof.UNREAD:
        return read(plan, seen.copy)
    if not removable(plan, seen.copy):
        return end(plan, PlanState.REVIEW, "copy-differs")
    if plan.mode is Mode.COPY:
        return commit(replace(plan, copy_uid=seen.copy.uid), PlanState.RETIRING)
    return _bring_back(plan, seen)


def _undo_without_copy(plan: Plan, seen: Seen) -> Step:
    """The copy is not where it was: look for it elsewhere; a person who deleted it wins."""
    if seen.copy is None and Act.LOOK not in seen.tried:
        return Step(Act.LOOK, plan)
    if plan.mode is Mode.COPY:
        return end(plan, PlanState.DONE, "copy-gone")
    return end(plan, PlanState.ABORTED, "copy-gone")


def _bring_back(plan: Plan, seen: Seen) -> Step:
    if plan.uidnext_before is None:
        return Step(Act.PREPARE, plan)
    if seen.restored is not None:
        return commit(replace(plan, uid=seen.restored.uid), PlanState.VERIFIED)
    if seen.refused is not None:
        return refused(plan, seen.refused)
    if seen.tried & {Act.APPEND, Act.MOVE}:
        return end(plan, PlanState.REVIEW, "not-restored")
    return _restore(plan, seen.copy, seen.stored, flagged=Act.FLAG in seen.tried)


def _restore(plan: Plan, copy: Spot | None, stored: Spot | None, *, flagged: bool) -> Step:
    """The original itself where it is still there, else its bytes from the archive."""
    if stored is None:
        return Step(Act.APPEND, plan)
    if stored.proof is Proof.UNREAD:
        return read(plan, stored)
    if stored.proof is not Proof.ORIGINAL:
        return end(plan, PlanState.REVIEW, "source-differs")
    if copy is not None and stored.flags != copy.flags and not flagged:
        # Before anybody can see it there: what is marked on it afterwards, a person has marked.
        after = replace(plan, flags=tuple(sorted(copy.flags)))
        return Step(Act.FLAG, after, (stored,), copy.flags - stored.flags, stored.flags - copy.flags)
    return Step(Act.MOVE, plan, (stored,))


def _undo_verified(plan: Plan, seen: Seen) -> Step:
    """The original is back. It takes over what a person marked on the copy since, and keeps its own marks."""
    if seen.restored is None:
        return end(plan, PlanState.REVIEW, "restored-gone")
    if seen.copy is None or seen.copy.deleted:
        return commit(plan, PlanState.RETIRING)
    before = frozenset(plan.flags)
    add = seen.copy.flags - before - seen.restored.flags
    drop = (before - seen.copy.flags) & seen.restored.flags
    if (add or drop) and Act.FLAG not in seen.tried:
        return Step(Act.FLAG, plan, (seen.restored,), add, drop)
    return commit(plan, PlanState.RETIRING)


def _undo_retiring(plan: Plan, seen: Seen) -> Step:
    return withdraw(plan, seen, PlanState.DONE, None)


UNDO_RULES = {
    PlanState.PLANNED: _undo_planned,
    PlanState.APPENDED: _undo_verified,
    PlanState.VERIFIED: _undo_verified,
    PlanState.RETIRING: _undo_retiring,
}
