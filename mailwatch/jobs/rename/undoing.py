"""Make undo plans, from the ``rename`` entries alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.rename_consent import begun
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.jobs.rename.record import save
from mailwatch.ports import Transaction

UNDONE_EARLY = "undone-early"


def make_undos(
    transaction: Transaction,
    mailbox: str,
    number: CaseNumber | None,
    *,
    ids: Callable[[], str],
    now: datetime,
) -> tuple[Plan, ...]:
    """One undo for each rename that stands; a rename not yet begun is called off."""
    still_open = [p for p in transaction.plans.open(mailbox) if number is None or p.number == number]
    off = [call_off(p) for p in still_open if _not_begun(p)]
    save(transaction, off)
    busy = {p.original for p in still_open}
    standing = [p for p in transaction.plans.done(mailbox, number) if p.original not in busy]
    undos = [undo_of(p, ids(), now) for p in standing]
    transaction.plans.save(undos)
    return (*off, *undos)


def undo_of(done: Plan, plan_id: str, now: datetime) -> Plan:
    """The plan that takes ``done`` back. The original comes to where the copy lies now."""
    replaces = done.mode is Mode.REPLACE
    return replace(
        done,
        id=plan_id,
        direction=Direction.UNDO,
        state=PlanState.PLANNED,
        folder=(done.copy_folder or done.folder) if replaces else done.folder,
        due=now,
        flags=(),
        internaldate=None,
        uidnext_before=None,
        undoes=done.id,
        why=None,
    )


def call_off(plan: Plan) -> Plan:
    """A rename that has not touched the mailbox ends here, and counts as undone: it is not tried again."""
    return replace(
        plan, direction=Direction.UNDO, state=PlanState.DONE, undoes=plan.id, why=UNDONE_EARLY, copy=None
    )


def _not_begun(plan: Plan) -> bool:
    return plan.direction is Direction.RENAME and not begun(plan)
