"""Whose files mailwatch works on. Each case runs in a process of its own, as there is no way back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRANGER = 54321  # Nobody's user id: there is no entry for it in the list of users.

BECOME = """
import os, sys
from pathlib import Path
from mailwatch.cli.identity import become_owner
from mailwatch.errors import ConfigError
if sys.argv[2]:
    os.setgroups([]); os.setresgid(*[int(sys.argv[2])] * 3); os.setresuid(*[int(sys.argv[2])] * 3)
try:
    become_owner(Path(sys.argv[1]))
except ConfigError as error:
    print(error); print(error.mend); sys.exit(2)
print(os.getresuid(), os.getresgid(), sorted(os.getgroups()))
print(os.getcwd())
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def become(data: Path, start_as: str = "", cwd: Path = ROOT) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", BECOME, str(data), start_as],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def open_the_way_to(folder: Path) -> None:
    """Folders of tests are closed to other users, at two levels or, run in parallel, at three."""
    for path in (folder, *folder.parents):
        if path.owner() == "root" and path.name.startswith(("pytest-", "popen-", "test_")):
            path.chmod(0o755)


@needs_root
def test_root_becomes_the_owner_for_good(tmp_path: Path) -> None:
    """Real, effective and saved ids and all groups are the owner's: nothing of root is left."""
    os.chown(tmp_path, STRANGER, STRANGER)
    ids = (STRANGER,) * 3
    code, [line, _] = become(tmp_path)
    assert (0, f"{ids} {ids} [{STRANGER}]") == (code, line)


@needs_root
def test_another_user_is_told_in_one_line(tmp_path: Path) -> None:
    """Who is neither root nor the owner learns whose the folder is and what to run."""
    open_the_way_to(tmp_path)
    code, lines = become(tmp_path, start_as=str(STRANGER))
    assert 2 == code
    assert [
        f"the data folder {tmp_path} belongs to root; you are {STRANGER}",
        "run: sudo mailwatch …",
    ] == lines


def test_owner_stays_himself(tmp_path: Path) -> None:
    """Nothing changes for the owner, nor where there is no folder yet."""
    me = (os.getuid(),) * 3
    for folder in (tmp_path, tmp_path / "not-there-yet"):
        code, [line, _] = become(folder)
        assert 0 == code
        assert line.startswith(f"{me}")


@needs_root
def test_a_folder_that_is_closed_to_the_owner_is_left(tmp_path: Path) -> None:
    """``sudo mailwatch`` typed in /root: the workers start in the current folder and must be able to."""
    data, closed = tmp_path / "data", tmp_path / "closed"
    inner = closed / "open"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    data.mkdir()
    os.chown(data, STRANGER, STRANGER)
    open_the_way_to(tmp_path)
    assert "/" == become(data, cwd=closed)[1][-1]
    assert "/" == become(data, cwd=inner)[1][-1]
    assert "/" == become(data, start_as=str(STRANGER), cwd=inner)[1][-1]
    closed.chmod(0o755)
    assert str(closed) == become(data, cwd=closed)[1][-1]
