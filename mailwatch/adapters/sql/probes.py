"""Probes of mail servers. ``reindex`` leaves them alone."""

from __future__ import annotations

from sqlalchemy import RowMapping, select

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.tables import probes
from mailwatch.core.fidelity import Offer, Probe, Profile, lost, without

_OFFERED = ("move", "uidplus", "labels")


class SqlProbes:
    """See ``ports.Probes``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def newest(self, mailbox: str) -> Probe | None:
        """See ``ports.Probes``."""
        rows = self._connection.execute(select(probes).where(probes.c.mailbox == mailbox)).mappings()
        return next((Probe(row["id"], row["begun"], _profile(row)) for row in rows), None)

    def save(self, mailbox: str, probe: Probe) -> None:
        """See ``ports.Probes``."""
        profile = probe.profile
        row = {
            "mailbox": mailbox,
            "id": probe.id,
            "begun": probe.begun,
            "at": profile.at if profile else None,
            "host": profile.offer.host if profile else None,
            "offer": tuple(name for name in _OFFERED if profile and getattr(profile.offer, name)),
            "lost": lost(profile.found) if profile else (),
        }
        upsert(self._connection, probes, [row], ["mailbox"])


def _profile(row: RowMapping) -> Profile | None:
    if row["at"] is None:
        return None
    offer = Offer(row["host"], **{name: name in row["offer"] for name in _OFFERED})
    return Profile(row["at"], offer, without(row["lost"]))
