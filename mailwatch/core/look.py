"""One mail looked at: who wrote it, and which case numbers it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailwatch.core.casenumber import Scheme
from mailwatch.core.message import Message
from mailwatch.core.recognition import Recognition, recognise
from mailwatch.core.standing import Anchor, SenderPolicy, Standing, is_desk, standing, trusted


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for, and whom a mailbox trusts. It travels to the processes that read mail."""

    schemes: tuple[Scheme, ...]
    policy: SenderPolicy


@dataclass(frozen=True, slots=True)
class Looked:
    """A mail and what was seen in it. ``desk``: it says that it comes from a support desk."""

    message: Message
    standing: Standing = Standing.STRANGER
    anchor: Anchor = Anchor.NONE
    desk: bool = False
    found: Recognition = field(default_factory=Recognition)


def look_at(message: Message, look: Look, *, outgoing: bool, received: datetime | None) -> Looked:
    """What ``message`` says by itself, without the other mails of its case.

    Args:
        message: the mail.
        look: schemes, and the policy of the mailbox that it came from.
        outgoing: it lies in a folder of sent mail.
        received: INTERNALDATE, None where no server told one.
    """
    who, anchor = standing(message, outgoing=outgoing, policy=look.policy)
    found = recognise(message, look.schemes, trusted=trusted(who, look.policy), received=received)
    return Looked(message, who, anchor, is_desk(message, look.policy), found)
