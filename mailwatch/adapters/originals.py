"""Originals on disk as they are read; ``archive`` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailwatch.adapters.disk import translated

MAIL = ".eml"
ATTACHED = ""
"""The suffixes of what lies in an archive."""

_HEX = frozenset("0123456789abcdef")
_DIGITS = 64
_FOLDER_NAME = 2


class FileOriginals:
    """See ``ports.Originals``. Changes nothing in ``root``, which may lie on a read-only disk.

    Mails lie under their sha256 and ``MAIL``; files that a person attached under theirs and ``ATTACHED``.
    """

    def __init__(self, root: Path, suffix: str = MAIL) -> None:
        self._root = root
        self._suffix = suffix

    def read(self, sha256: str) -> bytes:
        """See ``ports.Originals``."""
        with translated(self._root):
            try:
                return self._path(sha256).read_bytes()
            except FileNotFoundError:
                raise KeyError(sha256) from None

    def has(self, sha256: str) -> bool:
        """See ``ports.Originals``."""
        return self._path(sha256).is_file()

    def all(self) -> Iterator[str]:
        """See ``ports.Originals``. What is no original's name is passed over."""
        with translated(self._root):
            for first in _folders(self._root):
                for second in _folders(first):
                    for name in sorted(path.name for path in second.iterdir()):
                        sha256 = name.removesuffix(self._suffix)
                        if name.endswith(self._suffix) and _is_hash(sha256):
                            yield sha256

    def _path(self, sha256: str) -> Path:
        if not _is_hash(sha256):
            raise KeyError(sha256)
        return self._root / sha256[:2] / sha256[2:4] / f"{sha256}{self._suffix}"


def _folders(path: Path) -> list[Path]:
    found = [p for p in path.iterdir() if len(p.name) == _FOLDER_NAME and set(p.name) <= _HEX]
    return sorted(found)


def _is_hash(text: str) -> bool:
    return len(text) == _DIGITS and set(text) <= _HEX
