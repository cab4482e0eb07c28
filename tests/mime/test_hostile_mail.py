"""What stands in a hostile mail: charsets, file names, line ends where none may be."""

from __future__ import annotations

import encodings
import hashlib
import pkgutil
from encodings.aliases import aliases

import pytest

from mailwatch.errors import UnreadableMessage
from mailwatch.mime.parse import parse
from mailwatch.mime.resubject import restore, resubject

KNOWN = sorted({*aliases, *aliases.values(), *(m.name for m in pkgutil.iter_modules(encodings.__path__))})
UNKNOWN = [
    *(f"x-none-{n}" for n in range(38)),
    *("", "\x00", "'", '"', "..", "../../etc/passwd", "a" * 5000, "utf-8\x00", "한글", "%s", "None", "*"),
]
BYTES = bytes(range(256)) + "가나다 hello".encode() + b"\x1b$)C\x0e\x1b(B~{:)~}+AAA-&\xff\xfe\x00\x00"


@pytest.mark.parametrize("label", [*KNOWN, *UNKNOWN], ids=ascii)
def test_every_charset_known_and_unknown(label: str) -> None:
    """In a body, in an encoded word, in a file name: text comes out that every store takes, never an error.

    ``zlib``, ``bz2``, ``hex`` and their like are codecs of Python and unpack nothing here.
    """
    word = label.encode("utf-8", "replace")[:60].replace(b"?", b"")
    raw = (
        b"Subject: =?" + word + b"?Q?=80=FF=41?= end\r\nFrom: =?" + word + b"?B?gP9B?= <a@b.example>\r\n"
        b'Content-Type: text/plain; charset="' + label.encode("utf-8", "replace") + b'"; name*='
        + word + b"''%80%FF\r\n\r\n" + BYTES
    )  # fmt: skip
    message = parse(raw)
    for text in (message.subject, message.text, *(a.name for a in message.attachments)):
        assert "\0" not in text
        assert text.encode("utf-8").decode("utf-8") == text
    assert len(message.text) <= 2 * len(BYTES)


def test_there_are_fifty_charsets_that_python_does_not_know() -> None:
    """And more than a hundred that it does."""
    assert len(UNKNOWN) == 50
    assert len(KNOWN) > 100


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        (b'filename="../../../etc/passwd"', "../../../etc/passwd"),
        (b"filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
        (b"filename*0*=utf-8''%2e%2e%2f; filename*1*=%2e%2e%2fx", "../../x"),
        (b'filename="/dev/stdin"', "/dev/stdin"),
        (b'filename="C:\\\\Windows\\\\win.ini"', "C:\\Windows\\win.ini"),
        (b'filename="CON"', "CON"),
        (b"filename*=utf-8''a%00b.txt", "a\ufffdb.txt"),
        (b"filename*=utf-8''a%0D%0ABcc:%20x", "a Bcc: x"),
        (b'filename="=?utf-8?Q?a=0D=0Ab?="', "a b"),
        (b"filename*=utf-8''%E2%80%AEgpj.exe", "\u202egpj.exe"),
    ],
)  # fmt: skip
def test_a_file_name_is_a_word_and_never_a_path(parameter: bytes, name: str) -> None:
    """It is shown as it was sent, on one line. No file is made of it: an original is named by its hash."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x\r\n"
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "
        + parameter + b"\r\n\r\nx\r\n--x--\r\n"
    )  # fmt: skip
    assert [name] == [a.name for a in parse(raw).attachments]


@pytest.mark.parametrize(
    "word",
    [
        b"=?utf-8?Q?a=0D=0ABcc:_evil@x.example?=",
        b"=?utf-8?B?YQ0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=",
        b"=?utf-8?Q?a=0ABcc:_evil@x.example=0A=0Abody?=",
        b"=?utf-8?Q?a=E2=80=A8Bcc:_evil@x.example?=",
        b"=?utf-16?B?AGEADQAKAEIAYwBjADoAIAB4?=",
        b"=?utf-7?Q?a+AA0ACg-Bcc:_evil@x.example?=",
        b"=?utf-8?Q?a=C2=85Bcc:_evil@x.example?=",
    ],
)
def test_no_field_is_born_of_an_encoded_word(word: bytes) -> None:
    """In a subject or a name line ends are blanks, and a renamed copy has the fields of its original."""
    raw = b"Subject: " + word + b"\r\nFrom: " + word + b" <a@b.example>\r\nMessage-ID: <m@x>\r\n\r\nhello\r\n"
    message = parse(raw)
    assert message.sender is not None
    assert len(message.subject.splitlines()) == 1
    assert len(message.sender.name.splitlines()) <= 1
    for subject in (message.subject, word.decode(), "a\r\nBcc: evil@x.example\r\n\r\nbody"):
        copy = resubject(raw, subject, sha256=hashlib.sha256(raw).hexdigest(), plan="0" * 32)
        assert raw == restore(copy)
        names = [
            line.partition(b":")[0]
            for line in copy.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if line[:1] != b" "
        ]
        assert [b"Mailwatch-Original", b"Original-Subject", b"Subject", b"From", b"Message-ID"] == names


@pytest.mark.parametrize(
    "mail", [b"\0" * 10_000, b"Subject: \0\0\r\n\0\r\n\r\n\0", b"\xed\xa0\x80\r\n\r\n\xed\xa0\x80"]
)
def test_nul_bytes_and_surrogates(mail: bytes) -> None:
    """What no database stores is replaced where it is read; the mail's own bytes stay as they are."""
    try:
        message = parse(mail)
    except UnreadableMessage as error:
        pytest.fail(error.why)
    assert "\0" not in message.subject + message.text
    assert (message.subject + message.text).encode() is not None
