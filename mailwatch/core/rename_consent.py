"""What becomes of a rename under way when the configuration no longer asks for it."""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.renaming import OPEN_STATES, Direction, Mode, Plan, PlanState

WITHDRAWN = "consent-withdrawn"
"""The ``why`` of such a plan, from the moment it is noticed to its end."""


def under(plan: Plan, mode: Mode) -> Plan:
    """``plan`` as its folder's ``mode`` of today lets it go on.

    One that has not touched the mailbox ends, or becomes a copy where that is all
    that is asked for now. One that has is marked, and is led to a safe end even if
    the consent comes back meanwhile. An undo is a person's own word: no mode stops it.
    """
    if plan.state not in OPEN_STATES or plan.why == WITHDRAWN or covers(mode, plan):
        return plan
    if begun(plan):
        return replace(plan, why=WITHDRAWN)
    if mode is Mode.COPY:
        return replace(plan, mode=Mode.COPY)
    return replace(plan, state=PlanState.ABORTED, why=WITHDRAWN)


def covers(mode: Mode, plan: Plan) -> bool:
    """Whether ``mode`` allows what ``plan`` does. Who lets a mail be replaced lets it be copied, too."""
    if plan.direction is Direction.UNDO:
        return True
    return mode is Mode.REPLACE or (mode is Mode.COPY and plan.mode is Mode.COPY)


def begun(plan: Plan) -> bool:
    """Whether something may have been appended for ``plan``."""
    return plan.uidnext_before is not None or plan.state is not PlanState.PLANNED
