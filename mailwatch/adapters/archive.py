"""Originals on disk, by content: ``ab/cd/<sha256>.eml``, written once, never changed.

Files that a person attached to a case lie beside them, under their sha256 without a suffix.

A mail is written to ``tmp/``, synced and linked to its name; the folders are
synced once a batch. So a name either holds all bytes or does not exist.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from mailwatch.adapters.corner import Corner
from mailwatch.adapters.disk import (
    PRIVATE_FOLDER,
    make_private,
    sync_file_system,
    sync_folder,
    translated,
    write_all,
)
from mailwatch.adapters.originals import MAIL, FileOriginals
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import Fetched

_READ_ONLY = 0o400
_PIECE = 1 << 20
_SYNCS_AT_ONCE = 8
_MANY = 32


class FileArchive(FileOriginals):
    """See ``ports.Archive``. Not for two threads at once; several processes may share one root."""

    def __init__(self, root: Path, suffix: str = MAIL) -> None:
        super().__init__(root, suffix)
        make_private(root)
        self._corner = Corner(root / "tmp")

    # ── writing ───────────────────────────────────────────────────────────────

    def put(self, batch: Sequence[Fetched]) -> None:
        """See ``ports.Archive``.

        Raises:
            TemporaryError: the disk is full, or a mail changed on its way here.
            ConfigError: the archive cannot be written to, or holds other bytes under this name.
        """
        if not batch:
            return
        with translated(self._root):
            written = [(mail.sha256, self._write(mail)) for mail in _once(batch)]
            self._sync(_sync_file, [path for _, path in written])
            folders: set[str] = set()
            for sha256, path in written:
                self._link(sha256, path, folders)
            self._sync(sync_folder, [Path(folder) for folder in folders])

    def _sync(self, sync: Callable[[Path], None], paths: Sequence[Path]) -> None:
        """Many at once by one call for the whole file system: it costs a third of syncing each."""
        if len(paths) < _MANY or not sync_file_system(self._root):
            _together(sync, paths)

    def spool(self) -> Path:
        """See ``ports.Archive``."""
        with translated(self._root):
            return self._corner.room() / f"{secrets.token_hex(8)}.spool"

    def close(self) -> None:
        """Throw away what was not put into the archive."""
        self._corner.close()

    def _write(self, mail: Fetched) -> Path:
        """The mail in a file of its own under ``tmp``, its hash taken once more on the way."""
        if isinstance(mail.content, Path):
            _refuse_other_bytes(mail.sha256, _hash_file(mail.content))
            mail.content.chmod(_READ_ONLY)
            return mail.content
        _refuse_other_bytes(mail.sha256, hashlib.sha256(mail.content).hexdigest())
        path = self._corner.room() / f"{mail.sha256}.eml"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            write_all(handle, mail.content)
            os.fchmod(handle, _READ_ONLY)
        finally:
            os.close(handle)
        return path

    def _link(self, sha256: str, path: Path, folders: set[str]) -> None:
        """Give the bytes their name; ``folders`` gathers what must be synced for it."""
        first = f"{self._root}/{sha256[:2]}"
        folder = f"{first}/{sha256[2:4]}"
        final = f"{folder}/{sha256}{self._suffix}"
        _make_folder(first, str(self._root), folders)
        _make_folder(folder, first, folders)
        try:
            os.link(path, final)
        except FileExistsError:
            self._compare(sha256, path, Path(final))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._link(sha256, self._copied(sha256, path), folders)
            return
        folders.add(folder)
        if self._corner.holds(path) and path.suffix == ".eml":
            path.unlink()

    def _copied(self, sha256: str, path: Path) -> Path:
        """A spool file from another file system, brought over."""
        copy = self._corner.room() / f"{sha256}.eml"
        shutil.copyfile(path, copy)
        _refuse_other_bytes(sha256, _hash_file(copy))
        copy.chmod(_READ_ONLY)
        _sync_file(copy)
        return copy

    def _compare(self, sha256: str, path: Path, final: Path) -> None:
        if not _same_bytes(path, final):
            raise ConfigError(
                "the archived original {sha256} does not hold the bytes that its name promises",
                mend="the disk or the archive was altered; see what else: mailwatch verify",
                sha256=sha256,
            )


def _make_folder(folder: str, above: str, changed: set[str]) -> None:
    with suppress(FileExistsError):
        Path(folder).mkdir(PRIVATE_FOLDER)
        changed.add(above)


def _once(batch: Sequence[Fetched]) -> list[Fetched]:
    return list({mail.sha256: mail for mail in batch}.values())


def _together(sync: Callable[[Path], None], paths: Sequence[Path]) -> None:
    """Wait for all of them at once, so that the disk can order them: one journal commit serves many."""

    def one_by_one(some: Sequence[Path]) -> None:
        for path in some:
            sync(path)

    shares = [paths[n::_SYNCS_AT_ONCE] for n in range(min(_SYNCS_AT_ONCE, len(paths)))]
    with ThreadPoolExecutor(max_workers=_SYNCS_AT_ONCE) as pool:
        list(pool.map(one_by_one, shares))


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same_bytes(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            left, right = first.read(_PIECE), second.read(_PIECE)
            if left != right:
                return False
            if not left:
                return True


def _refuse_other_bytes(promised: str, found: str) -> None:
    if promised != found:
        raise TemporaryError(
            "a mail changed between the server and the disk (expected {promised}, found {found})",
            promised=promised,
            found=found,
        )
