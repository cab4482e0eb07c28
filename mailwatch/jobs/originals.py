"""Originals out of the archive, a bounded amount at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from mailwatch.ports import Originals

T = TypeVar("T")


def in_batches(
    items: Iterable[T], size: Callable[[T], int], *, most_bytes: int, most: int | None = None
) -> Iterator[list[T]]:
    """``items`` in order, ``most`` and ``most_bytes`` of them at most; one that is bigger goes alone."""
    batch: list[T] = []
    total = 0
    for item in items:
        if batch and (len(batch) == most or total + size(item) > most_bytes):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size(item)
    if batch:
        yield batch


def original(archive: Originals, sha256: str) -> bytes | None:
    """The bytes; None where they were erased, or lost."""
    try:
        return archive.read(sha256)
    except KeyError:
        return None
