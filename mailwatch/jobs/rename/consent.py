"""Hold open plans to what the configuration asks for today."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mailwatch.core.rename_consent import WITHDRAWN, begun, under
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.jobs.rename.record import save
from mailwatch.ports import Transaction

ModeOf = Callable[[str], Mode]
"""A folder's name to what the configuration asks for it."""


def held_to(transaction: Transaction, mailbox: str, mode_of: ModeOf, now: datetime) -> tuple[Plan, ...]:
    """The open plans of one mailbox as they may go on, saved; withdrawn consents are forgotten.

    Those that nobody asks for any more end here if they have not touched the
    mailbox; the others are due at once.
    """
    for box, folder in transaction.consents.all():
        if box == mailbox and mode_of(folder) is Mode.OFF:
            transaction.consents.withdraw(box, folder)
    before = transaction.plans.open(mailbox)
    held = tuple(_held(plan, mode_of(plan.folder), now) for plan in before)
    save(transaction, [plan for plan in held if plan not in before])
    return held


def _held(plan: Plan, mode: Mode, now: datetime) -> Plan:
    held = under(plan, mode)
    marked = held.why == WITHDRAWN != plan.why
    return replace(held, due=now) if marked else held


def let_go(transaction: Transaction, mailboxes: Collection[str]) -> None:
    """End what was planned for mailboxes that the configuration no longer has.

    A rename that is half-way stays open: only in the mailbox itself can it be led to a safe end,
    should it come back.
    """
    for mailbox in sorted({box for box, _ in transaction.consents.all()} - set(mailboxes)):
        _end_unbegun(transaction, transaction.plans.open(mailbox))
        for box, folder in transaction.consents.all():
            if box == mailbox:
                transaction.consents.withdraw(box, folder)


def _end_unbegun(transaction: Transaction, plans: Sequence[Plan]) -> None:
    ends = [p for p in plans if p.direction is Direction.RENAME and not begun(p)]
    save(transaction, [replace(p, state=PlanState.ABORTED, why=WITHDRAWN) for p in ends])
