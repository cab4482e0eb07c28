"""One worker a mailbox, and one sender a reader: a lock file each, held by the kernel (flock).

They hold for all alike: daemon, command line, and two threads of one process.
The lock goes with the process, however it ends; a file that is left behind says nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailwatch.errors import ConfigError, TemporaryError

_GLANCE = 0.02
"""Seconds between two tries for a lock: the daemon lets go of it for a tenth of a second at a time."""

_A_LOOK = 0.5
"""Seconds within which a look at the daemon's lock is over."""


class MailboxBusy(TemporaryError):
    """Another mailwatch is working on the mailbox at this moment."""


@contextmanager
def daemon_lock(folder: Path) -> Iterator[None]:
    """One daemon for each data folder, while the block runs.

    Raises:
        ConfigError: there is one already, or the lock file cannot be made.
    """
    # No mailbox can have this name: theirs do not begin with a dot.
    descriptor = _open(folder, ".daemon")
    try:
        # Whoever looks in ``daemon_runs`` holds it for a moment, and must not keep a daemon from starting.
        if not _taken(descriptor, _A_LOOK):
            raise ConfigError(
                "another mailwatch daemon is running on this data folder",
                mend="stop it first: systemctl stop mailwatch",
            )
        yield
    finally:
        os.close(descriptor)


def daemon_runs(folder: Path) -> bool:
    """Whether a daemon holds its lock in ``folder``; False where no lock file can be read."""
    try:
        descriptor = os.open(folder / ".daemon.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def mailbox_lock(folder: Path, mailbox: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of ``mailbox`` while the block runs; wait ``patience`` seconds for it.

    Raises:
        MailboxBusy: another mailwatch is working on this mailbox.
        ConfigError: the lock file cannot be made.
    """
    descriptor = _open(folder, mailbox)
    try:
        if not _taken(descriptor, patience):
            raise MailboxBusy(
                "another mailwatch is working on the mailbox {mailbox}",
                mend="wait until it is done, or see who it is: mailwatch status",
                mailbox=mailbox,
            )
        yield
    finally:
        os.close(descriptor)


@contextmanager
def post_lock(folder: Path, kind: str, recipient: str) -> Iterator[bool]:
    """Hold what is sent of ``kind`` to ``recipient`` while the block runs; False: somebody else does.

    The name of the file tells nobody who reads what.

    Raises:
        ConfigError: the lock file cannot be made.
    """
    digest = hashlib.sha256(f"{kind}\0{recipient}".encode()).hexdigest()[:32]
    descriptor = _open(folder, f".post-{digest}")
    try:
        yield _taken(descriptor, 0.0)
    finally:
        os.close(descriptor)


def _taken(descriptor: int, patience: float) -> bool:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_GLANCE)
        else:
            return True


def _open(folder: Path, mailbox: str) -> int:
    # The name comes from the config, which allows letters, digits, dot, dash and underscore alone.
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(folder / f"{mailbox}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(
            "the lock of the mailbox {mailbox} cannot be made in {folder}: {reason}",
            mend="give the data folder to the user that mailwatch runs as: mailwatch check",
            mailbox=mailbox,
            folder=folder,
            reason=error.strerror or error,
        ) from error
