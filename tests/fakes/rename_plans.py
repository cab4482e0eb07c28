"""A rename plan as it is when it has just been made."""

from __future__ import annotations

from datetime import UTC, datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FRESH = Plan(
    id="1" * 32,
    direction=Direction.RENAME,
    mode=Mode.REPLACE,
    state=PlanState.PLANNED,
    mailbox="support",
    original="a" * 64,
    number=CaseNumber("tracking-id", "2603010040001234"),
    folder="INBOX",
    uidvalidity=1000,
    uid=7,
    subject_from="RE: x",
    subject_to="[TrackingID#2603010040001234] x",
    due=NOW,
)
