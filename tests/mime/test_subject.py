"""The subject of a mail alone is the one that reading the whole mail finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime.parse import parse
from mailwatch.mime.subject import subject_of

TEXT = b"Content-Type: text/plain; charset=euc-kr\r\n\r\nbody\r\n"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"From: a@b\r\n\r\nbody", ""),
        (b"Subject: plain\r\n folded\r\n\r\nbody", "plain folded"),
        (b"Subject: =?utf-8?B?66mU7J28?=\r\n\r\nbody", "메일"),
        # Raw bytes of a header are in the charset of the text below it.
        ("Subject: 사례\r\n".encode("euc-kr") + TEXT, "사례"),
        (b"", ""),
    ],
)
def test_the_subject(raw: bytes, subject: str) -> None:
    """The first field, decoded."""
    assert subject == subject_of(raw) == parse(raw).subject


@given(st.binary(max_size=60), st.sampled_from([TEXT, b"\r\nbody", b""]))
def test_any_subject_is_read_alike(value: bytes, rest: bytes) -> None:
    """Whatever stands in the field."""
    raw = b"Subject: " + value + b"\r\n" + rest
    assert parse(raw).subject == subject_of(raw)
