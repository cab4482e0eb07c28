"""Files of lines that only grow: read from either end, added to without losing what stands there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailwatch.adapters.disk import write_all

_PRIVATE = 0o600
_BLOCK = 1 << 16


def whole_lines(path: Path) -> Iterator[bytes]:
    """The lines that end in LF, without it; half a line at the end is what a crash left."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def lines_from_end(path: Path) -> Iterator[bytes]:
    """The same, the last one first, without reading more of the file than is asked for."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        begun = b""
        # What stands behind the last LF is no whole line.
        ended = False
        while position > 0:
            size = min(_BLOCK, position)
            position -= size
            file.seek(position)
            begun, *whole = (file.read(size) + begun).split(b"\n")
            if whole and not ended:
                whole.pop()
                ended = True
            yield from reversed(whole)
        if ended:
            yield begun


def append_lines(path: Path, lines: Sequence[bytes]) -> bool:
    """Write ``lines``, each with LF, and sync.

    Half a line at the end that one of ``lines`` begins with is what a crash left, and is cut. Any
    other one stays as a line of its own; True says so.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        start, end = _half_line(handle)
        foreign = start < end and not _is_begun(handle, start, end, lines)
        if not foreign:
            os.ftruncate(handle, start)
        os.lseek(handle, 0, os.SEEK_END)
        write_all(handle, b"\n" * foreign + b"".join(line + b"\n" for line in lines))
        os.fsync(handle)
    finally:
        os.close(handle)
    return foreign


def end_last_line(path: Path) -> bool:
    """Make half a line at the end a line of its own; whether there was one."""
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        start, end = _half_line(handle)
        if start < end:
            os.lseek(handle, 0, os.SEEK_END)
            write_all(handle, b"\n")
            os.fsync(handle)
    finally:
        os.close(handle)
    return start < end


def _half_line(handle: int) -> tuple[int, int]:
    """From where to where half a line stands at the end; equal where there is none."""
    end = position = os.lseek(handle, 0, os.SEEK_END)
    while position > 0:
        start = max(0, position - _BLOCK)
        found = os.pread(handle, position - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1, end
        position = start
    return 0, end


def _is_begun(handle: int, start: int, end: int, lines: Sequence[bytes]) -> bool:
    if end - start > max(map(len, lines)):
        return False
    half = os.pread(handle, end - start, start)
    return any(line.startswith(half) for line in lines)
