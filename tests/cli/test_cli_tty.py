"""On a terminal: tables and progress, with strangers' words as harmless as in a pipe."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def on_terminal(*words: str, cwd: Path = ROOT) -> tuple[int, str]:
    """Run the command on a pseudo terminal of 200 columns; its exit code and all that it wrote."""
    master, slave = pty.openpty()
    env = {**os.environ, "COLUMNS": "200", "TERM": "xterm", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mailwatch", *words], cwd=cwd, env=env, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    shown = bytearray()
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: the last one who held the other side has ended.
            break
        shown += piece
    os.close(master)
    return process.wait(60), shown.decode()


def test_table_on_a_terminal() -> None:
    """The table has its heads and cells, and square brackets of a stranger's text stay what they are."""
    code, shown = on_terminal("recognise", "[bold] TrackingID#2402220010002574 [/bold] SRX300")
    assert 0 == code
    assert "TrackingID#2402220010002574" in shown
    assert "Case number" in shown


def test_import_with_progress(tmp_path: Path) -> None:
    """A long task is shown while it runs, and the summary stands there in the end."""
    (tmp_path / "c.yaml").write_text("data: data\ntimezone: UTC\nmailboxes: []\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(
        b"Subject: [bold]\x1b]0;owned\x07 TrackingID#2402220010002574\n\nx\n"
    )
    code, shown = on_terminal("--config", "c.yaml", "import", "in", cwd=tmp_path)
    assert 0 == code, shown
    assert "Reading files" in shown
    assert "1 mail read: 1 filed" in shown
    code, shown = on_terminal("--config", "c.yaml", "cases", cwd=tmp_path)
    assert 0 == code, shown
    assert "[bold]" in shown
    assert "\x1b]0;" not in shown
