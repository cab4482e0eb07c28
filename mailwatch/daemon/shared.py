"""What the threads of one configuration share."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.state import State
from mailwatch.daemon.tally import Tally
from mailwatch.errors import Words
from mailwatch.jobs.outcome import Outcome


@dataclass(slots=True)
class Shared:
    """Handed to each mailbox's thread. ``mark`` tells the threads of one house from those of another."""

    hearts: Hearts
    slots: threading.Semaphore
    stop: threading.Event
    settle: timedelta
    on_pass: Callable[[State, datetime | None], None]
    on_first_look: Callable[[], None]
    on_look: Callable[[str, Outcome, Words | None], None]
    tally: Tally = field(default_factory=Tally)
    chance: Callable[[], float] = field(default=random.random)
    mark: str = ""

    def count(self, mailbox: str, outcome: Outcome, trouble: Words | None) -> None:
        """A look came to its end: well, or with ``trouble``."""
        self.tally.add("polls", mailbox)
        self.tally.add("fetched", mailbox, outcome.fetched)
        self.tally.add("filed", mailbox, outcome.filed)
        self.on_look(mailbox, outcome, trouble)
