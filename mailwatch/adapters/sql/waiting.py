"""What waits for something, for ``status``.

It is read without the writer's place, which a first poll keeps for seconds at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailwatch.adapters.sql.batch import Batch
from mailwatch.adapters.sql.plans import SqlPlans
from mailwatch.adapters.sql.projections import Projections
from mailwatch.adapters.sql.work import SqlOutbox, SqlQuarantine


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mails that cannot be read, renames that are under way, digests that are not sent."""

    quarantined: int
    open_plans: int
    unsent: int


def waiting(connection: Connection, tables: Projections, mailboxes: Sequence[str]) -> Waiting:
    """Count it, the renames of these mailboxes alone."""
    batch = Batch(connection, tables)
    return Waiting(
        quarantined=len(SqlQuarantine(batch).held()),
        open_plans=sum(len(SqlPlans(batch).open(mailbox)) for mailbox in mailboxes),
        unsent=len(SqlOutbox(batch).unsent()),
    )
