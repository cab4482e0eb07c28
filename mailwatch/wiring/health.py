"""``status``: is mail being watched."""

from __future__ import annotations

from dataclasses import dataclass

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.digest_facts import FolderFacts


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
        folders, _ = shelf.watch(0)
        cases = len(library.cases())
        originals = shelf.tally().originals
    with store.writing() as tx:
        plans = sum(len(tx.plans.open(mailbox.name)) for mailbox in config.mailboxes)
        held, unsent = len(tx.quarantine.held()), len(tx.outbox.unsent())
    return Status(
        folders=folders,
        messages=originals,
        cases=cases,
        quarantined=held,
        open_plans=plans,
        unsent=unsent,
    )
