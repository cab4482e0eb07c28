"""What archive and journal share: whose fault a disk error is, and how a folder becomes durable."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

PRIVATE_FOLDER = 0o700
_OTHERS = 0o077

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """An OSError while working under ``path`` becomes one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise _ours(error, path) from error


def _ours(error: OSError, path: Path) -> MailwatchError:
    if error.errno in _FULL:
        return TemporaryError(
            "the disk that holds {path} is full", mend="make room; mailwatch goes on by itself", path=path
        )
    if error.errno in _FORBIDDEN:
        return closed(error, path)
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return ConfigError(
            "{path} is not there and cannot be made",
            mend="correct this folder, in the configuration or on the command line",
            path=path,
        )
    return TemporaryError(
        "the disk that holds {path} failed: {why}",
        mend="if it lasts, look after that disk",
        path=path,
        why=error.strerror,
    )


def closed(error: OSError, path: Path) -> ConfigError:
    """What to say of ``path``, which may not be written to."""
    if error.errno == errno.EROFS:
        return ConfigError(
            "{path} cannot be written to: its file system is mounted read-only",
            mend="see why (journalctl -k tells of disks that failed) and mount it for writing; "
            "findmnt -T {path} names it",
            path=path,
        )
    if error.errno == errno.EPERM:
        return ConfigError(
            "{path} cannot be written to: {why}",
            mend="see whether it is marked as unchangeable: lsattr -d {path}; chattr -i {path} ends that",
            path=path,
            why=error.strerror,
        )
    return ConfigError(
        "{path} cannot be written to: {why}",
        mend="give the user that runs mailwatch the right to write there",
        path=path,
        why=error.strerror,
    )


def unwritable(path: Path) -> OSError | None:
    """Why an existing ``path`` may not be read and written; None where it may. It is not opened for that."""
    if os.access(path, os.R_OK | os.W_OK):
        return None
    found = path.stat()
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        number = errno.EROFS
    elif found.st_uid == os.geteuid() and found.st_mode & stat.S_IWUSR:
        # The mode allows it: then it is an attribute of the file system that does not (chattr(1)).
        number = errno.EPERM
    else:
        number = errno.EACCES
    return OSError(number, os.strerror(number), str(path))


def make_private(folder: Path) -> None:
    """Make ``folder`` for its owner alone; refuse one that others can look into.

    Raises:
        ConfigError: it cannot be made, or other users can read it.
    """
    with translated(folder):
        _make(folder)
        mode = folder.stat().st_mode
    if mode & _OTHERS:
        raise ConfigError(
            "other users of this machine can look into {path}", mend="run: chmod 700 {path}", path=folder
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ConfigError(
            "the folder {path} cannot be made: a file stands in its way",
            mend="name another folder in the configuration, or move that file away",
            path=folder,
        ) from None


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file_system(folder: Path) -> bool:
    """Make everything on the file system of ``folder`` durable in one go; False where that cannot be trusted.

    syncfs(2) reports failed writes since Linux 5.8; before that, and elsewhere, each
    file must be synced on its own.
    """
    if _syncfs is None:
        return False
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
    return True


def _find_syncfs() -> Callable[[int], int] | None:
    found = re.match(r"([0-9]+)\.([0-9]+)", platform.release())
    if platform.system() != "Linux" or found is None or (int(found[1]), int(found[2])) < (5, 8):
        return None
    function: Callable[[int], int] | None = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return function


_syncfs = _find_syncfs()


def write_all(handle: int, data: bytes) -> None:
    """Write every byte, however the kernel cuts it."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
