"""Forgetting: what the work tables need no longer. Archive, ledger and texts are never touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.ports import Store


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of row stays.

    A sighting that is gone cannot be adopted by a case that turns up later, and
    its mail is read again if its folder is; hence more than a year.
    """

    sightings: timedelta = timedelta(days=400)
    plans: timedelta = timedelta(days=400)
    digests: timedelta = timedelta(days=400)
    looks: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows went."""

    sightings: int
    plans: int
    digests: int
    looks: int = 0


MOST = 5000
"""Sightings that go in one transaction: others wait for less than a second."""


def forget(store: Store, now: datetime, keep: Retention, *, most: int = MOST) -> Forgotten:
    """Drop what is older than ``keep`` says, in one transaction. ``now`` is UTC.

    What is not finished stays, however old: open plans, plans in review, digests not sent. Of
    sightings at most ``most`` go; the others with the next call.
    """
    with store.writing() as tx:
        return Forgotten(
            sightings=tx.desk.forget_before(now - keep.sightings, most),
            plans=tx.attic.forget_plans(now - keep.plans),
            digests=tx.attic.forget_digests(now - keep.digests),
            looks=tx.rounds.forget_before(now - keep.looks),
        )


def forget_all(store: Store, now: datetime, keep: Retention, *, most: int = MOST) -> Forgotten:
    """The same to its end, so that others can write in between; what went in all."""
    gone = last = forget(store, now, keep, most=most)
    while last.sightings == most:
        last = forget(store, now, keep, most=most)
        gone = replace(gone, sightings=gone.sightings + last.sightings)
    return gone
