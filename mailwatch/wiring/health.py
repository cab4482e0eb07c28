"""``status``: is mail being watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.adapters.locks import daemon_runs
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.alarm import outages_after
from mailwatch.core.digest_facts import FolderFacts, GapFacts
from mailwatch.ports import Looks

LOOK_BACK = timedelta(days=7)

_NO_ENTRIES = 2**62
"""A place in the ledger that nothing stands behind."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the watching goes, and what waits.

    As of ``at``, UTC: whether a daemon runs, and the outages of the last ``LOOK_BACK``; see ``full``.
    """

    folders: tuple[FolderFacts, ...]
    messages: int
    cases: int
    quarantined: int
    open_plans: int
    unsent: int
    at: datetime | None = None
    daemon: bool = False
    outages: tuple[GapFacts, ...] = ()
    looks: tuple[Looks, ...] = ()


def status(config: Config, store: SqlStore) -> Status:
    """Read from the database alone; no server is asked."""
    with store.digesting() as (library, shelf):
        cases = len(library.cases())
        originals = shelf.tally().originals
    names = [mailbox.name for mailbox in config.mailboxes]
    waiting = store.waiting(names)
    return Status(
        # What is left of mailboxes that nobody watches any more is history, and no trouble.
        folders=tuple(f for f in folders(store) if f.mailbox in names),
        looks=tuple(one for one in store.looks() if one.mailbox in names),
        messages=originals,
        cases=cases,
        quarantined=waiting.quarantined,
        open_plans=waiting.open_plans,
        unsent=waiting.unsent,
    )


def full(config: Config, store: SqlStore, now: datetime) -> Status:
    """The same with what takes a look beyond the tables: the daemon's lock, and all of the ledger."""
    with store.digesting() as (_, shelf):
        _, gaps = shelf.watch(0)
    return replace(
        status(config, store),
        at=now,
        daemon=daemon_runs(config.data / "locks"),
        outages=outages_after(gaps, now - LOOK_BACK),
    )


def folders(store: SqlStore) -> tuple[FolderFacts, ...]:
    """How far each folder was read; what the ledger tells of outages is not looked for in all of it."""
    with store.digesting() as (_, shelf):
        return shelf.watch(_NO_ENTRIES)[0]
