"""Who is speaking, as far as the mail and our own server can tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.addresses import fits
from mailwatch.core.authentication import Anchor as Anchor
from mailwatch.core.authentication import verdict
from mailwatch.core.message import Message


class Standing(StrEnum):
    """How far a mail's sender is known. Nothing in a thread or a number raises it."""

    OWN = "own"
    VOUCHED = "vouched"
    PARTICIPANT = "participant"  # given by ``decide`` alone, for one case
    CLAIMED = "claimed"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class SenderPolicy:
    """Whom a mailbox trusts. All but ``anchor`` are patterns as ``addresses.fits`` reads them.

    ``own`` is us; ``senders`` speak for support, ``notices`` taken away from them;
    mail of ``desks`` is kept even without a number. ``anchor`` is the authserv-id
    of the mailbox's own server, ``topmost``, or None where none is configured.
    """

    own: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    anchor: str | None = None


def standing(message: Message, *, outgoing: bool, policy: SenderPolicy) -> tuple[Standing, Anchor]:
    """Who wrote ``message``, and what the trust anchor says of the sender.

    ``outgoing`` is true for a mail found in a folder of sent mail: nobody but the
    owner can put mail there. Never ``PARTICIPANT``.
    """
    addr = _single_from(message)
    if addr is None:
        return (Standing.OWN if outgoing else Standing.STRANGER), Anchor.NONE
    anchor = verdict(message.authentication_results, policy.anchor, addr.rpartition("@")[2])
    return (Standing.OWN if outgoing else _incoming(addr, anchor, policy)), anchor


def _incoming(addr: str, anchor: Anchor, policy: SenderPolicy) -> Standing:
    vouched = anchor is Anchor.PASS
    unchecked = policy.anchor is None
    if not (vouched or unchecked):
        return Standing.STRANGER
    if fits(addr, policy.own):
        return Standing.OWN
    if not _is_sender(addr, policy):
        return Standing.STRANGER
    return Standing.VOUCHED if vouched else Standing.CLAIMED


def _is_sender(addr: str, policy: SenderPolicy) -> bool:
    return fits(addr, policy.senders) and not fits(addr, policy.notices)


def _single_from(message: Message) -> str | None:
    """The one author. Mail programs show one of several, and the anchor may have checked another."""
    return message.sender.addr if message.sender and message.from_count == 1 else None


def address_is_desk(addr: str, policy: SenderPolicy) -> bool:
    """Whether ``addr`` belongs to a support desk, and is no address of notices."""
    return fits(addr, policy.desks) and not fits(addr, policy.notices)


def is_desk(message: Message, policy: SenderPolicy) -> bool:
    """Whether the mail says that it comes from a support desk."""
    addr = _single_from(message)
    return addr is not None and address_is_desk(addr, policy)


def trusted(who: Standing, policy: SenderPolicy) -> bool:
    """Whether labelled short numbers and bare long ones count from this sender."""
    return who in {Standing.OWN, Standing.VOUCHED} or (who is Standing.CLAIMED and policy.anchor is None)


def moves_state(who: Standing, policy: SenderPolicy) -> bool:
    """Whether a mail of this standing changes the state of its case: the same senders."""
    return trusted(who, policy)
