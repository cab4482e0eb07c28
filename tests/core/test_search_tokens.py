from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.search import LONGEST, bigrams, runs


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("복구", ("복구",)),
        ("메일 복구 요청", ("메일", "복구", "요청")),
        ("메일복구", ("메일", "일복", "복구")),
        ("복", ("복",)),
        ("Exchange메일", ("exchange", "메일")),
        ("MAIL-flow_stops", ("mail", "flow", "stops")),
        ("２４０２ abc", ("2402", "abc")),
        ("メール障害", ("メー", "ール", "ル障", "障害")),
        ("𠀀𠀁", ("𠀀𠀁",)),
        ("ﾒｰﾙ", ("メー", "ール")),
        ("😀 ok", ("ok",)),
        ("STRASSE straße", ("strasse", "strasse")),
        ("", ()),
        ("!!! --- ", ()),
        ("ꭰꭱ x", ("ᎠᎡ", "x")),
    ],
)
def test_text_is_cut_into_words_and_cjk_pairs(text: str, tokens: tuple[str, ...]) -> None:
    """Pairs for CJK runs, words for the rest, width and case folded."""
    assert bigrams(text) == tokens


def test_more_words_than_are_remembered_are_cut_like_the_first() -> None:
    """What is remembered of words that were cut before has a bound; beyond it nothing is told otherwise."""
    words = [f"메일{n}" for n in range(20_000)]
    expected = tuple(token for n in range(20_000) for token in ("메일", str(n)))
    assert bigrams(" ".join(words)) == expected


@given(st.text(st.sampled_from("복구메일장애 ab1"), max_size=30), st.integers(0, 28), st.integers(2, 6))
def test_every_part_of_two_syllables_and_more_is_a_run_of_its_text(text: str, start: int, size: int) -> None:
    """What a person copies out of a Korean word is found in it."""
    part = text[start : start + size]
    if len(part) < 2 or not all("가" <= c <= "힣" for c in part):
        return
    tokens = " ".join(bigrams(text))
    assert " ".join(bigrams(part)) in tokens


@given(st.text())
def test_runs_hold_the_same_tokens(text: str) -> None:
    """A query and an index are cut alike."""
    assert tuple(token for run in runs(text) for token in run) == bigrams(text)


@given(st.text())
def test_tokens_hold_letters_and_digits_alone(text: str) -> None:
    """Nothing of a query language gets through."""
    assert all(not set(token) & set("\"'*():^-+ _") for token in bigrams(text))


def test_only_the_beginning_of_a_huge_text_is_cut() -> None:
    """A stranger does not decide how large the index grows."""
    assert len(bigrams("a " * LONGEST)) == LONGEST // 2


def test_a_text_without_spaces_is_cut_at_every_place() -> None:
    """Japanese and Chinese need no spaces: a pair is found wherever it stands in a long line."""
    line = "".join(chr(0x4E00 + n) for n in range(1000))
    assert bigrams(line) == tuple(line[n : n + 2] for n in range(999))


@pytest.mark.timeout(60)
def test_a_run_of_combining_marks_does_not_hold_up_the_writer() -> None:
    """Sorting them takes time that grows with the square of the run; whole, this one would take minutes."""
    assert bigrams("a" + "\u0316\u0301" * (LONGEST // 2))[:1] == ("á",)
