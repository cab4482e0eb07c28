"""A draft as a mail program reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from fakes.letters import BARE

from mailwatch.core.message import Address
from mailwatch.core.reply import Reply, Said
from mailwatch.mime.draft import to_eml, writable

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def made(*to: Address, cc: tuple[Address, ...] = (), ids: tuple[str, ...] = ("m@x",)) -> Reply:
    return Reply(Said(BARE, NOW, ours=False), to, cc, ids[-1] if ids else None, ids, logged=True)


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=default))


def test_a_draft_threads_and_is_not_sent() -> None:
    """Lines end in CRLF; Date and Message-ID are the sender's to give."""
    reply = made(
        Address("홍 G", "v-hong@microsoft.com"), cc=(Address("", "log@microsoft.com"),), ids=("a@x", "b@x")
    )
    raw = to_eml(reply, "kim@contoso.example", "RE: [TrackingID#2402220010002574] 지연", "안녕하세요\n")
    mail = read(raw)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert mail["From"] == "kim@contoso.example"
    assert mail["To"].addresses[0].display_name == "홍 G"
    assert (mail["Cc"], mail["X-Unsent"]) == ("log@microsoft.com", "1")
    assert mail["Subject"] == "RE: [TrackingID#2402220010002574] 지연"
    assert (mail["In-Reply-To"], mail["References"]) == ("<b@x>", "<a@x> <b@x>")
    assert mail.get_content() == "안녕하세요\r\n"
    assert (mail["Date"], mail["Message-ID"]) == (None, None)


def test_no_field_is_born_of_what_a_stranger_wrote() -> None:
    """Neither by a name nor by an address nor by a subject; addresses that cannot be written are left out."""
    evil = Address("Hong\r\nBcc: eve@x.example", "hong@microsoft.com")
    odd = [
        Address("", addr)
        for addr in ("", "a b@x", "a@x\r\nBcc: e@x", '"q"@x', "a@@x", "a..b@x.example", ".@x")
    ]
    assert writable((evil, *odd))[0] == evil
    mail = read(to_eml(made(evil, *odd, ids=()), "kim@contoso.example", "x\r\nBcc: eve@x.example", "t\n"))
    assert (mail["Bcc"], mail["In-Reply-To"], mail["References"], mail["Cc"]) == (None, None, None, None)
    assert all("\r" not in str(value) and "\n" not in str(value) for value in mail.values())


def test_who_has_nobody_to_write_to_gets_a_draft_without_fields_for_them() -> None:
    mail = read(to_eml(made(), None, "s", "t\n"))
    assert (mail["To"], mail["From"], mail["Subject"]) == (None, None, "s")
