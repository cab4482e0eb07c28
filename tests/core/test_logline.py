"""One event, one line, whatever stands in its values."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.logline import ODD, as_json, keyvalue

_PAIR = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"=\\]*)(?: |$)')


def parsed(line: str) -> dict[str, str]:
    """Logfmt as a program reads it, written here a second time: bare words, or JSON strings."""
    found, place = {}, 0
    while place < len(line):
        match = _PAIR.match(line, place)
        assert match is not None, line[place:]
        value = match[2]
        found[match[1]] = json.loads(value) if value.startswith('"') else value
        place = match.end()
    return found


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from('\r\n\x1b\x00\x7f\x85\u2028\u202e\u200b\ufeff\ud800\udfff"\\= =event\t'),
        st.characters(),
        st.characters(categories=["Cs"]),
    ),
    max_size=40,
)
PAIRS = st.dictionaries(
    st.sampled_from(["event", "mailbox", "poll", "what", "why", "host", "traceback"]),
    st.one_of(HOSTILE, st.integers(), st.booleans()),
    max_size=7,
)


@given(PAIRS)
def test_any_event_parses_back(pairs: dict[str, object]) -> None:
    """As key=value every value comes back as its text, as JSON as itself; nothing odd reaches the line."""
    assert {key: str(value) for key, value in pairs.items()} == parsed(keyvalue(pairs))
    assert pairs == json.loads(as_json(pairs))
    for line in (keyvalue(pairs), as_json(pairs)):
        assert not ODD.search(line)
        assert 1 >= len(line.splitlines())
        line.encode("utf-8")


@given(st.floats())
def test_numbers_are_numbers_where_json_has_them(value: float) -> None:
    """Infinity and not-a-number are none in JSON, and become words."""
    told = json.loads(as_json({"seconds": value}), parse_constant=pytest.fail)["seconds"]
    assert told == str(value) if isinstance(told, str) else abs(told - value) <= 0.0005


def test_what_is_none_is_left_out() -> None:
    """A key without a value says nothing."""
    assert ("event=x n=0", '{"event": "x", "n": 0}') == (
        keyvalue({"event": "x", "why": None, "n": 0}),
        as_json({"event": "x", "why": None, "n": 0}),
    )
