"""What people said of a case, and what of it holds at a given time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import Text
from mailwatch.core.spoken import CaseSet, Key, Said
from mailwatch.core.texts import as_words

Value = str | datetime
"""What is set: a word, a text, or the time of a ``snooze``."""

_SOURCE = "entry:"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a person said. ``entry`` is the number of its entry in the ledger; times in UTC.

    ``at`` is when it happened, ``recorded_at`` when it was recorded. ``withdrawn_at`` and
    ``withdrawn_by`` tell of the person who took it back; both None as long as it stands.
    """

    entry: int
    at: datetime
    recorded_at: datetime
    said: Said
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def by(self) -> str:
        """Who said it."""
        return as_words(self.said.by.value)

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.withdrawn_at is not None

    @property
    def dated(self) -> bool:
        """Whether it was recorded at another time than it happened."""
        return self.at != self.recorded_at

    @property
    def source(self) -> str:
        """What names it where a mail has its sha256."""
        return f"{_SOURCE}{self.entry}"

    @property
    def value(self) -> Value | None:
        """What a ``set`` sets; None of anything else, and where it takes back."""
        if not isinstance(self.said, CaseSet):
            return None
        return self.said.until or self.said.word or (words(self.said.text) if self.said.text else None)


def entry_of(source: str) -> int | None:
    """The entry that ``Statement.source`` names; None for the sha256 of a mail."""
    return int(source.removeprefix(_SOURCE)) if source.startswith(_SOURCE) else None


def words(text: Text | None) -> str:
    """A text for people; empty where there is none, or it was erased."""
    return "" if text is None else as_words(text.value)


def in_time(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """By when it happened; at one time, as it was recorded."""
    return tuple(sorted(statements, key=lambda one: (one.at, one.entry)))


def standing(statements: Iterable[Statement], now: datetime | None = None) -> tuple[Statement, ...]:
    """What holds of ``statements`` at ``now``, in time: without what was taken back, and what came later.

    A ``set`` without a value is not among them, nor what it takes back: all that was recorded of its key
    before it.
    """
    kept = [one for one in statements if not one.withdrawn and (now is None or one.at <= now)]
    cleared: dict[tuple[CaseNumber, Key], int] = {}
    for one in kept:
        if isinstance(one.said, CaseSet) and one.value is None:
            slot = one.said.number, one.said.key
            cleared[slot] = max(one.entry, cleared.get(slot, 0))
    return in_time(one for one in kept if not _cleared(one, cleared))


def _cleared(one: Statement, cleared: Mapping[tuple[CaseNumber, Key], int]) -> bool:
    said = one.said
    return isinstance(said, CaseSet) and one.entry <= cleared.get((said.number, said.key), 0)


def settings(statements: Iterable[Statement], now: datetime | None = None) -> Mapping[Key, Statement]:
    """The newest of each key that holds at ``now``; its ``value`` is never None."""
    return {
        one.said.key: one for one in standing(statements, now) if isinstance(one.said, CaseSet) and one.value
    }


def snoozed(statements: Iterable[Statement], now: datetime, *, announced: bool, level: int | None) -> bool:
    """Whether a person wants the case to be quiet at ``now``.

    Never where its closing is announced, nor at severity A (``level`` 0).
    """
    found = settings(statements, now).get(Key.SNOOZE)
    until = found.value if found else None
    return isinstance(until, datetime) and now < until and not announced and level != 0
