from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.canonical import Malformed
from mailwatch.core.texts import TextRow, as_words, commit_text, parse_text_line, text_line

SALT = bytes(range(32))
TEXTS = st.text(st.characters()) | st.binary()


def test_a_commitment_is_sha_256_of_salt_and_utf_8() -> None:
    """By hand: 32 bytes of salt, then the text."""
    row = commit_text("제목", SALT)
    assert row.commit == hashlib.sha256(SALT + "제목".encode()).hexdigest()
    assert (row.salt, row.value, row.true) == (SALT, "제목", True)


def test_a_line_of_the_texts_journal_is_pinned() -> None:
    """Keys commit, salt, text; undecodable text as b64; an erased one as its commitment alone."""
    row = commit_text("a\n한", SALT)
    assert text_line(row).decode() == f'{{"commit":"{row.commit}","salt":"{SALT.hex()}","text":"a\\n한"}}'
    raw = commit_text(b"\xff\x00", SALT)
    assert (
        text_line(raw).decode()
        == f'{{"commit":"{raw.commit}","salt":"{SALT.hex()}","text":{{"b64":"/wA="}}}}'
    )
    assert text_line(TextRow("c", None, None)) == b'{"commit":"c"}'
    assert parse_text_line(b'{"commit":"c"}') == TextRow("c", None, None)


@given(TEXTS)
def test_a_text_read_back_keeps_its_commitment(value: str | bytes) -> None:
    """Whatever it holds, lone surrogates and arbitrary bytes included."""
    row = commit_text(value, SALT)
    assert parse_text_line(text_line(row)) == row
    assert row.true


@given(TEXTS)
def test_a_text_reads_alike_before_and_after_it_was_written(value: str | bytes) -> None:
    """Live projections and reindexed ones show the same words."""
    written = commit_text(value, SALT).value
    assert written is not None
    assert as_words(value) == as_words(written)
    assert as_words(value).encode().decode() == as_words(value)


def test_bytes_that_are_utf_8_are_a_text() -> None:
    """One text has one row, however it came."""
    assert commit_text("메일".encode(), SALT).value == "메일"


def test_a_salt_of_another_length_is_refused() -> None:
    """A short salt would let a short text be guessed."""
    with pytest.raises(ValueError, match="32"):
        commit_text("x", b"short")


@pytest.mark.parametrize(
    ("row", "true"),
    [
        (TextRow("c", None, None), True),
        (TextRow("c", SALT, "x"), False),
        (TextRow("c", None, "x"), False),
        (TextRow("c", SALT, None), False),
    ],
)
def test_only_an_erased_text_is_true_without_its_words(row: TextRow, *, true: bool) -> None:
    """Half of salt and text is a change, not an erasure."""
    assert row.true is true


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b'{"commit":"c","salt":"00"}',
        b'{"commit":"c","salt":"zz","text":"x"}',
        b'{"commit":"c","salt":1,"text":"x"}',
        b'{"commit":"c","salt":"00","text":{"b64":1}}',
        b'{"commit":"c","salt":"00","text":{"b64":"*"}}',
        b'{"commit":"c","salt":"00","text":1}',
    ],
)
def test_other_lines_are_refused(line: bytes) -> None:
    """A tampered line of the journal never becomes a text."""
    with pytest.raises(ValueError, match=r"."):
        parse_text_line(line)


def test_a_line_without_words_is_malformed() -> None:
    """The error is ours, so that verify can name the line."""
    with pytest.raises(Malformed):
        parse_text_line(b'{"commit":"c","salt":"00","text":null}')
