"""Recognition has no deadline of its own: what a stranger writes must not keep it busy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import repeat
from types import FrameType

import pytest

from mailwatch.core import recognition, scanning
from mailwatch.core.digit_runs import MOST_RUNS, runs
from mailwatch.core.message import Segment
from mailwatch.core.plaintext import plain
from mailwatch.core.recognition import Recognition, recognise, recognise_text
from mailwatch.core.schemes import ALL
from mailwatch.mime.parse import parse

NUMBER = "TrackingID#2402220010002574"
OTHER = "TrackingID#2402220010002575"


def read(text: str) -> Recognition:
    message = replace(parse(b"Subject: a\r\n\r\n"), segments=(Segment(0, 0, text, quoted=False),))
    return recognise(message, ALL, trusted=True, received=None)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included: a measure of work that no busy machine changes."""
    count = 0

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "사례 번호 12175139 ",
        "1234 1234 1234 1234 ",
        "123456789",
        "TrackingID#",
        "SRX SRX SRX ",
        "[[[(((",
        "a\u0301\u0301",
        "\ufffd\u00a01",
        "case number is ",
        "1.2.3-4/5 ",
        "\u1100\u1161\u11a8",
        "VULN-",
    ],
)
def test_recognition_is_linear(piece: str) -> None:
    """Twice the text is at most about twice the work, in calls; nothing in it has a power of its own."""
    once, twice = calls(partial(read, piece * 500)), calls(partial(read, piece * 1000))
    assert twice <= 2.2 * once + 500


def test_digits_are_judged_up_to_a_number_a_mail() -> None:
    """What was read before the limit counts, what stands behind it does not, and the mail says so."""
    flood = "00000 " * MOST_RUNS
    found = read(f"{NUMBER} {flood} {OTHER}")
    assert ["2402220010002574"] == [m.number.canonical for m in found.mentions]
    assert "too-many" == found.rejected[-1].why
    assert ["2402220010002575"] == [m.number.canonical for m in read(f"{OTHER} 00000").mentions]


def test_the_limit_is_one_for_all_parts() -> None:
    """A mail of many parts has no more room than one of one part."""
    half = "00000 " * (MOST_RUNS // 2 + 1)
    segments = tuple(Segment(n, 0, text, quoted=False) for n, text in enumerate((half, half, NUMBER)))
    message = replace(parse(b"Subject: a\r\n\r\n"), segments=segments)
    found = recognise(message, ALL, trusted=True, received=None)
    assert () == found.mentions
    assert ["too-many"] == [r.why for r in found.rejected]


def test_text_is_read_up_to_a_length() -> None:
    """A longer text is read as far as the room goes, and what follows it is not read at all."""
    reading = recognition._Reading(ALL, None, trusted=True, room=100)
    assert reading.read("x" * 60, recognition.Where.OWN, 0)
    assert not reading.read(f"{NUMBER} {'x' * 60}", recognition.Where.OWN, 1)
    found = reading.result()
    assert ["2402220010002574"] == [m.number.canonical for m in found.mentions]
    assert ["too-many"] == [r.why for r in found.rejected]


def test_a_text_alone_has_a_budget_of_its_own() -> None:
    """What a person types or pastes is bounded alike."""
    text = f"{'00000 ' * MOST_RUNS}{NUMBER}"
    assert "too-many" == list(scanning.scan(plain(text), ALL, None))[-1].why
    generous = list(scanning.scan(plain(text), ALL, None, repeat(1)))
    assert "2402220010002574" == (generous[-1].number and generous[-1].number.canonical)
    assert () == recognise_text(text, ALL, trusted=True, date=None).mentions


def test_a_budget_that_is_used_up_is_told_once() -> None:
    """The reader learns that there was more, and gets no further run."""
    found = [match and match[0] for match in runs("12345 67890 13579 24680", iter(range(2)))]
    assert ["12345", "67890", None] == found
