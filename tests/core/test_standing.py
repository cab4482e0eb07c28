"""Who is speaking: the whole table of From, folder and trust anchor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.letters import BARE

from mailwatch.core.message import Address, Message
from mailwatch.core.standing import (
    Anchor,
    SenderPolicy,
    Standing,
    address_is_desk,
    is_desk,
    moves_state,
    standing,
    trusted,
)

OPEN = SenderPolicy(
    own=("contoso.example", "partner@tailspin.example"),
    senders=("support@mail.support.microsoft.com", "*@microsoft.com", "*@*.microsoft.com"),
    notices=("azure-noreply@microsoft.com",),
    desks=("support@mail.support.microsoft.com", "*@css.one.microsoft.com"),
)
ANCHORED = replace(OPEN, anchor="mx.contoso.example")


def mail(addr: str, said: str = "", *, froms: int = 1) -> Message:
    """A mail from ``addr`` about whose domain our server said ``said``."""
    domain = addr.rpartition("@")[2]
    fields = (f"mx.contoso.example; dmarc={said} header.from={domain}",) if said else ()
    return replace(BARE, sender=Address("", addr), authentication_results=fields, from_count=froms)


HONG = "v-hong@microsoft.com"
OURS = "kim@contoso.example"


@pytest.mark.parametrize(
    ("message", "policy", "expected", "anchor"),
    [
        (mail(HONG), OPEN, Standing.CLAIMED, Anchor.NONE),
        (mail(HONG, "pass"), ANCHORED, Standing.VOUCHED, Anchor.PASS),
        (mail(HONG, "none"), ANCHORED, Standing.STRANGER, Anchor.NONE),
        (mail(HONG, "fail"), ANCHORED, Standing.STRANGER, Anchor.FAIL),
        (mail(HONG), ANCHORED, Standing.STRANGER, Anchor.NONE),
        # Without an anchor nobody's field is believed, for good or ill.
        (mail(HONG, "fail"), OPEN, Standing.CLAIMED, Anchor.NONE),
        (mail(OURS), OPEN, Standing.OWN, Anchor.NONE),
        (mail(OURS, "pass"), ANCHORED, Standing.OWN, Anchor.PASS),
        (mail(OURS, "fail"), ANCHORED, Standing.STRANGER, Anchor.FAIL),
        (mail(OURS), ANCHORED, Standing.STRANGER, Anchor.NONE),
        (mail("partner@tailspin.example"), OPEN, Standing.OWN, Anchor.NONE),
        (mail("other@tailspin.example"), OPEN, Standing.STRANGER, Anchor.NONE),
        (mail("other@tailspin.example", "pass"), ANCHORED, Standing.STRANGER, Anchor.PASS),
        (mail("azure-noreply@microsoft.com"), OPEN, Standing.STRANGER, Anchor.NONE),
        (mail("azure-noreply@microsoft.com", "pass"), ANCHORED, Standing.STRANGER, Anchor.PASS),
        (mail("hong@microsoft.com.evil.example"), OPEN, Standing.STRANGER, Anchor.NONE),
        (mail(HONG, "pass", froms=2), ANCHORED, Standing.STRANGER, Anchor.NONE),
        (mail(OURS, froms=2), OPEN, Standing.STRANGER, Anchor.NONE),
        (BARE, OPEN, Standing.STRANGER, Anchor.NONE),
        (mail(""), OPEN, Standing.STRANGER, Anchor.NONE),
    ],
)
def test_standing_of_incoming_mail(
    message: Message, policy: SenderPolicy, expected: Standing, anchor: Anchor
) -> None:
    """What From claims counts only as far as our own server backs it, where it is asked."""
    assert (expected, anchor) == standing(message, outgoing=False, policy=policy)


@pytest.mark.parametrize("message", [mail(OURS), mail(HONG, "fail"), mail(OURS, froms=2), BARE])
def test_sent_mail_is_our_own(message: Message) -> None:
    """Nobody else puts mail into a folder of sent mail, whatever its From says."""
    assert Standing.OWN is standing(message, outgoing=True, policy=ANCHORED)[0]


@pytest.mark.parametrize(
    ("addr", "expected"),
    [
        ("support@mail.support.microsoft.com", True),
        ("OLSRV.FOPE@css.one.microsoft.com", True),
        (HONG, False),
        ("support@mail.support.microsoft.com.evil.example", False),
    ],
)
def test_desks(addr: str, *, expected: bool) -> None:
    """Desks are the case-mail addresses alone; engineers write other mail as well."""
    assert expected is is_desk(mail(addr), OPEN)
    assert expected is address_is_desk(addr, OPEN)
    assert not is_desk(mail(addr, froms=2), OPEN)


def test_a_notice_address_is_no_desk() -> None:
    """Notices are subtracted from desks, too."""
    policy = replace(OPEN, desks=("*@microsoft.com",))
    assert address_is_desk(HONG, policy)
    assert not address_is_desk("azure-noreply@microsoft.com", policy)


@pytest.mark.parametrize(
    ("who", "with_anchor", "without"),
    [
        (Standing.OWN, True, True),
        (Standing.VOUCHED, True, True),
        (Standing.CLAIMED, False, True),
        (Standing.PARTICIPANT, False, False),
        (Standing.STRANGER, False, False),
    ],
)
def test_whom_we_trust(who: Standing, *, with_anchor: bool, without: bool) -> None:
    """Own and vouched, and a claim where no anchor is configured; the same senders move a case's state."""
    for policy, expected in ((ANCHORED, with_anchor), (OPEN, without)):
        assert expected is trusted(who, policy)
        assert expected is moves_state(who, policy)
