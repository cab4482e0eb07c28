"""What a pass over a mailbox came to, and how its troubles are said."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwatch.errors import MailwatchError, TemporaryError, Words
from mailwatch.jobs.outcome import Outcome


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one pass over a mailbox did. ``errors`` are lines for a person, with the mailbox named.

    ``notices`` is what a person should know and nobody must mend.
    ``waiting`` is what keeps renames waiting, in the same form: it is told, but nothing of the reading
    failed. ``temporary`` is true where there are errors and all of them mend by themselves: waiting does
    not help as long as one is for a person to mend. ``retry_after`` is the longest delay, in
    seconds, that a server asked for. ``reached`` is false where a server did not let us in.
    """

    outcome: Outcome = field(default_factory=Outcome)
    renamed: int = 0
    errors: tuple[Words, ...] = ()
    waiting: tuple[Words, ...] = ()
    temporary: bool = False
    retry_after: float | None = None
    notices: tuple[Words, ...] = ()
    reached: bool = True

    @property
    def over(self) -> bool:
        """Nothing more is asked of the server in this pass: it asks for patience, or lets nobody in."""
        return self.retry_after is not None or not self.reached

    def __add__(self, other: PollReport) -> PollReport:
        return PollReport(
            self.outcome + other.outcome,
            self.renamed + other.renamed,
            self.errors + other.errors,
            self.waiting + other.waiting,
            self._waits() and other._waits() and (self.temporary or other.temporary),
            max(filter(None, (self.retry_after, other.retry_after)), default=None),
            self.notices + other.notices,
            self.reached and other.reached,
        )

    def _waits(self) -> bool:
        return self.temporary or not self.errors


def line(mailbox: str, trouble: Words, mend: Words | None = None) -> Words:
    """One line: where, what is wrong, and what to do about it.

    The sentences keep their own templates, by which their translations are found.
    """
    if mend is None or not mend.template:
        return Words("{mailbox}: {trouble}", {"mailbox": mailbox, "trouble": trouble})
    return Words("{mailbox}: {trouble} → {mend}", {"mailbox": mailbox, "trouble": trouble, "mend": mend})


def beside(error: MailwatchError) -> PollReport:
    """What went wrong in the house itself, and in no mailbox."""
    words = {"trouble": error.message, "mend": error.mend}
    told = Words("{trouble} → {mend}", words) if error.mend.template else error.message
    return PollReport(errors=(told,), temporary=isinstance(error, TemporaryError))


def without_mend(trouble: Words) -> Words:
    """The same ``line`` without what to do about it, for whoever says that himself."""
    if "mend" not in trouble.values:
        return trouble
    return Words("{mailbox}: {trouble}", {k: v for k, v in trouble.values.items() if k != "mend"})


def failed(mailbox: str, error: MailwatchError) -> PollReport:
    """A pass that went wrong, as a line for a person."""
    trouble = line(mailbox, error.message, error.mend)
    if isinstance(error, TemporaryError):
        return PollReport(errors=(trouble,), temporary=True, retry_after=error.retry_after)
    return PollReport(errors=(trouble,))
