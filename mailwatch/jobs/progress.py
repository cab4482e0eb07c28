"""How far a long task is, told to whoever waits for it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then, after each batch at least."""

    def __call__(self, what: str, done: int, left: int | None, seconds: int | None = None, /) -> None:
        """How many of ``what`` are ``done`` and ``left``, and about how many ``seconds`` those take."""
        ...


def silent(_what: str, _done: int, _left: int | None, _seconds: int | None = None, /) -> None:
    """Tells nobody."""
