"""Waiting for new mail in the open folder: IDLE (RFC 2177), re-issued within five minutes."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any

from imapclient import IMAPClient

from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.session import Session

RENEW = 240.0
"""Seconds after which IDLE is given up: RFC 2177 allows 29 minutes, firewalls and some servers far less."""

_NEWS = {b"EXISTS", b"RECENT"}


def wait(session: Session, seconds: float, wake: int) -> bool:
    """Whether the server told of new mail. See ``ports.Waiter``."""
    return session.call(_idle, min(seconds, RENEW), wake)


def _idle(client: IMAPClient, seconds: float, wake: int) -> bool:
    end = time.monotonic() + seconds
    client.idle()
    told = _is_news(beneath.idle_leftovers(client)) or _listen(client, end, wake)
    _, late = client.idle_done()
    return told or _is_news(late)


def _listen(client: IMAPClient, end: float, wake: int) -> bool:
    """Flags that others set and a server's "still here" are no news: go on listening."""
    while True:
        ready = _ready(client.socket().fileno(), wake, end - time.monotonic())
        if wake in ready or not ready:
            return False
        said = client.idle_check(timeout=0)
        if not said:
            # Something was to be read, and nothing came: the other side is gone. Asking
            # again would be answered at once, for ever.
            raise IMAPClient.AbortError("the line ended while it was waiting for mail")
        if _is_news(said):
            return True


def _ready(line: int, wake: int, seconds: float) -> set[int]:
    if seconds <= 0:
        return set()
    poll = select.poll()
    for descriptor in (line, wake):
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}


def _is_news(said: Sequence[Any]) -> bool:
    for one in said:
        if one[0] == b"BYE":
            raise IMAPClient.AbortError("the server ended the line while it was waiting for mail")
    return any(len(one) > 1 and one[1] in _NEWS for one in said)
