"""Mails made to be too much, read by the real worker process: each costs itself alone."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwatch.adapters.workers import ProcessParser
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.limits import DEFAULT
from mailwatch.ports import Fetched

HEAD = b"From: kim@contoso.example\r\nSubject: TrackingID#2611020010002574\r\nMIME-Version: 1.0\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
NEXT = b"Subject: the next mail\r\n\r\n"


@pytest.fixture(scope="module")
def parser() -> Iterator[ProcessParser]:
    # Twice the deadline of the house: a busy machine must not make a mail unreadable.
    pool = ProcessParser(1, deadline=60)
    yield pool
    pool.close()


def fetched(content: bytes | Path) -> Fetched:
    return Fetched(Place("m"), content, "0" * 64, 0, None)


def read(parser: ProcessParser, content: bytes | Path) -> Message | str:
    """The mail, or why it cannot be read; the mail behind it is read in either case."""
    answer, after = parser.parse([fetched(content), fetched(NEXT)])
    assert isinstance(after, Message)
    assert "the next mail" == after.subject
    return answer.why if isinstance(answer, UnreadableMessage) else answer


def nested(depth: int) -> bytes:
    heads = (b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"".join(heads)


@pytest.mark.parametrize(
    ("mail", "whys"),
    [
        (MIXED + b"--x\r\n\r\na\r\n" * 100_000, {"too-many-parts"}),
        (MIXED + b"--x\r\n\r\na\r\n" * (DEFAULT.parts + 2), {"too-many-parts"}),
        # Its delimiters alone may be too many; either way nothing of it is believed.
        (nested(10_000), {"too-deep", "too-many-parts"}),
        (nested(DEFAULT.depth + 2), {"too-deep"}),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 10_000, {"too-deep"}),
    ],
    ids=["100,000 parts", "one part too many", "10,000 deep", "one layer too deep", "10,000 mails in mails"],
)
def test_too_many_parts_and_too_deep(parser: ProcessParser, mail: bytes, whys: set[str]) -> None:
    """What is left out could hold anything, so such a mail is unreadable as a whole."""
    assert read(parser, mail) in whys


@pytest.mark.parametrize(
    "header",
    [
        b"X-A: " + b"y" * 5_000_000 + b"\r\n",
        b"X-A: y\r\n" * 600_000,
        b"X-A:\r\n" + b" y\r\n" * 1_200_000,
    ],
    ids=["one line", "many fields", "many folds"],
)
def test_a_header_of_5_mb(parser: ProcessParser, header: bytes) -> None:
    """The fields above are read, what is below the limit is not, and the mail says so."""
    message = read(parser, HEAD + header + b"To: a@b.example\r\n\r\nhello\r\n")
    assert isinstance(message, Message)
    assert "TrackingID#2611020010002574" == message.subject
    assert () == message.to
    assert "header-truncated" in message.defects


@pytest.mark.parametrize("form", ["one field", "folded", "a field each", "groups"])
def test_100_000_recipients(parser: ProcessParser, form: str) -> None:
    """So many are kept as the limit says, the first ones."""
    people = [b"u%d@x.example" % n for n in range(100_000)]
    header = {
        "one field": b"To: " + b", ".join(people) + b"\r\n",
        "folded": b"To: " + b",\r\n ".join(people) + b"\r\n",
        "a field each": b"".join(b"To: " + one + b"\r\n" for one in people),
        "groups": b"To: " + b"; ".join(b"g: " + one for one in people[:5_000]) + b";\r\n",
    }[form]
    message = read(parser, HEAD + header + b"\r\nhello\r\n")
    assert isinstance(message, Message)
    assert len(message.to) <= DEFAULT.addresses
    assert "u0@x.example" == message.to[0].addr


@pytest.mark.parametrize(
    "mail",
    [
        HTML + b"<div>" * 200_000 + b"seen",
        HTML + b"<table><tr><td>" * 60_000 + b"seen",
        HTML + b"<b><i><a href=x>" * 100_000 + b"seen",
        HTML + b"<p " + b"a=b " * 500_000 + b">seen",
        HTML + b"&#x1F600;&NotEqualTilde;" * 50_000 + b"seen",
        HTML + b"<!--" * 200_000 + b"seen",
        HTML + b"<" * 500_000 + b"seen",
        HEAD + b"\r\n" + b"> " * 1_000_000 + b"seen",
        HEAD + b"\r\n" + b"On 1 wrote:\r\n" * 20_000 + b"seen",
        HEAD + b"\r\n" + b"From:\r\n" * 20_000 + b"seen",
        HEAD + b"\r\n" + bytes(range(128, 256)) * 40_000 + b"seen",
        HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA-" * 200_000 + b"seen",
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B\x1b(B" * 50_000 + b"seen",
        HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\na" + b"\xcc\x81" * 500_000 + b"seen",
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 1_000_000 + b"\r\nseen",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * 200_000,
        HEAD + b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\r\n\r\nseen",
        HEAD
        + b"Content-Type: text/plain"
        + b"".join(b"; name*%d*=%%41" % n for n in range(10_000))
        + b"\r\n\r\n",
        MIXED + b"boundary=" * 200_000 + b"seen",
        b"From: " + b"(" * 100_000 + b"\r\n\r\n",
        b"To: " + b"a:b," * 20_000 + b";\r\n\r\n",
        b"To: " + b"<" * 100_000 + b"\r\nReferences: " + b"<(" * 50_000 + b"\r\n\r\n",
        b"Subject: " + b"=?utf-8?B?7JWI?= " * 60_000 + b"\r\n\r\n",
    ],
    ids=lambda mail: repr(mail.removeprefix(HEAD)[:24]),
)
def test_made_to_be_slow(parser: ProcessParser, mail: bytes) -> None:
    """Nesting, entities, quotes, charsets, parameters, brackets in their thousands: read in time."""
    assert isinstance(read(parser, mail), Message)


def test_slow_beyond_the_deadline_costs_itself_alone() -> None:
    """Lines that each may begin a quote, in their hundred thousands: held, and the worker is replaced."""
    pool = ProcessParser(1, deadline=2)
    try:
        assert "timeout" == read(pool, HEAD + b"\r\n" + b"From:\r\n" * 700_000)
    finally:
        pool.close()


def huge(path: Path, content_type: bytes, megabytes: int = 200) -> Path:
    """A mail with so many MB of base64, written piece by piece and thrown away with the test."""
    line = b"QUJD" * 19 + b"\r\n"
    block = line * (1024 * 1024 // len(line))
    with path.open("wb") as file:
        file.write(MIXED + b"--x\r\n\r\nsee the file\r\n--x\r\nContent-Type: " + content_type + b"\r\n")
        file.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(megabytes):
            file.write(block)
        file.write(b"--x--\r\n")
    return path


def test_an_attachment_of_200_mb_of_base64(parser: ProcessParser, tmp_path: Path) -> None:
    """It is measured and never decoded; the text beside it is read."""
    message = read(parser, huge(tmp_path / "mail", b"application/octet-stream"))
    assert isinstance(message, Message)
    assert "see the file" == message.text.strip()
    (attachment,) = message.attachments
    assert attachment.size > 145_000_000


def test_a_text_of_200_mb_of_base64(parser: ProcessParser, tmp_path: Path) -> None:
    """Text that long cannot be read within the worker's memory: the mail is held, and costs itself alone."""
    answer = read(parser, huge(tmp_path / "mail", b"text/plain"))
    if isinstance(answer, Message):
        assert "text-truncated" in answer.defects
    else:
        assert answer in {"memory", "worker-died"}


