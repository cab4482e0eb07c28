"""Runs of digits in a text, bounded, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_RUNS = 20_000
"""Runs of digits that are judged in one mail, some 40 microseconds each; what stands behind is not read."""

# It starts with one digit and no choice: only then does the engine skip all other text at full speed.
_RUN = re.compile(r"[0-9](?:[0-9]{4,}|[0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9]))")
"""Shorter runs of digits are part of no number. Four groups of four are a payment card."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits in a text."""

    text: str
    start: int
    end: int

    @property
    def digits(self) -> str:
        """The digits themselves, blanks between groups included."""
        return self.text[self.start : self.end]

    def before(self, pattern: re.Pattern[str], window: int) -> re.Match[str] | None:
        """``pattern`` in at most ``window`` code points directly before the run."""
        return pattern.search(self.text, max(0, self.start - window), self.start)

    def behind(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """``pattern`` directly behind the run."""
        return pattern.match(self.text, self.end)


def runs(text: str, budget: Iterator[int]) -> Iterator[re.Match[str] | None]:
    """Runs of digits in reading order; None, and no more, where the budget is used up."""
    for match in _RUN.finditer(text):
        if next(budget, None) is None:
            yield None
            return
        yield match
