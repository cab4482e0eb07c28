"""One worker a mailbox."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailwatch.adapters.locks import mailbox_lock
from mailwatch.errors import ConfigError, TemporaryError


def test_a_second_worker_is_told_to_wait(tmp_path: Path) -> None:
    """The lock of a mailbox is held once, and others are free."""
    with mailbox_lock(tmp_path, "support"):
        with (
            pytest.raises(TemporaryError, match="another mailwatch is working on the mailbox support"),
            mailbox_lock(tmp_path, "support"),
        ):
            pass
        with mailbox_lock(tmp_path, "billing"):
            pass
    with mailbox_lock(tmp_path, "support"):
        pass


def test_a_killed_worker_leaves_no_lock(tmp_path: Path) -> None:
    """The kernel gives the lock back, however the process ended."""
    code = (
        "import os, pathlib, sys; from mailwatch.adapters.locks import mailbox_lock\n"
        "lock = mailbox_lock(pathlib.Path(sys.argv[1]), 'support'); lock.__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with mailbox_lock(tmp_path, "support"):
        pass


def test_a_folder_that_cannot_be_made_is_the_users_part(tmp_path: Path) -> None:
    """One line with the reason, not a traceback."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match="cannot be made"),
        mailbox_lock(tmp_path / "file" / "locks", "support"),
    ):
        pass
