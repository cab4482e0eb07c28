"""Rows of the work tables that nobody asks for any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, exists

from mailwatch.adapters.sql.batch import Batch
from mailwatch.adapters.sql.tables import outbox, plans
from mailwatch.core.renaming import PlanState

_ENDED = (PlanState.DONE.value, PlanState.ABORTED.value)


class SqlAttic:
    """See ``ports.Attic``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def forget_plans(self, before: datetime) -> int:
        """See ``ports.Attic``. A rename that stands is known from its ledger entry, also to be taken back."""
        statement = delete(plans).where(plans.c.state.in_(_ENDED), plans.c.due < before)
        return self._connection.execute(statement).rowcount

    def forget_digests(self, before: datetime) -> int:
        """See ``ports.Attic``. The newest says from where on the next digest tells what is new."""
        newer = outbox.alias()
        follows = exists().where(
            and_(
                newer.c.name == outbox.c.name,
                newer.c.recipient == outbox.c.recipient,
                newer.c.date > outbox.c.date,
                newer.c.state == "sent",
            )
        )
        statement = delete(outbox).where(outbox.c.state == "sent", outbox.c.updated_at < before, follows)
        return self._connection.execute(statement).rowcount
