"""The draft of a reply: to whom, with which subject, and what it begins with. A person sends it.

The vendor attaches a reply to its case by two things, the number in the subject and its logging
address among the recipients; a reply that lacks one of them is a mail that nobody there sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailwatch.core.addresses import fits
from mailwatch.core.message import Address, Automatic, Message
from mailwatch.core.privacy import hide_codes
from mailwatch.core.standing import SenderPolicy
from mailwatch.errors import Words

MOST_PEOPLE = 50
MOST_REFERENCES = 20
MOST_QUOTED = 60
"""Lines of the mail that is answered; the vendor has all of it."""

_MSG_ID = re.compile(r"[!-;=?-~]{1,250}")
"""A msg-id of RFC 5322 without its brackets, as far as it may stand in a field of ours."""


class Purpose(StrEnum):
    """What a reply is for."""

    PROGRESS = "progress"
    ANSWER = "answer"
    REOPEN = "reopen"


OPENINGS = {
    Purpose.PROGRESS: Words(
        "Hello,\n\nwe have had no news of case {number} since {day}. "
        "Please tell us how far the investigation is, what comes next, and by when we will hear from you."
    ),
    Purpose.ANSWER: Words("Hello,\n\nabout your mail of {day} on case {number}: here is our answer."),
    Purpose.REOPEN: Words(
        "Hello,\n\ncase {number} was closed, and the problem is there again. "
        "Please reopen the case under the same number and tell us who works on it."
    ),
}
WROTE = Words("On {day}, {who} wrote:")


@dataclass(frozen=True, slots=True)
class Said:
    """A trusted mail of the case. ``ours`` tells the side, ``at`` is in UTC."""

    message: Message
    at: datetime
    ours: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What a draft is made of. ``logged``: a logging address of the vendor is among the recipients."""

    answered: Said
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    in_reply_to: str | None
    references: tuple[str, ...]
    logged: bool


def reply(mails: Sequence[Said], policy: SenderPolicy) -> Reply | None:
    """A reply to all to the newest mail of a person at the vendor, else of a machine there, else of ours.

    None where there is no mail.

    Args:
        mails: those of the case whose senders are trusted: a stranger is answered by nobody.
        policy: who is us, and which addresses are desks, of the mailbox that answers.
    """
    if not mails:
        return None
    answered = max(mails, key=_matters)
    message = answered.message
    writer = () if answered.ours or message.sender is None else (message.sender,)
    to, cc = (message.to, message.cc) if answered.ours else (writer, (*message.to, *message.cc))
    to = _others(to, policy, ())
    cc = _others(cc, policy, to)
    if not any(fits(one.addr, policy.desks) for one in (*to, *cc)):
        cc = (*cc, *_logging(mails, policy))
    ids = [one for one in (*message.answers, message.message_id or "") if _MSG_ID.fullmatch(one)]
    return Reply(
        answered=answered,
        to=to,
        cc=cc,
        in_reply_to=ids[-1] if ids and ids[-1] == message.message_id else None,
        references=tuple(ids[-MOST_REFERENCES:]),
        logged=any(fits(one.addr, policy.desks) for one in (*to, *cc)),
    )


def _matters(said: Said) -> tuple[bool, bool, datetime]:
    return not said.ours, said.message.automatic is Automatic.NO, said.at


def _others(
    addresses: Iterable[Address], policy: SenderPolicy, already: Iterable[Address]
) -> tuple[Address, ...]:
    """Each once, without ourselves."""
    known = {one.addr.lower() for one in already}
    found: dict[str, Address] = {}
    for one in addresses:
        if not fits(one.addr, policy.own):
            found.setdefault(one.addr.lower(), one)
    return tuple(one for addr, one in found.items() if addr not in known)[:MOST_PEOPLE]


def _logging(mails: Sequence[Said], policy: SenderPolicy) -> tuple[Address, ...]:
    """The vendor's address that logs the case: the one that its mails named last, without its name."""
    for said in sorted(mails, key=lambda one: one.at, reverse=True):
        message = said.message
        for one in (*message.cc, *message.to, *([message.sender] if message.sender else [])):
            if fits(one.addr, policy.desks):
                return (Address("", one.addr),)
    return ()


def quoted(message: Message) -> str:
    """What the writer wrote, as a quotation (RFC 3676); one-time codes covered."""
    own = "\n".join(segment.text for segment in message.segments if not segment.quoted)
    lines = hide_codes(own, beside=message.subject).strip().splitlines()
    shown = [*lines[:MOST_QUOTED], *(["[…]"] if len(lines) > MOST_QUOTED else [])]
    return "".join(f"> {line.rstrip()}\n" if line.strip() else ">\n" for line in shown)
