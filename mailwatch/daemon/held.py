"""Who keeps a mailbox from being looked at: another mailwatch, or a thread from before a reload."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from mailwatch.errors import MailwatchError, Words
from mailwatch.jobs.poll_report import line

_EARLIER = Words("a thread of the earlier configuration still waits for the server; it is read on after that")


def thread_name(mailbox: str, mark: str) -> str:
    """Of the thread for ``mailbox``; ``mark`` tells houses apart. No mailbox's name holds a slash."""
    return f"mailbox-{mailbox}/{mark}" if mark else f"mailbox-{mailbox}"


def who_holds(mailbox: str, error: MailwatchError) -> Words:
    """A line about the mailbox whose lock the calling thread did not get."""
    if any(_is_for(mailbox, thread) for thread in _others()):
        return line(mailbox, _EARLIER)
    return line(mailbox, error.message, error.mend)


def _others() -> Iterable[threading.Thread]:
    return (thread for thread in threading.enumerate() if thread is not threading.current_thread())


def _is_for(mailbox: str, thread: threading.Thread) -> bool:
    return thread.name.partition("/")[0] == thread_name(mailbox, "")
