"""How much room there is for files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mailwatch.adapters.disk import translated


@dataclass(frozen=True, slots=True)
class Room:
    """One file system: the ``folders`` of ours on it, ``free`` bytes and ``files`` that may still be made.

    ``files`` is None where the file system does not count them (btrfs).
    """

    folders: tuple[Path, ...]
    free: int
    files: int | None


def rooms(folders: Iterable[Path]) -> tuple[Room, ...]:
    """The file systems that ``folders`` lie on, each once; what is missing lies where its parent does.

    Raises:
        ConfigError: a folder cannot be looked at.
    """
    found: dict[int, list[Path]] = {}
    for folder in dict.fromkeys(folders):
        with translated(folder):
            found.setdefault(_there(folder).stat().st_dev, []).append(folder)
    return tuple(_room(group) for group in found.values())


def _there(folder: Path) -> Path:
    return next((p for p in (folder, *folder.parents) if p.exists()), Path("/"))


def _room(folders: list[Path]) -> Room:
    with translated(folders[0]):
        found = os.statvfs(_there(folders[0]))
    files = found.f_favail if found.f_files else None
    return Room(tuple(folders), found.f_bavail * found.f_frsize, files)
