"""One batch is drawn ahead, and errors arrive where they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from mailwatch.jobs.ahead import ahead


def test_everything_comes_in_order() -> None:
    """The items are those of the source."""
    assert list(range(50)) == list(ahead(iter(range(50))))


def test_an_error_comes_after_the_items_before_it() -> None:
    """What was drawn is handed over first, then the error is raised in the caller."""

    def source() -> Iterator[int]:
        yield 1
        raise OSError("away")

    items = ahead(source())
    assert 1 == next(items)
    with pytest.raises(OSError, match="away"):
        next(items)


def test_never_more_than_one_is_waiting() -> None:
    """Memory stays bounded: at most the one in use, the one waiting and the one being drawn."""
    drawn = []

    def source() -> Iterator[int]:
        for n in range(10):
            drawn.append(n)
            yield n

    for used, item in enumerate(ahead(source())):
        assert used == item
        assert len(drawn) <= used + 3


def test_stopping_early_ends_the_thread() -> None:
    """A caller that fails leaves no thread behind."""
    before = threading.active_count()
    items = ahead(iter(range(1000)))
    next(items)
    items.close()
    assert before == threading.active_count()