def bombs() -> dict[str, bytes]:
    """Small files that become 100 MB when they are unpacked."""
    block = bytes(10_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(10):
            archive.writestr(f"../../{n}", block)
    gz = gzip.compress(block * 10)
    return {"zip": packed.getvalue(), "gzip": gz, "gzip in gzip": gzip.compress(gz)}


@pytest.mark.parametrize("name", ["zip", "gzip", "gzip in gzip"])
@pytest.mark.parametrize("head", ["attachment", "text with a Content-Encoding"])
def test_a_bomb_is_never_unpacked(parser: ProcessParser, name: str, head: str) -> None:
    """Its size is that of the file as attached, and of its content nothing is read."""
    bomb = bombs()[name]
    assert len(bomb) < 200_000
    fields = {
        "attachment": b"Content-Type: application/zip; name=a.zip\r\n",
        "text with a Content-Encoding": b"Content-Type: text/plain; name=a\r\nContent-Encoding: gzip\r\n"
        b"Content-Disposition: attachment\r\n",
    }[head]
    body = fields + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64encode(bomb) + b"\r\n"
    message = read(parser, MIXED + b"--x\r\n\r\nhello\r\n--x\r\n" + body + b"--x--\r\n")
    assert isinstance(message, Message)
    assert "hello" == message.text.strip()
    # A body that was cut out unread is measured by its base64, padding as content.
    assert abs(message.attachments[0].size - len(bomb)) <= 2


def test_a_mail_of_nothing_but_its_limits_is_stored_whole(parser: ProcessParser) -> None:
    """What a limit cuts off is cut from what is read, never from what the mail's hash speaks of."""
    raw = HEAD + b"X: y\r\n" * (DEFAULT.fields + 10) + b"\r\nhello\r\n"
    message = read(parser, raw)
    assert isinstance(message, Message)
    assert (len(raw), hashlib.sha256(raw).hexdigest()) == (message.size, message.sha256)
