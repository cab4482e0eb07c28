"""To whom a reply goes, and what it quotes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fakes.letters import BARE

from mailwatch.core.message import Address, Automatic, Message, Segment
from mailwatch.core.reply import MOST_QUOTED, MOST_REFERENCES, OPENINGS, Purpose, Said, quoted, reply
from mailwatch.core.standing import SenderPolicy

LOG = "support@mail.support.microsoft.com"
HONG = Address("Hong G", "v-hong@microsoft.com")
KIM = Address("김민아", "kim@contoso.example")
LEE = Address("Lee", "lee@fabrikam.example")
POLICY = SenderPolicy(own=("contoso.example",), senders=("*@microsoft.com",), desks=(LOG,))


def at(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, tzinfo=UTC)


def mail(sender: Address, to: tuple[Address, ...], cc: tuple[Address, ...] = (), **more: object) -> Message:
    return replace(BARE, sender=sender, to=to, cc=cc, **more)


def test_it_answers_the_newest_mail_of_the_vendor_and_goes_to_all_but_us() -> None:
    """Also where ours is newer; everybody once, the writer in To."""
    old = Said(mail(HONG, (KIM,)), at(8), ours=False)
    new = Said(mail(HONG, (KIM, LEE), (Address("", LOG), LEE, HONG), message_id="new@x"), at(9), ours=False)
    ours = Said(mail(KIM, (HONG,)), at(10), ours=True)
    made = reply((ours, new, old), POLICY)
    assert made is not None
    assert made.answered == new
    assert (made.to, made.cc, made.logged) == ((HONG,), (LEE, Address("", LOG)), True)
    assert (made.in_reply_to, made.references) == ("new@x", ("new@x",))


def test_a_machine_is_answered_only_where_no_person_wrote() -> None:
    robot = Said(mail(Address("", LOG), (KIM,), automatic=Automatic.GENERATED), at(12), ours=False)
    person = Said(mail(HONG, (KIM,)), at(9), ours=False)
    for mails, answered in (((robot, person), person), ((robot,), robot)):
        made = reply(mails, POLICY)
        assert made is not None
        assert made.answered == answered


def test_the_logging_address_comes_from_the_mails_of_the_case() -> None:
    """The newest that was named, in any field; without its name, which anybody may have written."""
    person = Said(mail(HONG, (KIM,)), at(9), ours=False)
    receipt = Said(mail(Address("Support", LOG), (KIM,), automatic=Automatic.GENERATED), at(7), ours=False)
    with_log, without = reply((person, receipt), POLICY), reply((person,), POLICY)
    assert with_log is not None
    assert without is not None
    assert (with_log.cc, with_log.logged) == ((Address("", LOG),), True)
    assert (without.cc, without.logged) == ((), False)


def test_where_the_vendor_has_not_written_our_own_mail_is_followed_up() -> None:
    """To the same people; a mail without a sender has at least those."""
    ours = Said(mail(KIM, (HONG,), (KIM,)), at(9), ours=True)
    nobody = Said(replace(BARE, sender=None, to=(LEE,)), at(9), ours=False)
    first, second = reply((ours,), POLICY), reply((nobody,), POLICY)
    assert first is not None
    assert second is not None
    assert (first.to, first.cc) == ((HONG,), ())
    assert (second.to, second.cc) == ((), (LEE,))
    assert reply((), POLICY) is None


def test_only_msg_ids_that_can_stand_in_a_field_are_named() -> None:
    """The newest of very many, and none with a blank, a bracket or a line break in it."""
    ids = tuple(f"m{n}@x" for n in range(40))
    odd = Said(
        mail(HONG, (KIM,), references=(*ids, "a b@x", "c>d@x", "e\r\nBcc: f"), message_id="n@x"),
        at(9),
        ours=False,
    )
    made = reply((odd,), POLICY)
    assert made is not None
    assert (made.references[-2:], made.in_reply_to) == (("m39@x", "n@x"), "n@x")
    assert len(made.references) == MOST_REFERENCES
    bad = reply((replace(odd, message=replace(odd.message, message_id="a b@x", references=())),), POLICY)
    assert bad is not None
    assert (bad.references, bad.in_reply_to) == ((), None)


def test_the_quotation_holds_what_the_writer_wrote_and_no_code() -> None:
    """Quoted text stays out, and so does all behind the bound."""
    said = (
        Segment(0, 0, "인증 코드는 482913 입니다.\n\nHong", quoted=False),
        Segment(0, 30, "older", quoted=True),
    )
    assert quoted(replace(BARE, segments=said)) == "> 인증 코드는 •••• 입니다.\n>\n> Hong\n"
    long = (Segment(0, 0, "line\n" * (MOST_QUOTED + 5), quoted=False),)
    lines = quoted(replace(BARE, segments=long)).splitlines()
    assert (len(lines), lines[-1]) == (MOST_QUOTED + 1, "> […]")


def test_each_purpose_has_an_opening() -> None:
    assert set(OPENINGS) == set(Purpose)
