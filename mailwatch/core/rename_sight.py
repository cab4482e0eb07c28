"""What one plan's mails look like in the mailbox, and the steps that can follow.

Values, and the few rules that a rename and its undo share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailwatch.core.renaming import Direction, Mode, Plan, PlanState

DELETED = r"\Deleted"
DRAFT = r"\Draft"


class Proof(StrEnum):
    """What the bytes of a mail prove, once they are read."""

    UNREAD = "unread"
    ORIGINAL = "original"  # byte for byte the archived original
    COPY = "copy"  # carries our plan and restores to the archived original
    ALIKE = "alike"  # altered by the server: same Message-ID, equal decoded body
    FOREIGN = "foreign"  # none of these


@dataclass(frozen=True, slots=True)
class Spot:
    """One mail as it lies in a folder now. ``size`` is RFC822.SIZE in bytes."""

    folder: str
    uidvalidity: int
    uid: int
    flags: frozenset[str] = frozenset()
    internaldate: datetime | None = None
    size: int = 0
    proof: Proof = Proof.UNREAD

    @property
    def deleted(self) -> bool:
        r"""Marked \Deleted: somebody has given it up."""
        return DELETED in self.flags


class Act(StrEnum):
    """What to do next. Each changes the server, or our knowledge, or the plan."""

    COMMIT = "commit"  # save the plan as the step holds it
    LOOK = "look"  # the mailbox must be looked at again, farther (``farther``)
    READ = "read"  # whole mails are needed
    LOCATE = "locate"  # UIDVALIDITY changed: find the original again
    PREPARE = "prepare"  # make the copy's hash, note UIDNEXT
    APPEND = "append"
    FLAG = "flag"  # add and drop flags of one mail, then save the plan
    OPEN = "open"  # make the folder of originals, note its UIDNEXT, then save the plan
    MOVE = "move"
    REMOVE = "remove"
    WAIT = "wait"  # nothing can be done now; save the plan with its new ``why`` and come back later
    REST = "rest"  # the plan has come to its end


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``plan`` is the plan to be committed after it; ``spots`` the mails it is about."""

    act: Act
    plan: Plan
    spots: tuple[Spot, ...] = ()
    add: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one plan's mails look like now.

    ``source`` is the mail at the plan's folder and UID. ``copies`` carry the
    rename's plan id, ascending by UID. ``stored`` is the original found in
    Mailwatch/Originals; ``restored`` the one an undo has brought back.
    ``gapless`` is true where no mail that came to the folder of originals since
    the plan noted its UIDNEXT has left it. ``known`` is true where the folder
    still has the UIDVALIDITY of the plan. ``tried`` names the acts that were
    carried out for this plan since the run began and were answered OK;
    ``answered`` is true where the server claims a UID for an appended mail that
    does not carry our field. ``refused`` is the server's no to the last command.
    """

    source: Spot | None = None
    copies: tuple[Spot, ...] = ()
    stored: Spot | None = None
    restored: Spot | None = None
    gapless: bool = False
    known: bool = True
    tried: frozenset[Act] = frozenset()
    answered: bool = False
    refused: str | None = None

    @property
    def copy(self) -> Spot | None:
        """The copy that counts: the one with the lowest UID."""
        return self.copies[0] if self.copies else None


def commit(plan: Plan, state: PlanState) -> Step:
    """The plan goes on to ``state``."""
    return Step(Act.COMMIT, replace(plan, state=state))


def end(plan: Plan, state: PlanState, why: str | None) -> Step:
    """The plan comes to its end; ``why`` is an enumerated word, None where all went well."""
    return Step(Act.COMMIT, replace(plan, state=state, why=why))


def read(plan: Plan, *spots: Spot) -> Step:
    """The bytes of those of ``spots`` that are not yet judged are needed."""
    return Step(Act.READ, plan, tuple(s for s in spots if s.proof is Proof.UNREAD))


def refused(plan: Plan, why: str) -> Step:
    """The server said no to an APPEND: a mail too big never fits, anything else may pass."""
    if why == "too-big":
        return end(plan, PlanState.ABORTED, why)
    return Step(Act.WAIT, replace(plan, why=why))


# ── taking a copy away ────────────────────────────────────────────────────────


def removable(plan: Plan, spot: Spot) -> bool:
    """Whether the bytes prove a copy that we may remove.

    A copy that the server altered is proved by the plan known here, its
    Message-ID and its body, as long as the original has not been moved.
    """
    moved = plan.mode is Mode.REPLACE and (
        plan.direction is Direction.UNDO or plan.state is PlanState.RETIRING
    )
    return spot.proof is Proof.COPY or (spot.proof is Proof.ALIKE and not moved)


def withdraw(plan: Plan, seen: Seen, state: PlanState, why: str | None) -> Step:
    r"""Remove our copies, those alone that prove themselves, and end the plan.

    Why is committed first: when the copies are gone, nothing else tells it. A copy that is marked \Deleted is
    removed, too: we may have been killed between the mark and the EXPUNGE. Once that was tried, a mark is all
    that a server without UIDPLUS allows.
    """
    if _half_removed(plan, seen):
        return Step(Act.WAIT, replace(plan, why=seen.refused))
    left = tuple(c for c in seen.copies if not c.deleted or Act.REMOVE not in seen.tried)
    if any(c.proof is Proof.UNREAD for c in left):
        return read(plan, *left)
    proved = tuple(c for c in left if removable(plan, c))
    if proved and plan.why != why:
        return Step(Act.COMMIT, replace(plan, why=why))
    if proved and Act.REMOVE not in seen.tried:
        return Step(Act.REMOVE, plan, proved)
    if all(c.deleted for c in left):
        return end(plan, state, why)
    return end(plan, PlanState.REVIEW, "not-removed" if proved else "copy-differs")


def _half_removed(plan: Plan, seen: Seen) -> bool:
    r"""An undo's copy is marked as \Deleted, and yet the server said no to removing it."""
    refused = Act.REMOVE in seen.tried and seen.refused is not None
    return (
        refused
        and plan.direction is Direction.UNDO
        and any(c.deleted and removable(plan, c) for c in seen.copies)
    )
