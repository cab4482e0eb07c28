"""How long it takes to read what is left, told from how fast it went lately.

An estimate stands on what was measured, or there is none. It is given to two
digits, and to people in words that promise no more than that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mailwatch.errors import Words, counted

RECENT = 60.0
"""Seconds after which what was measured counts about a third (1/e) of what is measured now."""

ENOUGH = 3.0
"""Seconds to measure before an estimate is told: the first batch also waits for connection and workers."""

PAUSE = 900.0
"""Seconds. Whatever takes longer was an interruption (the machine slept), and says nothing of the pace."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """So many mails in so many seconds, faded the more the longer ago they were.

    Two sums, not a mean of rates: a batch of many small mails and one of few big
    mails weigh by the time that they took.
    """

    mails: float = 0.0
    seconds: float = 0.0

    def after(self, mails: int, seconds: float) -> Pace:
        """The pace after ``mails`` more, which took ``seconds``. A clock that was set back is no measure."""
        if not 0 <= seconds <= PAUSE:
            return self
        fade = math.exp(-seconds / RECENT)
        return Pace(self.mails * fade + mails, self.seconds * fade + seconds)

    def seconds_for(self, mails: int) -> int | None:
        """Seconds until so many ``mails`` are read, to two digits; None where too little was measured."""
        if self.seconds < ENOUGH or self.mails <= 0:
            return None
        return two_digits(mails * self.seconds / self.mails)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to read: mails, and seconds as far as they can be told."""

    mails: int = 0
    seconds: int | None = None


def one_after_another(parts: Iterable[Left]) -> Left:
    """What is left of folders that are read in turn. Those that wait will go as fast as the others."""
    waiting = [part for part in parts if part.mails > 0]
    mails = sum(part.mails for part in waiting)
    measured = [(part.mails, part.seconds) for part in waiting if part.seconds is not None]
    if not measured:
        return Left(mails, None if mails else 0)
    known = sum(count for count, _ in measured)
    return Left(mails, two_digits(sum(seconds for _, seconds in measured) * mails / known))


def side_by_side(parts: Iterable[Left]) -> Left:
    """What is left of mailboxes that are read at the same time: the last to end decides."""
    waiting = [part for part in parts if part.mails > 0]
    times = [part.seconds for part in waiting]
    seconds = max((t for t in times if t is not None), default=0)
    return Left(sum(part.mails for part in waiting), None if None in times else seconds)


def two_digits(value: float) -> int:
    """``value``, not negative, as a whole number of which the first two digits alone count."""
    whole = round(value)
    scale = int(10 ** max(0, len(str(whole)) - 2))
    return round(whole / scale) * scale


def how_long(seconds: int) -> Words:
    """About how long ``seconds`` are, in one unit."""
    if seconds < _MINUTE * 3 / 4:
        return Words("less than a minute")
    if seconds < _HOUR * 3 / 2:
        return counted("about {n} minute", "about {n} minutes", round(seconds / _MINUTE))
    if seconds < _DAY * 3 / 2:
        return counted("about {n} hour", "about {n} hours", round(seconds / _HOUR))
    return counted("about {n} day", "about {n} days", round(seconds / _DAY))
