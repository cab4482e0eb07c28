"""Rename plans as values: states, modes, and what the writer of a mailbox must know.

States: PLANNED -> APPENDED -> VERIFIED -> RETIRING -> DONE; ends ABORTED and REVIEW.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing
from mailwatch.core.place import Place


class Mode(StrEnum):
    """What a folder's config asks for."""

    OFF = "off"
    REPLACE = "replace"
    COPY = "copy"


class PlanState(StrEnum):
    """Where a plan stands. Each step forward is one committed transaction."""

    PLANNED = "planned"
    APPENDED = "appended"
    VERIFIED = "verified"
    RETIRING = "retiring"
    DONE = "done"
    ABORTED = "aborted"
    REVIEW = "review"


class Direction(StrEnum):
    """A plan renames, or takes a rename back."""

    RENAME = "rename"
    UNDO = "undo"


OPEN_STATES = frozenset({PlanState.PLANNED, PlanState.APPENDED, PlanState.VERIFIED, PlanState.RETIRING})


@dataclass(frozen=True, slots=True)
class Plan:
    """One rename (or its undo) of one original in one mailbox.

    ``id`` is 32 random hex digits, also in the copy's Mailwatch-Original field.
    ``uidnext_before`` bounds the search for our copy after a lost answer. ``folder``,
    ``uidvalidity``, ``uid`` say where the original lay; ``copy_*`` where the copy lies;
    ``originals_*`` where the original was moved to; ``originals_uidnext`` is the UIDNEXT of
    that folder before the move, so that a lost answer can be told from a move that never
    was. ``due`` is the earliest time to act (arrival plus settle), UTC.
    """

    id: str
    direction: Direction
    mode: Mode
    state: PlanState
    mailbox: str
    original: str
    number: CaseNumber
    folder: str
    uidvalidity: int
    uid: int
    subject_from: str
    subject_to: str
    due: datetime
    copy: str | None = None
    flags: tuple[str, ...] = ()
    internaldate: datetime | None = None
    uidnext_before: int | None = None
    copy_folder: str | None = None
    copy_uidvalidity: int | None = None
    copy_uid: int | None = None
    originals_folder: str | None = None
    originals_uidvalidity: int | None = None
    originals_uid: int | None = None
    originals_uidnext: int | None = None
    undoes: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A filed mail that may be renamed; the rules decide.

    ``via_rule`` is the rule that its ``via`` was filed by; of a further original, that the
    first one's was. ``ended`` is the ``why`` of this mail's newest rename in this mailbox
    that came to aborted or review, or None.
    """

    place: Place
    filing: Filing
    via_rule: str | None
    subject: str
    automatic: str
    signed: bool
    encrypted: bool
    mailwatch_fields: tuple[str, ...]
    subject_fields: int
    size: int
    first_seen: datetime
    dormant: bool
    barred: bool
    internaldate: datetime | None = None
    ended: str | None = None
