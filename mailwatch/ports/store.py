"""The database with its journals: one writer, many readers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from mailwatch.ports.attic import Attic
from mailwatch.ports.case_mail import ToldRows
from mailwatch.ports.desk import Desk, Wishes
from mailwatch.ports.ledger import Ledger
from mailwatch.ports.library import DigestShelf, Library
from mailwatch.ports.looks import Rounds
from mailwatch.ports.outbox import Outbox
from mailwatch.ports.places import Places
from mailwatch.ports.plans import Consents, Plans, Strays
from mailwatch.ports.probes import Probes
from mailwatch.ports.quarantine import Quarantine
from mailwatch.ports.said import Statements
from mailwatch.ports.trees import Finder, Trees


class Transaction(Protocol):
    """One writing transaction; nothing of it exists before it commits."""

    ledger: Ledger
    trees: Trees
    desk: Desk
    rounds: Rounds
    places: Places
    wishes: Wishes
    finder: Finder
    plans: Plans
    strays: Strays
    consents: Consents
    probes: Probes
    quarantine: Quarantine
    outbox: Outbox
    attic: Attic
    told: ToldRows
    said: Statements


class Store(Protocol):
    """The database with its journals."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """The one writer (BEGIN IMMEDIATE). Commits at the end, rolls back on any exception.

        After the commit the new entries and texts are in the journals, fsynced.
        """
        ...

    def reading(self) -> AbstractContextManager[Library]:
        """A consistent snapshot for the faces."""
        ...


class DigestStore(Store, Protocol):
    """A store that digests are made from."""

    def digesting(self) -> AbstractContextManager[tuple[Library, DigestShelf]]:
        """One snapshot, seen from both sides."""
        ...
