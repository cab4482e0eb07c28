"""Words out of a mail, made fit to be shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.display import cut, one_line, who, width, wrap
from mailwatch.core.privacy import hide_codes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mail flow\r\n stops", "Mail flow stops"),
        ("a\u202eb\u2066c\u200bd\x00e\x1b[31m", "abcde[31m"),
        (
            "see https://evil.example/x and www.evil.example",
            "see https[:]//evil.example/x and www[.]evil.example",
        ),
        ("ftp://x javascript://y", "ftp[:]//x javascript[:]//y"),
        ("오류 코드 80070005 문의", "오류 코드 80070005 문의"),
        ("\u2028\u2029 x", "x"),
        ("", ""),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    """Line breaks fold, controls and turned text go, links can no longer be clicked, error codes stay."""
    assert one_line(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Your verification code is 493817", "Your verification code is ••••"),
        ("PIN: 4821", "PIN: ••••"),
        ("[Microsoft] 인증 코드 123 456", "[Microsoft] 인증 코드 ••••"),
        ("one-time passcode 12345678", "one-time passcode ••••"),
        ("보안 코드: 774411입니다", "보안 코드: ••••입니다"),
        # Nothing in these speaks of a code.
        ("Case 12175139 opinion", "Case 12175139 opinion"),
        ("Teams spinning 2026", "Teams spinning 2026"),
        # A case number is too long for a code.
        ("PIN for 2611240040001180", "PIN for 2611240040001180"),
    ],
)
def test_one_time_codes_are_covered(text: str, shown: str) -> None:
    """A code is covered where the words speak of one; other numbers stay."""
    assert hide_codes(text) == shown


@given(st.text(), st.integers(2, 100))
def test_one_line_is_one_line_of_at_most_the_width(text: str, limit: int) -> None:
    """Whatever a stranger writes: one line, no controls, no wider than asked for."""
    shown = one_line(text, limit)
    assert width(shown) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in shown)


def test_width_counts_hangul_twice() -> None:
    """Two columns for Hangul, Han and full-width forms, none for combining marks."""
    assert width("가a漢Ａ") == 7
    assert width("e\u0301") == 1


def test_cut_leaves_room_for_the_ellipsis() -> None:
    """Five columns hold two syllables and the ellipsis; a text that fits stays whole."""
    assert cut("가나다라", 5) == "가나…"
    assert cut("가나", 5) == "가나"


def test_wrap_keeps_a_long_word_whole() -> None:
    """A case number is copied in one piece, even where it is wider than the line."""
    assert wrap("a 2611240040001180 b", 10, "- ", "  ") == "- a\n  2611240040001180\n  b"
    assert wrap("", 10, "- ") == "- "


@given(st.lists(st.text(st.sampled_from("ab가나"), min_size=1, max_size=9), max_size=30))
def test_wrap_loses_nothing_and_stays_within_the_width(words: list[str]) -> None:
    """Words of at most 18 columns always fit into 20; none is lost or torn."""
    made = wrap(" ".join(words), 20, "> ", "  ")
    assert all(width(line) <= 20 for line in made.split("\n"))
    assert made.split() == [">", *words]


@pytest.mark.parametrize(
    ("name", "addr", "shown"),
    [
        ("Microsoft Support", "a@evil.example", "Microsoft Support <a@evil.example>"),
        ("", "a@evil.example", "a@evil.example"),
        ("Nobody", "", "Nobody"),
        ("", "", ""),
        # A Cyrillic es, a Greek omicron, full-width letters: none of them looks like Microsoft any more.
        ("M", "support@mi\u0441rosoft.com", "M <support@xn--mirosoft-gch.com>"),
        ("M", "support@micr\u03bfsoft.com", "M <support@xn--micrsoft-2dg.com>"),
        ("M", "support@\uff4dicrosoft.com", "M <support@\\uff4dicrosoft.com>"),
        ("", "kim@\ud55c\uae00.kr", "kim@xn--bj0bj06e.kr"),
    ],
)
def test_a_sender_is_shown_with_an_address_that_deceives_nobody(name: str, addr: str, shown: str) -> None:
    """A name proves nothing, so the address stands beside it, its domain in ASCII."""
    assert who(name, addr) == shown
