"""What cannot matter is not parsed, and that it cannot is proved."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwatch.core.message import Message
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.parse import parse
from mailwatch.mime.screen import screen

_HEAD = b"From: Kim <kim@B.kr>\r\nMessage-ID: <m@x>\r\nDate: Mon, 2 Jan 2023 00:00:00 +0000\r\n"


def could_matter(message: Message, shortest: int = 8) -> bool:
    """Whether the text of a parsed mail holds anything that a scheme could match."""
    shown = unicodedata.normalize("NFKC", f"{message.subject}\n{message.text}")
    shown = "".join(c for c in shown if unicodedata.category(c) != "Cf")
    return bool(
        re.search(rf"\d{{{shortest}}}", shown, re.ASCII)
        or re.search(r"vuln-|msrc", shown, re.IGNORECASE)
        or message.mailwatch_fields
    )


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: hello\r\n\r\nplain words, a year 2024, a phone 010-1234\r\n",
        b"Subject: =?utf-8?B?7JWI64WV?=\r\n\r\nplain\r\n",
        b'Content-Type: text/plain; charset="us-ascii"\r\n\r\nplain\r\n',
        b"Content-Type: text/plain; charset=ks_c_5601-1987; format=flowed\r\n\r\nplain\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nx =3D y =\r\nz=20\r\n",
        b"\r\n",
        b"Received: by x id 123456789012; \r\n\r\nplain\r\n",
    ],
)
def test_a_plain_mail_without_a_number_cannot_matter(mail: bytes) -> None:
    """Digits in the header beside the subject do not count: nobody reads them there."""
    assert screen(_HEAD + mail).matters is False


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: 12345678\r\n\r\n",
        b"Subject: =?utf-8?B?MTIzNDU2Nzg=?=\r\n\r\n",
        "Subject: １２３４５６７８\r\n\r\n".encode(),
        b"Subject: =?utf-8?B?77yR77yS77yT77yU77yV77yW77yX77yY?=\r\n\r\n",
        b"Subject: =?utf-8?B?MTIzNOKAizU2Nzg=?=\r\n\r\n",
        b"Subject: VULN-1\r\n\r\n",
        b"Subject: a\r\n\r\n12345678\r\n",
        b"Subject: a\r\n\r\nMSRC Case 1\r\n",
        b"Subject: a\r\n\r\n1234=\r\n5678\r\n",
        b"Subject: a\r\n\r\n1234=\rx\n5678\r\n",
        b"Subject: a\r\n\r\n=31=32\r\n",
        b"Subject: a\r\n\r\nVU=\r\nLN-1\r\n",
        b"Subject: a\r\n\r\n=5=\r\n6ULN-1\r\n",
        b"Content-Type: text/html\r\n\r\n1234<b>5678</b>\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\nMTIzNDU2Nzg=\r\n",
        b"Subject: a\r\n\r\n\x1b$B#1#2#3#4#5#6#7#8\x1b(B\r\n",
        b"Content-Type: text/plain; charset=utf-7\r\n\r\n+ADE-2345678\r\n",
        b"Content-Type: text/plain; charset*0=utf; charset*1=-7\r\n\r\nx\r\n",
        "Subject: a\r\n\r\n안녕\r\n".encode(),
        b"Mailwatch-Digest: x\r\n\r\n",
        b"From: (a comment) x@y\r\n\r\n",
        b"X: y\r\n" * 6_000 + b"\r\n",
    ],
)
def test_whatever_could_hold_a_number_matters(mail: bytes) -> None:
    """Hidden by an encoding, a charset, markup or a fold; ours; or too odd to say."""
    assert screen(_HEAD + mail).matters is True


def test_the_shortest_number_is_a_parameter() -> None:
    """A user's own scheme may have four digits."""
    mail = _HEAD + b"Subject: a\r\n\r\nticket 1234\r\n"
    assert screen(mail).matters is False
    assert screen(mail, shortest=4).matters is True


def test_ids_date_and_sender_are_those_of_parse() -> None:
    """A sighting must be found again by the names that a parsed mail would have."""
    mail = _HEAD + b"In-Reply-To: <p@x> <kim@b.kr>\r\nReferences: <g@x> <p@x>\r\nSubject: a\r\n\r\nx"
    screened, message = screen(mail), parse(mail)
    assert screened.senders == ("kim@b.kr",)
    assert (screened.message_id, screened.thread_key) == (message.message_id, message.thread_key)
    assert (screened.answers, screened.date) == (message.answers, message.date)
    assert screened.answers == ("g@x", "p@x")


def test_addresses_in_encoded_names_are_among_the_senders() -> None:
    """More is named than meant, never less."""
    mail = b"From: =?utf-8?Q?x=40y=2Ecom?= <a@B.com>\r\n\r\n"
    assert screen(mail).senders == ("a@b.com", "x@y.com")


_LINES = st.sampled_from(
    [
        b"1234",
        b"5678",
        b"12345678",
        b"=31234567=38",
        b"1234=",
        b"<b>1234</b>5678",
        b"Content-Type: text/html",
        b"--x",
        b"Content-Type: text/plain; charset=utf-7",
        b"Content-Type: text/plain; charset=us-ascii",
        b"",
        b"+ADEAMgAz-",
        b"VULN",
        b"-1",
        b"Content-Type: multipart/mixed; boundary=x",
        b"Content-Transfer-Encoding: quoted-printable",
        b"MTIzNDU2Nzg=",
        b"words",
        b"Content-Transfer-Encoding: base64",
        b"Subject: 1234",
        b"Subject: =?utf-8?Q?1234=35678?=",
        b"bad line",
        b" 5678",
        "１２３４５６７８".encode(),
        "1234\u200b5678".encode(),
        b"From: a@b",
        b'From: "a b"@c',
        b"charset=hz",
        b"~{#1#2~}",
        b"MS=",
        b"RC",
    ]
)


@settings(max_examples=500)
@example([b"From: a@b", b" 5678"], b"\r\n")
@given(st.lists(_LINES, max_size=14), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_no_number_hides_from_the_screen(lines: list[bytes], end: bytes) -> None:
    """If the screen says that a mail cannot matter, parsing it shows nothing that could."""
    raw = end.join(lines)
    screened = screen(raw)
    try:
        message = parse(raw)
    except UnreadableMessage:
        return
    assert (screened.thread_key, screened.answers, screened.date) == (
        message.thread_key,
        message.answers,
        message.date,
    )
    if not screened.matters:
        assert not could_matter(message)
        assert (
            message.sender is None
            or message.sender.addr in screened.senders
            or "@" not in message.sender.addr
        )


@given(st.binary(max_size=400))
def test_screen_never_raises(raw: bytes) -> None:
    """For any bytes."""
    assert screen(raw).thread_key
