"""Where a mail lies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies on a server. All None but ``mailbox`` for imported files.

    ``folder`` is the decoded name, ``uid`` and ``uidvalidity`` as RFC 3501 section 2.3.1.1.
    """

    mailbox: str
    folder: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
