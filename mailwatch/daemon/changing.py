"""From one configuration to the next, beside everything else: what may wait for anything waits here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mailwatch.config.model import Config
from mailwatch.daemon.events import event
from mailwatch.daemon.house import House
from mailwatch.daemon.houses import Houses
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

HANDOVER_WITHIN = 3.0
"""Seconds for the threads of the old configuration to end after what they are doing.

Whoever waits for a server is left to himself after that: the new house begins, and leaves alone the mailboxes
whose locks are still held.
"""

_FIXED = ("data", "database", "archive")


class Change:
    """Runs ``work``, and calls ``over`` at its end; ``result`` raises what it has raised."""

    def __init__(self, work: Callable[[], None], over: Callable[[], None]) -> None:
        self._work = work
        self._over = over
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="configuration", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Whether it has come to its end, ``seconds`` from now at the latest."""
        self._thread.join(seconds)
        return self.is_over

    def result(self) -> None:
        """Raise what it has raised."""
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as fault:  # noqa: BLE001 - raised again by ``result``, in the first thread
            self._fault = fault
        finally:
            self._over()


def refuse_other_place(config: Config, old: Config) -> None:
    """What cannot change while it runs."""
    for key in _FIXED:
        if getattr(config, key) != getattr(old, key):
            raise ConfigError(
                "{key} cannot change while mailwatch runs", mend="systemctl restart mailwatch", key=key
            )


def hand_over(houses: Houses, fresh: House) -> bool:
    """Put ``fresh`` in the place of the house in force. False: the end has begun meanwhile."""
    old = houses.present
    if old is not None:
        old.retire()
        if not old.has_ended(HANDOVER_WITHIN):
            # Two threads on one mailbox are kept apart by its lock, two on one digest by the reader's.
            old.lingered = True
            words = "threads of it still work; what they work on is taken up after them"
            names = ",".join(old.at_work) or None
            event("old-configuration", level=logging.WARNING, what=words, mailboxes=names)
    if houses.present is not old:
        fresh.retire()
        return False
    try:
        fresh.begin()
    except TemporaryError as error:
        # Whoever watched until now has left: go on, the chores try it again.
        event("trouble", level=logging.WARNING, chore="begin", what=error.message)
    return houses.move_in(fresh)


def tell_refusal(error: MailwatchError) -> None:
    """Why a configuration was not taken over, a line for each problem."""
    event("reload-refused", level=logging.ERROR, what=error.message)
    for problem in error.problems if isinstance(error, ConfigError) else ():
        event("reload-refused", level=logging.ERROR, what=problem)
