from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.canonical import (
    Malformed,
    canonical,
    from_milliseconds,
    integer,
    milliseconds,
    parse_object,
    parse_rfc3339,
    rfc3339,
    string,
    to_milliseconds,
)

KEYS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
OBJECTS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=6,
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn beside


@given(OBJECTS)
def test_canonical_bytes_are_those_of_rfc_8785(value: dict[str, object]) -> None:
    """Our writer and an independent one agree byte for byte."""
    assert canonical(value) == rfc8785.dumps(value)


@given(OBJECTS)
def test_canonical_bytes_read_back_are_the_same_value(value: dict[str, object]) -> None:
    """Nothing is lost on the way."""
    assert parse_object(canonical(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0},
        {"a": 2**53},
        {"a": -(2**53)},
        {"é": 1},
        {1: 1},
        {"a": "\ud800"},
        {"a": b"bytes"},
        {"a": datetime(2026, 1, 1, tzinfo=UTC)},
        {"a": [{"b": 0.5}]},
    ],
)
def test_what_has_no_canonical_form_is_refused(value: dict[str, object]) -> None:
    """Floats, large integers, foreign keys, lone surrogates and other types are refused, never bent."""
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be() -> None:
    """The example a stranger would write by hand from RFC 8785 section 3.2."""
    value = {"b": "\u20ac$\u000f\nA'B\"\\/", "a": [True, None, 0]}
    assert canonical(value) == '{"a":[true,null,0],"b":"€$\\u000f\\nA\'B\\"\\\\/"}'.encode()


def test_times_are_utc_with_milliseconds_cut_not_rounded() -> None:
    """999,999 microseconds are 999 ms; another zone is converted; early years keep four digits."""
    seoul = timezone(timedelta(hours=9))
    assert rfc3339(datetime(2026, 3, 1, 9, 0, 0, 999_999, tzinfo=seoul)) == "2026-03-01T00:00:00.999Z"
    assert rfc3339(datetime(7, 1, 1, tzinfo=UTC)) == "0007-01-01T00:00:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive datetime would mean another moment on another machine."""
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@given(MOMENTS)
def test_a_time_read_back_is_the_time_in_milliseconds(moment: datetime) -> None:
    """Written, read and cut to milliseconds are one and the same."""
    assert parse_rfc3339(rfc3339(moment)) == to_milliseconds(moment)
    assert from_milliseconds(milliseconds(moment)) == to_milliseconds(moment)


@pytest.mark.parametrize(
    "text", ["2026-03-01T00:00:00Z", "2026-03-01T09:00:00.000+09:00", "2026-03-01", "yesterday"]
)
def test_another_spelling_of_a_time_is_refused(text: str) -> None:
    """One moment has one spelling, else two byte strings would say the same."""
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"\xff", b'{"a":', b"[" * 100_000, b'{"a":' * 100_000])
def test_bytes_that_are_no_object_are_malformed_however_deep(data: bytes) -> None:
    """A tampered line costs one clear error, not the process."""
    with pytest.raises(Malformed):
        parse_object(data)


def test_members_of_another_kind_are_malformed() -> None:
    """``true`` is no integer here, though Python's bool is one."""
    with pytest.raises(Malformed):
        integer({"a": True}, "a")
    with pytest.raises(Malformed):
        string({}, "a")
    assert integer({"a": 3}, "a") == 3
    assert string({"a": "x"}, "a") == "x"
