"""What a fuzzer found stays mended; and its harnesses, driven by hypothesis where there is no atheris."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.harnesses import HARNESSES
from fuzz.seeds import SEEDS, WORDS
from hypothesis import given, settings
from hypothesis import strategies as st

_FOUND = Path(__file__).parent / "found"


def test_what_was_found_stays_mended() -> None:
    """Each file broke a promise once, and each lies in the folder of a harness."""
    for path in sorted(_FOUND.rglob("*.bin")):
        HARNESSES[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", HARNESSES)
def test_a_seed_breaks_nothing(name: str) -> None:
    """Honest examples, whole and cut short anywhere."""
    for seed in SEEDS[name]:
        for end in range(0, len(seed) + 1, max(1, len(seed) // 40)):
            HARNESSES[name](seed[:end])


def _mutated(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """A seed with stretches replaced by words that open doors, or by anything; or anything at all."""
    edit = st.tuples(st.integers(0, 900), st.integers(0, 60), st.sampled_from(WORDS) | st.binary(max_size=30))
    edited = st.builds(_edit, st.sampled_from(seeds), st.lists(edit, max_size=6))
    return edited | st.binary(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=20).map(b"".join)


def _edit(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, new in edits:
        seed = seed[:at] + new + seed[at + length :]
    return seed


@pytest.mark.parametrize("name", HARNESSES)
@settings(max_examples=60)
@given(data=st.data())
def test_nearly_honest_bytes_break_nothing(name: str, data: st.DataObject) -> None:
    """The promises of each harness hold for what a stranger makes of an honest example."""
    HARNESSES[name](data.draw(_mutated(SEEDS[name])))
