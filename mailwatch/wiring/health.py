"""``status``: is mail being watched."""

from __future__ import annotations

from dataclasses import dataclass

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.digest_facts import FolderFacts

_NO_ENTRIES = 2**62
"""A place in the ledger that nothing stands behind."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the watching goes, and what waits."""

    folders: tuple[FolderFacts, ...]
    messages: int
    cases: int
    quarantined: int
    open_plans: int
    unsent: int


def status(config: Config, store: SqlStore) -> Status:
    """Read from the database alone; no server is asked."""
    with store.digesting() as (library, shelf):
        cases = len(library.cases())
        originals = shelf.tally().originals
    waiting = store.waiting([mailbox.name for mailbox in config.mailboxes])
    return Status(
        folders=folders(store),
        messages=originals,
        cases=cases,
        quarantined=waiting.quarantined,
        open_plans=waiting.open_plans,
        unsent=waiting.unsent,
    )


def folders(store: SqlStore) -> tuple[FolderFacts, ...]:
    """How far each folder was read; what the ledger tells of outages is not looked for in all of it."""
    with store.digesting() as (_, shelf):
        return shelf.watch(_NO_ENTRIES)[0]
