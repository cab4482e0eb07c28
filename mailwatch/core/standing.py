"""Who is speaking, as far as the mail and our own server can tell."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """How far a mail's sender is known. Nothing in a thread or a number raises it."""

    OWN = "own"
    VOUCHED = "vouched"
    PARTICIPANT = "participant"  # given by ``decide`` alone, for one case
    CLAIMED = "claimed"
    STRANGER = "stranger"
