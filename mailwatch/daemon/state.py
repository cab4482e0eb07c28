"""How one mailbox is, told by its thread to all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.pace import Left
from mailwatch.errors import Words


@dataclass(slots=True)
class State:
    """How a mailbox is, for status line and alarm. Read by other threads; each field is replaced whole.

    ``trouble`` is a whole line: the mailbox, what is wrong, and what to do about it, which is to wait where
    it is ``temporary``. ``held`` is a line, too: who else works on the mailbox, so that no look can begin.
    ``wanted`` is since when it shall be watched, ``down`` since when it is not, once that was recorded.
    """

    name: str
    last_good: datetime | None = None
    failures: int = 0
    trouble: Words | None = None
    temporary: bool = False
    passes: int = 0
    left: Left | None = None
    held: Words | None = None
    wanted: datetime | None = None
    down: datetime | None = None
