"""A data folder that can only be read: what reads works, what writes says why it cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from servers.house import House, build
from sqlalchemy import make_url

from mailwatch.adapters.sql import read_only
from mailwatch.errors import TemporaryError

NUMBER = "2611020010002574"
MAIL = (
    f"From: support@mail.support.microsoft.com\nTo: kim@contoso.example\n"
    f"Subject: Mail flow stops - TrackingID#{NUMBER}\nMessage-ID: <a@example>\n"
    f"Date: Mon, 02 Nov 2026 09:00:00 +0900\n\nHello\n"
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """One mail is filed."""
    made = build(tmp_path, "")
    (tmp_path / "a.eml").write_text(MAIL)
    assert 1 == made.json("import", str(tmp_path / "a.eml"))["filed"]
    return made


@pytest.fixture
def closed(house: House, tmp_path: Path) -> Iterator[House]:
    """The same, its data seen through a mount that allows no writing; they can be written to beside it."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    beside = tmp_path / "beside"
    house.data.rename(beside)
    house.data.mkdir()
    made = subprocess.run(["mount", "--bind", beside, house.data], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this machine does not let us mount a file system")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", house.data], check=True)
        yield house
    finally:
        subprocess.run(["umount", "-l", house.data], check=True)


def test_what_reads_works_and_what_writes_says_why_not(closed: House, tmp_path: Path) -> None:
    """A copy can be made of it, too; nothing is called a matter of rights."""
    assert [NUMBER] == [case["number"] for case in closed.json("cases")]
    assert 1 == len(closed.json("show", NUMBER)["messages"])
    assert [NUMBER] == [hit["number"] for hit in closed.json("search", "hello")]
    assert 1 == closed.json("status")["messages"]
    assert [] == closed.json("quarantine")
    assert (True, []) == (closed.json("verify")["ok"], closed.json("verify")["problems"])
    assert 0 == closed.run("backup", str(tmp_path / "copy")).exit_code
    assert 1 == len([*(tmp_path / "copy" / "archive").rglob("*.eml")])
    for words in (["import", str(tmp_path / "a.eml")], ["file", "a" * 8, "none"], ["reindex"]):
        done = closed.run(*words)
        assert (2, "") == (done.exit_code, done.stdout)
        assert "mailwatch.db cannot be written to: its file system is mounted read-only" in done.stderr
        assert "findmnt -T" in done.stderr
        assert "읽기 전용" in closed.run(*words, lang="ko").stderr


def test_what_somebody_else_writes_meanwhile(closed: House, tmp_path: Path) -> None:
    """A write-ahead log is read with its index; where that is not safe, it is said, and nothing is shown."""
    beside = tmp_path / "beside" / "mailwatch.db"
    engine = read_only.connect(make_url(f"sqlite:///{closed.data}/mailwatch.db"))
    assert engine is not None
    read_only.refuse_changed(engine)
    os.utime(beside, ns=(1, 1))
    with pytest.raises(TemporaryError, match="was written to while it was being read"):
        read_only.refuse_changed(engine)
    with closing(sqlite3.connect(beside)) as writer:
        writer.execute("UPDATE settings SET value = 'told-late' WHERE name = 'ledger'")
        writer.commit()
        with closing(read_only.open_reading(closed.data / "mailwatch.db")) as reader:
            row = reader.execute("SELECT value FROM settings WHERE name = 'ledger'").fetchone()
        assert ("told-late",) == row
        held = shutil.copy(beside.with_name("mailwatch.db-wal"), tmp_path)
    shutil.copy(held, beside.with_name("mailwatch.db-wal"))
    done = closed.run("cases")
    assert 2 == done.exit_code
    assert "mailwatch.db-wal, which can be read only where it can be written to" in done.stderr
    assert "copy" in done.stderr


def test_a_log_on_the_same_disk_is_no_obstacle(closed: House) -> None:
    """To those who read; to the others it is."""
    with closed.config.open("a") as file:
        file.write(f"log: {{file: {closed.data}/log}}\n")
    assert [NUMBER] == [case["number"] for case in closed.json("cases")]
    assert "the log" in closed.run("cases").stderr
    assert 2 == closed.run("reindex").exit_code
