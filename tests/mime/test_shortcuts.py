"""What is read by a short way is read as by the long one."""

from __future__ import annotations

import base64
import hashlib
import re
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.search import bigrams
from mailwatch.mime import fields, tree
from mailwatch.mime import parse as parse_module
from mailwatch.mime.headers import decode_base64
from mailwatch.mime.limits import Limits
from mailwatch.mime.parse import parse
from mailwatch.mime.part import Part
from mailwatch.mime.tree import grow

ASCII = st.text(st.characters(max_codepoint=0x7F))
HEAD = b"From: a@x.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"


@given(st.lists(st.sampled_from([b"text", b"\r\n", b"\n", b"\r", b"From x", b"--b", b"\xff", b": ", b""])))
def test_a_body_without_parts_is_what_the_standard_library_makes_of_it(pieces: list[bytes]) -> None:
    """A mail of one part has the very octets that the whole parser would have put together line by line."""
    raw = HEAD + b"".join(pieces)
    slow = message_from_bytes(raw, _class=Part)
    assert grow(raw, fields.split(raw), b"cut-", Limits()).root.octets() == slow.octets()


@pytest.mark.parametrize("kind", [b"multipart/mixed; boundary=b", b"message/rfc822"])
def test_what_is_made_of_parts_is_still_taken_apart(kind: bytes) -> None:
    """Multiparts and attached messages have no octets of their own, but parts inside."""
    raw = b"Content-Type: " + kind + b"\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"
    assert grow(raw, fields.split(raw), b"cut-", Limits()).root.is_multipart()


@given(
    st.lists(
        st.sampled_from([b"x", b"--", b"-", b"b", b"\r\n", b"\n", b"\r", b'BOUNDARY="b"', b"boundary = b;"])
    )
)
def test_delimiters_and_boundaries_are_found_as_by_the_plain_expressions(pieces: list[bytes]) -> None:
    """Looking for the rare letters first finds the same lines and the same declarations."""
    raw = b"".join(pieces)
    line = re.compile(rb"(?:\A|(?<=[\r\n]))--([^\r\n]{1,204})(?:\r\n|\n|\r|\Z)")
    assert [m.span() for m in tree._DELIMITER.finditer(raw)] == [m.span() for m in line.finditer(raw)]
    assert tree._boundaries(raw) == {quoted or bare for quoted, bare in tree._BOUNDARY.findall(raw)}


@given(ASCII)
def test_ascii_is_cut_into_runs_of_letters_and_digits(text: str) -> None:
    """The tokens of ASCII are its words in lower case; everything else parts them."""
    assert bigrams(text) == tuple(re.findall("[a-z0-9]+", text.lower()))


@given(st.lists(st.sampled_from(["one", "two", " ", "\t", "\n", "  ", "\x1c", "\x0b"])))
def test_the_hash_of_a_body_folds_every_white_space(pieces: list[str]) -> None:
    """Any run of white space counts as one blank, and none counts at either end."""
    text = "".join(pieces)
    message = parse(HEAD + text.encode())
    folded = " ".join(message.text.split())
    assert message.body_hash == message.own_hash == hashlib.sha256(folded.encode()).hexdigest()


@given(st.binary(), st.sampled_from([b"", b"\n", b" !", b"\xff-_"]))
def test_base64_is_read_through_what_is_none(data: bytes, noise: bytes) -> None:
    """Bytes outside the alphabet, line ends among them, change nothing."""
    clean = base64.b64encode(data)
    noisy = b"".join(clean[n : n + 1] + noise for n in range(len(clean)))
    assert decode_base64(noisy) == data


def test_people_are_read_alike_the_first_time_and_every_time_after() -> None:
    """What is remembered of an address field is what was read in it."""
    raw = b"From: Kim <kim@X.example>\r\nTo: a@x.example, b@x.example\r\nCc: kim@x.example\r\n\r\ntext"
    first, again = parse(raw), parse(raw)
    assert (first.sender, first.to, first.cc) == (again.sender, again.to, again.cc)
    assert [a.addr for a in again.to] == ["a@x.example", "b@x.example"]


def test_mime_source_quoted_as_text_keeps_every_word() -> None:
    """A long part inside quoted source looks like an attachment to be cut; it is the writer's text."""
    quoted = (
        b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + b"word " * 10_000 + b"\r\n--B--\r\n"
    )
    raw = (
        b"Subject: x\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="A"\r\n\r\n--A\r\n'
        b"Content-Type: text/plain\r\n\r\n" + quoted + b"\r\n--A--\r\n"
    )
    assert 10_000 == parse(raw).text.count("word ")


def test_people_are_forgotten_before_they_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger decides how many addresses there are; what is remembered stays bounded."""
    monkeypatch.setattr(parse_module, "_MOST_KNOWN", 10)
    for n in range(40):
        message = parse(b"From: person%d@example.com\r\n\r\n" % n)
        assert message.sender is not None
        assert f"person{n}@example.com" == message.sender.addr
    assert len(parse_module._known) <= 12


def test_the_standard_library_reads_where_mail_parser_stumbles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it raises, the sender is read."""

    def stumbles(_envelope: object) -> object:
        raise AttributeError("'NoneType' object has no attribute 'index'")

    monkeypatch.setattr(parse_module, "MailParser", stumbles)
    message = parse(b"From: Nobody Before <never.seen.before@example.com>\r\n\r\n")
    assert message.sender is not None
    assert "never.seen.before@example.com" == message.sender.addr
