"""The header block as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime.fields import split
from mailwatch.mime.limits import Limits


def _pairs(raw: bytes, limits: Limits | None = None) -> list[tuple[bytes, bytes]]:
    return [(f.name, f.value) for f in split(raw, limits or Limits()).fields]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_fields_and_body_are_found_with_every_line_end(end: bytes) -> None:
    """Spelling of names and folds are kept; the body starts behind the empty line."""
    raw = end.join([b"Subject: a", b"\tb", b"TO:c", b"", b"body"])
    assert _pairs(raw) == [(b"Subject", b" a" + end + b"\tb"), (b"TO", b"c")]
    assert raw[split(raw).body :] == b"body"


def test_offsets_cover_the_lines_of_a_field() -> None:
    """A field's bytes can be cut out of the mail, its line end with it."""
    raw = b"A: 1\r\nB: 2\r\n 3\r\n\r\n"
    field = split(raw).fields[1]
    assert raw[field.start : field.end] == b"B: 2\r\n 3\r\n"


def test_blanks_before_the_colon_are_stepped_over() -> None:
    """RFC 5322 4.5 allows them of old; the standard library ends the header there."""
    assert _pairs(b"Subject   : x\n\n") == [(b"Subject", b" x")]


def test_a_bad_line_is_stepped_over_where_a_known_field_follows() -> None:
    """Nothing below the bad line is lost, and the header says that it was broken."""
    raw = b"From: a\nbad line\nSubject: x\n\nbody"
    header = split(raw)
    assert [f.name for f in header.fields] == [b"From", b"Subject"]
    assert header.broken
    assert raw[header.body :] == b"body"


def test_a_bad_line_before_text_starts_the_body() -> None:
    """Text such as "Note:" may be the first words of a body whose empty line was lost."""
    raw = b"From: a\nHello Jim\nNote: do it\n"
    header = split(raw)
    assert raw[header.body :] == b"Hello Jim\nNote: do it\n"
    assert header.broken


def test_a_fold_without_a_field_is_stepped_over() -> None:
    """A continuation line on top belongs to nothing."""
    assert _pairs(b" orphan\nTo: a\n\n") == [(b"To", b" a")]


@pytest.mark.parametrize("line", [b"From a@b Mon Jan  1 00:00:00 2024\n", b">From a\n", b"From a\nFrom b\n"])
def test_mbox_lines_on_top_are_no_fields(line: bytes) -> None:
    """An mbox From line is stepped over without a defect."""
    header = split(line + b"To: a\n\n")
    assert [f.name for f in header.fields] == [b"To"]
    assert not header.broken


def test_first_and_all_look_up_by_lower_case_name() -> None:
    """The topmost field is first; a missing one is None."""
    header = split(b"X: 1\nx: 2\n\n")
    assert (header.first(b"x"), header.all(b"x"), header.first(b"y")) == (b" 1", [b" 1", b" 2"], None)


def test_limits_cut_the_header_and_say_so() -> None:
    """Over the limit of fields the rest is left out, and the body is found all the same."""
    raw = b"A: 1\nB: 2\nC: 3\n\nbody"
    header = split(raw, Limits(fields=2))
    assert len(header.fields) == 2
    assert header.truncated
    assert raw[header.body :] == b"body"


def test_a_header_over_the_size_limit_without_an_end_is_all_header() -> None:
    """Where no empty line follows there is no body."""
    header = split(b"A: 1\nB: 2\nC: 3", Limits(header=6))
    assert header.truncated
    assert header.body == 14


def test_a_mail_without_an_empty_line_has_no_body() -> None:
    """The header ends with the mail, without a defect."""
    header = split(b"A: 1\r\n")
    assert (header.body, header.truncated, header.broken) == (6, False, False)


def test_a_long_value_is_cut() -> None:
    """A field is read up to its limit."""
    assert _pairs(b"A:" + b"x" * 100 + b"\n\n", Limits(field=10)) == [(b"A", b"x" * 10)]


@given(
    st.lists(
        st.sampled_from([b"Subject: a", b" fold", b"bad", b"", b"From x", b"X-A:", b"\r", b":", b"\xff"]),
        max_size=12,
    )
)
def test_any_lines_are_split_within_bounds(lines: list[bytes]) -> None:
    """Fields stand in order, never overlap, and end before the body."""
    raw = b"\n".join(lines)
    header = split(raw)
    stops = [0, *(n for f in header.fields for n in (f.start, f.end)), header.body]
    assert stops == sorted(stops)
    assert header.body <= len(raw)
