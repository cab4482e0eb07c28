"""Older mail: how much of it is left, how fast it is read, and when it will all be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from mailwatch.core.pace import Pace
from mailwatch.core.window import SEARCH_SPAN, next_span, old_window
from mailwatch.ports import Clock, Cursor, MailReader


def older_windows(mailbox: MailReader, low: int, since: date | None) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Windows of the open folder below UID ``low``, newest first: their lowest UID, and the UIDs found."""
    span = SEARCH_SPAN
    while low > 1:
        low, high = old_window(low, span)
        found = mailbox.search(low, high, since=since)
        yield low, found
        span = next_span(span, len(found))


class Backfill:
    """Counts and measures, folder by folder, as long as one process lasts.

    Mails are counted once in each process, since the folder, ``since`` and the clock
    may have changed while nobody looked. The pace is that of the clock on the wall:
    in a daemon it holds the looks at new mail and the turns of other mailboxes, too.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counted: set[tuple[str, str]] = set()
        self._paces: dict[tuple[str, str], Pace] = {}
        self._measuring: dict[tuple[str, str], datetime] = {}

    def is_counted(self, cursor: Cursor) -> bool:
        """Whether the number of mails in ``cursor`` can be believed, or none is needed any more."""
        return cursor.backfilled or (cursor.older is not None and _key(cursor) in self._counted)

    def count(self, mailbox: MailReader, cursor: Cursor, since: date | None) -> Cursor:
        """Ask the server how many mails of the open folder are still to be read."""
        found = sum(len(uids) for _, uids in older_windows(mailbox, cursor.low, since))
        self._counted.add(_key(cursor))
        return replace(cursor, older=found, older_seconds=None)

    def begin(self, cursor: Cursor) -> None:
        """The folder's turn has come. What was being measured goes on."""
        self._measuring.setdefault(_key(cursor), self._clock())

    def measured(self, cursor: Cursor, mails: int) -> Cursor:
        """``cursor`` after ``mails`` more were read, with the time that the rest will take."""
        key, now = _key(cursor), self._clock()
        pace = self._paces.get(key, Pace()).after(mails, (now - self._measuring[key]).total_seconds())
        self._paces[key], self._measuring[key] = pace, now
        return replace(cursor, older_seconds=pace.seconds_for(cursor.older or 0))

    def pause(self) -> None:
        """Something went wrong: the time until all is well again is no reading time."""
        self._measuring.clear()


def _key(cursor: Cursor) -> tuple[str, str]:
    return cursor.mailbox, cursor.folder
