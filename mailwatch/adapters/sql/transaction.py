"""One writing transaction: every door to the tables that it writes through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from mailwatch.adapters.sql.attic import SqlAttic
from mailwatch.adapters.sql.batch import Batch
from mailwatch.adapters.sql.case_mail import SqlToldRows
from mailwatch.adapters.sql.desk import SqlDesk, SqlFinder, SqlWishes
from mailwatch.adapters.sql.ledger import Origin, SqlLedger
from mailwatch.adapters.sql.looks import SqlRounds
from mailwatch.adapters.sql.places import SqlPlaces
from mailwatch.adapters.sql.plans import SqlPlans
from mailwatch.adapters.sql.probes import SqlProbes
from mailwatch.adapters.sql.project import Projector
from mailwatch.adapters.sql.projections import projections
from mailwatch.adapters.sql.said import SaidQuery
from mailwatch.adapters.sql.strays import SqlStrays
from mailwatch.adapters.sql.trees import SqlTrees
from mailwatch.adapters.sql.work import SqlConsents, SqlOutbox, SqlQuarantine
from mailwatch.ports import (
    Attic,
    Consents,
    Desk,
    Finder,
    Ledger,
    Outbox,
    Places,
    Plans,
    Probes,
    Quarantine,
    Rounds,
    Statements,
    Strays,
    ToldRows,
    Trees,
    Wishes,
)


class SqlTransaction:
    """See ``ports.Transaction``."""

    def __init__(
        self, connection: Connection, generation: int, origin: Origin, clock: Callable[[], datetime]
    ) -> None:
        self._batch = Batch(connection, projections(generation))
        self._ledger = SqlLedger(connection, Projector(self._batch), origin, clock)
        self.ledger: Ledger = self._ledger
        self.trees: Trees = SqlTrees(self._batch)
        self.desk: Desk = SqlDesk(self._batch)
        self.rounds: Rounds = SqlRounds(self._batch)
        self.places: Places = SqlPlaces(self._batch)
        self.wishes: Wishes = SqlWishes(self._batch)
        self.finder: Finder = SqlFinder(self._batch)
        self.plans: Plans = SqlPlans(self._batch)
        self.strays: Strays = SqlStrays(self._batch)
        self.consents: Consents = SqlConsents(self._batch)
        self.probes: Probes = SqlProbes(self._batch)
        self.quarantine: Quarantine = SqlQuarantine(self._batch)
        self.outbox: Outbox = SqlOutbox(self._batch)
        self.attic: Attic = SqlAttic(self._batch)
        self.told: ToldRows = SqlToldRows(self._batch)
        self.said: Statements = SaidQuery(connection, self._batch.tables)

    def finish(self) -> SqlLedger:
        """Write what was gathered; the commit follows."""
        self._batch.flush()
        self._ledger.flush()
        return self._ledger
