"""The reply tree of a mail: nodes we have, and ghosts we only know by their Message-ID."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.filing import Filing
from mailwatch.core.recognition import Mention
from mailwatch.core.standing import Standing


@dataclass(frozen=True, slots=True)
class Node:
    """One original (or, where ``kept`` is false, one sighting) in a reply tree.

    ``date`` is the Date field, else INTERNALDATE, else the mbox From line, else
    1970, in UTC. ``standing`` is the one before ``decide``: own | vouched |
    claimed | stranger. ``anchor_failed`` is true where the trust anchor says
    dmarc=fail. ``recipients`` are the addr-specs of To and Cc, lower case.
    ``pinned`` is a person's decision; ``ours`` a proof that the mail is our own
    renamed copy or digest.
    """

    sha256: str
    thread_key: str
    message_id: str | None
    answers: tuple[str, ...]
    date: datetime
    from_addr: str
    recipients: frozenset[str] = frozenset()
    body_hash: str = ""
    own_hash: str = ""
    standing: Standing = Standing.STRANGER
    anchor_failed: bool = False
    desk: bool = False
    mentions: tuple[Mention, ...] = ()
    ours: bool = False
    kept: bool = True
    pinned: Filing | None = None
