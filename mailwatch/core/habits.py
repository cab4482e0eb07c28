"""The three habits that keeping a case number needs, and which of them are done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.case_state import CaseState
from mailwatch.core.spoken import Key
from mailwatch.core.statements import settings
from mailwatch.errors import Words

_PORTALS = (
    ("21vianet", Words("admin center of 21Vianet, Support")),
    ("csp", Words("Partner Center, Help + support")),
    ("azure", Words("Azure portal, Help + support, All support requests")),
    ("power-platform", Words("Power Platform admin center, Help + support")),
)
_ELSE = Words("Microsoft 365 admin center, Support, View service requests")


@dataclass(frozen=True, slots=True)
class Habits:
    """Which are done. ``portal`` is when a person saw the case in the portal, None before.

    ``path`` leads there, by plan, and ``account`` is the one to sign in with, where a person named it. The
    number is kept whole with the first mail, and so is the date; a title tells the problem.
    """

    number: bool
    portal: datetime | None
    noted: bool
    path: Words
    account: str | None


def habits(state: CaseState, title: str, now: datetime) -> Habits:
    """Of one case. Whether it was seen in the portal only a person can tell."""
    said = settings(state.statements, now)
    seen, account = said.get(Key.PORTAL), said.get(Key.ACCOUNT)
    plan = state.deadline.plan or ""
    return Habits(
        number=True,
        portal=seen.at if seen else None,
        noted=bool(title.strip()),
        path=next((path for start, path in _PORTALS if plan.startswith(start)), _ELSE),
        account=str(account.value) if account else None,
    )
