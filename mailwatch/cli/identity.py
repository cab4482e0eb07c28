"""Whose files mailwatch works on: always as the owner of the data folder, never as two users in turn.

A database or a journal file that root has made once is one that the daemon
cannot write any more.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from mailwatch.errors import ConfigError


def become_owner(data: Path) -> None:
    """Work as the owner of ``data``: root becomes that user for good, anyone else must be it already.

    A folder that does not exist yet will belong to whoever makes it.

    Raises:
        ConfigError: the data folder belongs to somebody else, and we are not root.
    """
    try:
        owner = data.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(
            "the data folder {data} cannot be looked at: {reason}",
            mend="give the user that runs mailwatch the right to look there",
            data=data,
            reason=error.strerror or error,
        ) from None
    if owner.st_uid == os.geteuid():
        _leave_closed_folder()
        return
    if os.geteuid() != 0:
        raise ConfigError(
            "the data folder {data} belongs to {owner}; you are {user}",
            mend="run: sudo mailwatch …",
            data=data,
            owner=_name(owner.st_uid),
            user=_name(os.geteuid()),
        )
    _become(owner.st_uid, owner.st_gid)


def person() -> str:
    """Who runs the command: behind sudo, whoever called it. To be asked before ``become_owner``."""
    return os.environ.get("SUDO_USER") or _name(os.getuid())


def _become(uid: int, gid: int) -> None:
    """Give up root. Groups go first: afterwards there is no right left to drop them."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        os.setgroups([gid])
        os.environ["HOME"] = "/nonexistent"
    else:
        gid = entry.pw_gid
        os.initgroups(entry.pw_name, gid)
        os.environ["HOME"] = entry.pw_dir
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    _leave_closed_folder()


def _leave_closed_folder() -> None:
    """We may be called from where we may not be: the workers enter that folder by name, and would fail."""
    try:
        closed = not os.access(Path.cwd(), os.X_OK)
    except OSError:
        closed = True
    if closed:
        os.chdir("/")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
