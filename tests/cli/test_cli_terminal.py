"""What is printed: harmless, aligned, and the same in JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.cli.output import aligned, as_json, title
from mailwatch.cli.terminal import cells, safe, safe_lines

GONE = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain 한글 漢字 é", "plain 한글 漢字 é"),
        ("red \x1b[31mred\x1b[0m", f"red {GONE}[31mred{GONE}[0m"),
        ("title \x1b]0;gone\x07", f"title {GONE}]0;gone{GONE}"),
        ("csi \x9b2J", f"csi {GONE}2J"),
        ("two\nlines\r\n\tthree", "two lines   three"),
        ("\u202egnp.exe", f"{GONE}gnp.exe"),
        ("a\u2066b\u2069c\u200e\u061c", f"a{GONE}b{GONE}c{GONE}{GONE}"),
        ("zero\u200bwidth\ufeff", f"zero{GONE}width{GONE}"),
        ("half \ud83d", f"half {GONE}"),
        ("para\u2029line\u2028", "para line "),
        ("\U000e0041\U000e0042", GONE * 2),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
    ],
)
def test_safe(text: str, expected: str) -> None:
    """Terminal sequences and marks that turn the writing around become visible and powerless."""
    assert expected == safe(text)


@given(st.text())
def test_safe_is_one_line_and_stays_as_it_is(text: str) -> None:
    """Whatever comes in, one line without control characters comes out, and a second pass changes nothing."""
    once = safe(text)
    assert once == safe(once)
    assert once.isprintable() or not any(c < " " or "\x7f" <= c <= "\x9f" for c in once)
    assert [once] == once.splitlines() or not once


def test_lines_and_tabs_may_stay() -> None:
    """A digest keeps its lines; everything else in it is made harmless."""
    assert f"one\ttwo\n{GONE}[1mthree" == safe_lines("one\ttwo\n\x1b[1mthree")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("한글", 4), ("漢a", 3), ("ｆ", 2), ("e\u0301", 1), ("", 0), ("한\u200d글", 4)],
)
def test_cells(text: str, expected: int) -> None:
    """Hangul, Han and full-width letters take two columns, combining marks none (UAX 11)."""
    assert expected == cells(text)


def test_columns_are_aligned_by_cells() -> None:
    """A column begins at the same terminal column in every row, however wide its neighbours are."""
    lines = list(aligned(("번호", "제목"), [("1", "하나"), ("한글한글", "b"), ("abc", "c")]))
    assert ["번호      제목", "1         하나", "한글한글  b", "abc       c"] == lines


def test_one_long_cell_moves_its_own_row_alone() -> None:
    """Nothing is cut in a pipe, and the other rows stay where they can be read."""
    path = "/srv/" + "가" * 40
    lines = list(aligned(("Check", "What"), [("disk", "ok"), (path, "wrong"), ("한글", "ok")]))
    assert ["Check  What", "disk   ok", f"{path}  wrong", "한글   ok"] == lines
    assert ["a", "가" * 40] == list(aligned(("a",), [("가" * 40,)]))


def test_a_subject_of_a_stranger_is_no_longer_than_two_lines() -> None:
    """In tables; his codes are covered before anything is cut."""
    assert "가" * 79 + "…" == title("가" * 500)
    assert "PIN ••••" == title("PIN 482913")


def test_json_is_readable_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """Korean stays readable; what could deceive a terminal is an escape with the same value."""
    value = {"subject": "한글 \x1b[31m \x9b \u202e \ud83d", "n": 1}
    as_json(value)
    printed = capsys.readouterr().out
    assert "한글" in printed
    assert safe_lines(printed).strip() == printed.strip()
    assert value == json.loads(printed)
