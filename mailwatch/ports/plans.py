"""Renames that are planned, and the consent to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.renaming import Candidate, Mode, Plan


class Plans(Protocol):
    """Rename plans. At most one open plan per (original, mailbox)."""

    def open(self, mailbox: str) -> tuple[Plan, ...]:
        """The open plans of a mailbox, oldest first."""
        ...

    def save(self, plans: Sequence[Plan]) -> None:
        """Insert or bring up to date, by id."""
        ...

    def find(self, plan_id: str) -> Plan | None:
        """A plan by id, in any state."""
        ...

    def candidates(self, mailbox: str, folder: str, *, since: datetime | None) -> tuple[Candidate, ...]:
        """Filed mails lying in ``folder`` that have neither an open plan nor a rename that stands.

        One that was taken back is offered as ``barred``. ``since`` leaves out what was first seen before it.
        """
        ...

    def done(self, mailbox: str | None, number: CaseNumber | None) -> tuple[Plan, ...]:
        """Renames that stand (done, not undone), for undo; rebuilt from ``rename`` entries alone."""
        ...


class Consents(Protocol):
    """Since when a folder may be renamed: older mail needs ``--backlog``."""

    def given(self, mailbox: str, folder: str, mode: Mode, now: datetime) -> datetime:
        """When this mode was first asked for; ``now`` is remembered where it is new or has changed."""
        ...

    def all(self) -> tuple[tuple[str, str], ...]:
        """Mailbox and folder of each consent that is remembered."""
        ...

    def withdraw(self, mailbox: str, folder: str) -> None:
        """Forget it: where it is given again, it is new."""
        ...


class Strays(Protocol):
    """Where copies of ours may lie that no plan and no entry knows: after a lost database, once a mailbox."""

    def due(self, mailbox: str) -> bool:
        """Whether the database was made again and this mailbox has not been looked through since."""
        ...

    def looked(self, mailbox: str) -> None:
        """It was looked through."""
        ...
