"""Text as the rules read it, and the way back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.plaintext import _EXOTIC, _joins, no_break_groups, plain

# What mail programs and forgers put between and instead of plain characters.
_ODD = (
    "１２３ＡＩＤ：＃\u00a0\u202f\u200b\u200d\ufeff\u00ad\u2060\ufe0f\u3164\u0301\u0327"
    "사\u1100\u1161\u11a8사カ\uff9e\u3099ﬁ№é \n-x1"
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("SRX1318598611ID", "SRX1318598611ID"),
        ("ＳＲＸ１３１８５９８６１１ＩＤ", "SRX1318598611ID"),
        ("Tracking\u200bID#2402\u00ad2200\ufeff10002574", "TrackingID#2402220010002574"),
        ("お問い合わせ番号：１", "お問い合わせ番号:1"),
        ("사례\u00a0번호", "사례 번호"),
        ("24022200\u00a010002574", "2402220010002574"),
        ("24\u202f022\u2007200", "24022200"),
        ("ticket\u00a012175139\u00a0is", "ticket 12175139 is"),
        ("\u00a01", " 1"),
        ("\u200b\u200b", ""),
        ("", ""),
    ],
)
def test_what_becomes_of_a_text(source: str, text: str) -> None:
    """Width, zero-width characters and non-breaking spaces are no obstacle."""
    assert text == plain(source).text


def test_decomposed_korean_is_composed() -> None:
    """Apple's file systems and mail write Korean in single letters; the words are found all the same."""
    decomposed = unicodedata.normalize("NFD", "사례 번호 12345")
    read = plain(decomposed)
    assert "사례 번호 12345" == read.text
    at = read.text.index("번")
    start, end = read.source(at, at + 2)
    assert "번호" == unicodedata.normalize("NFC", decomposed[start:end])


def test_half_width_katakana_is_composed_with_its_mark() -> None:
    """Half-width ｻﾎﾟ is サポ."""
    assert "サポート" == plain("ｻﾎﾟｰﾄ").text


@given(st.text(alphabet=_ODD, max_size=40), st.data())
def test_every_stretch_stood_where_the_map_says(source: str, data: st.DataObject) -> None:
    """The source of a stretch lies in the text, and normalises to something that contains the stretch."""
    read = plain(source)
    if not read.text:
        return
    start = data.draw(st.integers(0, len(read.text) - 1))
    end = data.draw(st.integers(start + 1, len(read.text)))
    first, last = read.source(start, end)
    assert 0 <= first < last <= len(source)
    assert read.text[start:end].replace(" ", "") in plain(source[first:last]).text.replace(" ", "")


@given(st.text(max_size=60))
def test_it_is_nfkc_but_for_what_is_removed(source: str) -> None:
    """Without invisible characters the result is Unicode's own normal form."""
    visible = "".join(
        c
        for c in source
        if unicodedata.category(c) != "Cf" and c not in "\u034f\u115f\u1160\u3164\uffa0\u180b\u180c\u180d"
        if not "\ufe00" <= c <= "\ufe0f" and c not in "\u00a0\u202f\u2007"
    )
    assert unicodedata.normalize("NFKC", visible) == plain(visible).text


def test_marks_without_end_are_read_in_linear_time() -> None:
    """A character with 200,000 marks in falling order, which costs a sort of the whole run minutes."""
    hostile = "a" + "\u0301\u0327" * 100_000
    assert plain(hostile).text.startswith(unicodedata.normalize("NFKC", hostile[:31]))


def test_groups_between_non_breaking_spaces() -> None:
    """The groups are known though the spaces are gone: a card is written in fours."""
    read = plain("x 5555\u00a05555\u00a05555\u00a04444")
    assert [4, 4, 4, 4] == no_break_groups(read, 2, 18)
    assert [16] == no_break_groups(plain("5555555555554444"), 0, 16)


def test_what_is_copied_is_normal_already() -> None:
    """Every character that is copied in runs is its own normal form and joins with nothing before it."""
    copied = [chr(n) for n in range(0xD800) if not _EXOTIC.match(chr(n))]
    assert len(copied) > 30_000
    assert copied == [unicodedata.normalize("NFKC", c) for c in copied]
    assert not [c for c in copied if _joins(c) or unicodedata.category(c) == "Cf"]
