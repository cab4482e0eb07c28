"""What a run of renames came to, for a person: each mail, and what keeps mails waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.rename import RenameRow, hindered


@dataclass(frozen=True, slots=True)
class Renames:
    """``rows`` tells of each mail; ``troubles`` has an error for each mailbox and cause."""

    rows: tuple[RenameRow, ...]
    troubles: PollReport


def troubles(mailbox: str, rows: Iterable[RenameRow]) -> PollReport:
    """What keeps these rows of one mailbox waiting, whose mailbox it is, and what to do about it."""
    return reduce(add, (failed(mailbox, error) for error in hindered(rows)), PollReport())
