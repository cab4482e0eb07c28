"""What ``verify`` may find, and what it remembers on the way.

Codes of problems, for good:

=====================  ======================================================================
entry-changed          the bytes of an entry do not have the hash that is stored beside them
chain-broken           an entry does not name the hash of the one before it
entry-missing          a number is left out of the ledger
entry-unreadable       the bytes are no entry of a format that this version knows
entry-foreign          an entry belongs to another ledger
journal-behind         the journal ends before the database does
journal-ahead          the journal knows entries that the database has lost
journal-differs        journal and database hold other bytes under one number, or the
                       journal holds a number once more
journal-unreadable     a line of a journal is no line of ours
text-changed           salt and text do not have the commitment they stand for
text-missing           an entry speaks of a text that is gone, and no ``erase`` entry says why
journal-text-changed   the same as text-changed, in the journal of texts
journal-text-missing   a text is in the database and not in the journal
journal-text-again     the journal holds a text more than once
journal-text-unknown   the journal holds a text that no entry speaks of
original-changed       an original does not have the bytes that its name promises
original-missing       an original is gone, and no ``erase`` entry says why
original-unreadable    an original could not be read, so nothing is known of it
attached-changed       a file that a person attached does not have the bytes that its name promises
attached-missing       such a file is gone, and no ``erase`` entry says why
attached-unreadable    such a file could not be read, so nothing is known of it
=====================  ======================================================================

Whoever can write to database, journals and archive alike can make a new history
that holds together; only what was told outside of this machine contradicts him.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwatch.errors import Words

CODES = (
    "entry-changed",
    "chain-broken",
    "entry-missing",
    "entry-unreadable",
    "entry-foreign",
    "journal-behind",
    "journal-ahead",
    "journal-differs",
    "journal-unreadable",
    "text-changed",
    "text-missing",
    "journal-text-changed",
    "journal-text-missing",
    "journal-text-again",
    "journal-text-unknown",
    "original-changed",
    "original-missing",
    "original-unreadable",
    "attached-changed",
    "attached-missing",
    "attached-unreadable",
)

UNREADABLE = frozenset({"original-unreadable", "attached-unreadable"})
"""What says that nothing is known, and not that something was changed."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was kept. ``code`` is one of ``CODES``; ``detail`` names it exactly."""

    code: str
    detail: Words


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found. ``complete`` is false where something could not be looked at."""

    entries: int
    problems: tuple[Problem, ...]
    complete: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing was found changed. What could not be looked at is no change."""
        return all(problem.code in UNREADABLE for problem in self.problems)


@dataclass(slots=True)
class Known:
    """What the ledger says must be there."""

    ledger: str | None = None
    originals: dict[str, int] = field(default_factory=dict)
    attached: dict[str, int] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def unreadable(place: str) -> Problem:
    """A line of a journal that is no line of ours; ``place`` is its file and number."""
    return Problem("journal-unreadable", Words("{place}: this line cannot be read", {"place": place}))
