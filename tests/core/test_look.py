"""A mail looked at, and what is looked for, on the way to the processes that read mail."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
import re2
from fakes.letters import BARE

from mailwatch.core.casenumber import CaseNumber, Scheme, user_scheme
from mailwatch.core.look import Look, look_at
from mailwatch.core.message import Address
from mailwatch.core.schemes import ALL
from mailwatch.core.standing import SenderPolicy, Standing

NUMBER = "2611020010002574"
DESK = "case@microsoft.com"
OWN = user_scheme("helpdesk", re2.compile("HD-([0-9]{6})"), labels=["ticket"], canonical="{1}")
POLICY = SenderPolicy(own=("kim@contoso.example",), senders=("*@microsoft.com",), desks=(DESK,))
MAIL = replace(
    BARE,
    sender=Address("", DESK),
    subject=f"Ticket HD-004711, [TrackingID#{NUMBER}] SRX1318598611ID REG:117030115391423 MSRC122225 "
    "SRX080803600053, case number 12175139",
)


@pytest.mark.parametrize("scheme", [*ALL, OWN], ids=lambda scheme: scheme.name)
def test_a_scheme_finds_and_spells_the_same_after_its_way_to_a_worker(scheme: Scheme) -> None:
    again = pickle.loads(pickle.dumps(scheme))
    here, there = (look_at(MAIL, Look((s,), POLICY), outgoing=False, received=None) for s in (scheme, again))
    assert here == there
    assert [scheme.name] == [mention.number.scheme for mention in here.found.mentions]
    number = here.found.mentions[0].number.canonical
    assert again.official(number) == scheme.official(number)


def test_a_look_tells_who_wrote_and_which_numbers_count_from_them() -> None:
    """A bare number counts from the desk and from us, from a stranger it does not."""
    bare = replace(MAIL, subject=f"About {NUMBER}")
    stranger = replace(bare, sender=Address("", "eve@fabrikam.example"))
    look = Look(ALL, POLICY)
    tracking = (CaseNumber("tracking-id", NUMBER),)
    for mail, outgoing, standing, desk, numbers in (
        (bare, False, Standing.CLAIMED, True, tracking),
        (stranger, False, Standing.STRANGER, False, ()),
        (stranger, True, Standing.OWN, False, tracking),
    ):
        looked = look_at(mail, look, outgoing=outgoing, received=None)
        assert (looked.message, looked.standing, looked.desk) == (mail, standing, desk)
        assert tuple(mention.number for mention in looked.found.mentions) == numbers
