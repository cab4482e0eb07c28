"""Plans as ledger entries and as rows for a person."""

from __future__ import annotations

from dataclasses import dataclass

from mailwatch.core.entries import Renamed, Text, Undone
from mailwatch.core.renaming import OPEN_STATES, Direction, Plan
from mailwatch.ports import Transaction


@dataclass(frozen=True, slots=True)
class RenameRow:
    """What became of one mail, for ``mailwatch rename``.

    ``state`` is a plan state, or ``skipped`` where no plan was made; ``why`` an
    enumerated word or None.
    """

    sha256: str
    number: str
    from_subject: str
    to_subject: str
    state: str
    why: str | None


def row(plan: Plan) -> RenameRow:
    """The plan as a person sees it."""
    return RenameRow(
        plan.original, str(plan.number), plan.subject_from, plan.subject_to, plan.state, plan.why
    )


def save(transaction: Transaction, plans: list[Plan]) -> None:
    """Bring plans up to date; those at their end go into the ledger in the same transaction."""
    transaction.plans.save(plans)
    for plan in plans:
        if plan.state not in OPEN_STATES:
            undoes = plan.direction is Direction.UNDO
            transaction.ledger.record(entry(plan), actor="person" if undoes else "program")


def entry(plan: Plan) -> Renamed:
    """All that an undo needs to know, should the work tables be lost."""
    kind = Undone if plan.direction is Direction.UNDO else Renamed
    return kind(
        plan=plan.id if plan.undoes is None else plan.undoes,
        original=plan.original,
        copy=plan.copy or "",
        mailbox=plan.mailbox,
        mode=plan.mode,
        state=plan.state,
        why=plan.why,
        folder=Text(plan.folder),
        originals=Text(plan.originals_folder) if plan.originals_folder else None,
        uidvalidity=plan.uidvalidity,
        uid=plan.uid,
        copy_folder=Text(plan.copy_folder or plan.folder),
        copy_uidvalidity=plan.copy_uidvalidity,
        copy_uid=plan.copy_uid,
        originals_uidvalidity=plan.originals_uidvalidity,
        originals_uid=plan.originals_uid,
        subject_from=Text(plan.subject_from),
        subject_to=Text(plan.subject_to),
    )
