"""The mails of cases, as far as it matters who has to act and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing
from mailwatch.core.told import Told


@dataclass(frozen=True, slots=True)
class CaseMail:
    """One filed mail of a sender who may move its case.

    ``seq`` is the ledger entry of its newest filing, ``mailbox`` where it was found first, ``size`` in
    bytes. ``sent_at`` is its date, ``received_at`` the first receipt of any of its originals. ``told`` is
    None where it was not read yet under this filing and today's rules.
    """

    filing: Filing
    seq: int
    mailbox: str
    size: int
    sent_at: datetime
    received_at: datetime | None
    told: Told | None = None


class CaseMails(Protocol):
    """Reads them. ``fingerprint`` is that of today's rules: what was read under others is not told."""

    def of(self, number: CaseNumber, fingerprint: str) -> tuple[CaseMail, ...]:
        """The mails of one case, by date."""
        ...

    def awake(self, fingerprint: str) -> tuple[CaseMail, ...]:
        """The mails of all cases that are not dormant, by date."""
        ...

    def unread(self, fingerprint: str, limit: int) -> tuple[CaseMail, ...]:
        """Those of ``awake`` that are still to be read, the newest ``limit`` of them, newest first."""
        ...


class ToldRows(Protocol):
    """What mails told, kept. A work table: whatever is lost of it is read again from the archive."""

    def save(self, fingerprint: str, told: Sequence[tuple[CaseMail, Told]]) -> None:
        """Insert, or overwrite what the same mails told under another filing or other rules."""
        ...
