"""Fetch the next batch while this one is being filed.

One batch ahead and no more: memory stays bounded whatever the mailbox's size,
and the server never waits for a parser.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


class _End:
    """Closes the queue; carries the error that ended the iteration, if one did."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(batches: Iterator[T]) -> Iterator[T]:
    """The items of ``batches``, each drawn in another thread while the one before is in use.

    An error of ``batches`` is raised here, in its place. When the caller stops
    early, the other thread ends after the item it is drawing.
    """
    items: queue.Queue[T | _End] = queue.Queue(maxsize=1)
    stopped = threading.Event()
    thread = threading.Thread(target=_draw, args=(batches, items, stopped), name="fetch-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := items.get(), _End):
            yield item
    finally:
        stopped.set()
        _drain(items, thread)
    _raise(item)


def _draw(batches: Iterator[T], items: queue.Queue[T | _End], stopped: threading.Event) -> None:
    end = _End(None)
    try:
        for batch in batches:
            items.put(batch)
            if stopped.is_set():
                break
    except BaseException as caught:  # noqa: BLE001 - it is raised again in the thread that asked, whatever it is
        end.error = caught
    items.put(end)


def _raise(end: _End) -> None:
    """Raise the error, and keep no hold on it.

    Its traceback holds the frames that it came through, and with them what they
    have open; a circle through ``end`` would keep that open until the collector comes.
    """
    error, end.error = end.error, None
    if error is not None:
        try:
            raise error
        finally:
            del error


def _drain(items: queue.Queue[T | _End], thread: threading.Thread) -> None:
    """Make room until the other thread is through: it may wait to put what nobody wants any more."""
    while thread.is_alive():
        try:
            items.get(timeout=0.05)
        except queue.Empty:
            continue
