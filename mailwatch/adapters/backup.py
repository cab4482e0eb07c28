"""A backup on disk: a folder laid out like a data folder, filled while the original is in use.

``unfinished`` lies in it as long as it is being filled, ``backup.json`` once it
is whole. Originals never change, so that only new ones are brought over: by a
hard link on the same file system, else copied and hashed on the way.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from mailwatch.adapters.disk import PRIVATE_FOLDER, make_private, sync_folder, translated, write_all
from mailwatch.adapters.originals import MAIL
from mailwatch.errors import ConfigError

MANIFEST = "backup.json"
UNFINISHED = "unfinished"
_BEGUN = f"{UNFINISHED}.part"
"""All that a backup has left which was killed at its very beginning."""

DATABASE = "mailwatch.db"

JOURNALS = ("ledger", "texts")
EXTRAS = ("keys", "templates")
"""Further folders of a data folder that nothing else could make again."""

_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.EACCES}
_PIECE = 1 << 20
_KEPT = re.compile(r"[0-9a-f]{64}(\.eml)?")
"""An original, or a file that a person attached."""


class BackupFolder:
    """One backup of the data folder ``data``, whose originals lie in ``archive``."""

    def __init__(self, root: Path, *, data: Path, archive: Path) -> None:
        self._root = root.resolve()
        self._data = data
        self._archive = archive
        self._lengths: dict[Path, int] = {}

    @property
    def database(self) -> Path:
        """Where the copy of the database belongs."""
        return self._root / DATABASE

    def manifest(self) -> Mapping[str, object] | None:
        """What the backup in this folder says of itself, finished or not; None where there is none.

        Raises:
            ConfigError: the folder lies inside the data, or holds something else.
        """
        with translated(self._root):
            self._refuse_inside()
            if not self._root.exists() or {path.name for path in self._root.iterdir()} <= {_BEGUN}:
                return None
            for name in (MANIFEST, UNFINISHED):
                if (self._root / name).exists():
                    return _read(self._root / name)
        raise ConfigError(
            "{path} is not empty and holds no backup", mend="name a new or empty folder", path=self._root
        )

    def _refuse_inside(self) -> None:
        for home in (self._data.resolve(), self._archive.resolve()):
            if self._root == home or home in self._root.parents:
                raise ConfigError(
                    "the backup {path} would lie inside the data folder {data}",
                    mend="name a folder outside, best on another disk",
                    path=self._root,
                    data=home,
                )

    def begin(self, claim: Mapping[str, object]) -> None:
        """From here on it is unfinished; ``claim`` says whose backup it is."""
        make_private(self._root)
        with translated(self._root):
            _write(self._root / UNFINISHED, claim)
            (self._root / MANIFEST).unlink(missing_ok=True)
            sync_folder(self._root)

    def note_journals(self) -> None:
        """Remember how long the journals are: what comes later belongs to the next backup."""
        with translated(self._data):
            for name in JOURNALS:
                for path in sorted((self._data / name).glob("*.jsonl")):
                    self._lengths[path] = path.stat().st_size

    def copy_journals(self) -> None:
        """The journals as they were when they were noted, and further folders that cannot be made again."""
        with translated(self._root):
            for name in JOURNALS:
                _make(self._root / name)
            for path, length in self._lengths.items():
                _copy(path, self._root / path.parent.name / path.name, length=length, mode=0o600)
            for name in JOURNALS:
                sync_folder(self._root / name)
            for path in self._extras():
                target = self._root / path.relative_to(self._data)
                _make(target.parent)
                _copy(path, target, mode=0o600)

    def _extras(self) -> list[Path]:
        found = (path for name in EXTRAS for path in (self._data / name).rglob("*"))
        return sorted(path for path in found if path.is_file() and not path.is_symlink())

    def originals(self) -> Iterator[bool]:
        """Bring over what lies in the archive and is not here yet; True for a hard link, False for a copy.

        Raises:
            ConfigError: an original does not hold the bytes that its name promises.
        """
        _make(self._root / "archive")
        with translated(self._root):
            for source in self._all(self._archive):
                target = self._root / "archive" / source.relative_to(self._archive)
                if not _is_here(target, source):
                    _make(target.parent.parent)
                    _make(target.parent)
                    yield self._bring(source, target)

    def count(self) -> tuple[int, int, int]:
        """How many originals are here now, how many files that persons attached, and the bytes of all."""
        with translated(self._root):
            kept = [(path.suffix, path.stat().st_size) for path in self._all(self._root / "archive")]
        mails = sum(suffix == MAIL for suffix, _ in kept)
        return mails, len(kept) - mails, sum(size for _, size in kept)

    def finish(self, manifest: Mapping[str, object]) -> None:
        """All is here and on disk: say so."""
        with translated(self._root):
            # One call for thousands of files and folders; waiting for each would take minutes.
            os.sync()
            _write(self._root / MANIFEST, manifest)
            (self._root / UNFINISHED).unlink()
            sync_folder(self._root)

    @staticmethod
    def _all(folder: Path) -> Iterator[Path]:
        for first in sorted(folder.glob("[0-9a-f][0-9a-f]")):
            for second in sorted(first.glob("[0-9a-f][0-9a-f]")):
                yield from sorted(path for path in second.iterdir() if _KEPT.fullmatch(path.name))

    def _bring(self, source: Path, target: Path) -> bool:
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
        else:
            return True
        if _copy(source, target, mode=0o400) != source.stem:
            target.unlink()
            raise ConfigError(
                "the archived original {sha256} does not hold the bytes that its name promises",
                mend="the disk or the archive was altered; see what else: mailwatch verify",
                sha256=source.stem,
            )
        return False


def read_manifest(folder: Path) -> Mapping[str, object] | None:
    """What the backup in ``folder`` says of itself; None where it is none.

    Raises:
        ConfigError: it is unfinished, or cannot be read.
    """
    with translated(folder):
        if (folder / UNFINISHED).exists():
            raise ConfigError(
                "the backup in {path} is not finished",
                mend="use another one; or delete DIR/unfinished, and mailwatch verify names what is missing",
                path=folder,
            )
        return _read(folder / MANIFEST) if (folder / MANIFEST).exists() else None


def _is_here(target: Path, source: Path) -> bool:
    """Whether it was brought before; a disk that failed may have left a shorter one."""
    try:
        if target.stat().st_size == source.stat().st_size:
            return True
        target.unlink()
    except FileNotFoundError:
        pass
    return False


def _make(folder: Path) -> None:
    with translated(folder):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def _copy(source: Path, target: Path, *, mode: int, length: int | None = None) -> str:
    """Copy the first ``length`` bytes (default: all), the name last; their SHA-256."""
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    left = source.stat().st_size if length is None else length
    digest = hashlib.sha256()
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with source.open("rb") as file:
            while piece := file.read(min(left, _PIECE)):
                digest.update(piece)
                write_all(handle, piece)
                left -= len(piece)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)
    half.replace(target)
    return digest.hexdigest()


def _read(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError("{path} cannot be read", mend="back up into a new folder", path=path)
    return found


def _write(path: Path, value: Mapping[str, object]) -> None:
    half = path.with_name(f"{path.name}.part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(handle, json.dumps(value, indent=2).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    half.replace(path)
