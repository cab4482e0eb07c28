"""What goes wrong on this machine: configuration, disk, database, rights. One line, the right exit code."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from servers.house import House, build, over
from servers.mailuser import MailUser

from mailwatch.adapters.sql import engine

NUMBER = "2611020010002574"
MEND, LATER = 2, 75
ROOT = os.geteuid() == 0


def letter(name: str, body: bytes = b"Hello\n") -> bytes:
    return (
        f"From: support@mail.support.microsoft.com\nTo: kim@contoso.example\n"
        f"Subject: Mail flow stops - TrackingID#{NUMBER}\nMessage-ID: <{name}@example>\n"
        f"Date: Mon, 02 Nov 2026 09:00:00 +0900\n\n"
    ).encode() + body


def told(done: Result | subprocess.CompletedProcess[str], code: int) -> list[str]:
    """What is said on standard error: no traceback, and nothing on standard output."""
    got = done.exit_code if isinstance(done, Result) else done.returncode
    assert (code, "") == (got, done.stdout), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def names(house: House) -> set[str]:
    return {(message["message_id"] or "").strip("<>") for message in house.json("show", NUMBER)["messages"]}


# ── configuration ─────────────────────────────────────────────────────────────


ENTRY = """\
data: x
timezone: Asia/Seoul
mailboxes:
  - {{name: {}, address: a@b.example, imap: {}, password: {{env: X}}}}
"""
SECOND = "  - {name: box, address: c@b.example, imap: {host: h}, password: {env: X}}\n"


@pytest.mark.parametrize(
    ("text", "place", "english", "korean"),
    [
        ("data: [\n", "config.yaml:2:1", "", ""),
        ("data: x\ntimezon: Asia/Seoul\n", "config.yaml:2:1", "did you mean timezone?", "timezone"),
        ("data: x\nmailboxes: 7\n", "config.yaml:2:1: mailboxes", "expected a list", "목록"),
        (
            ENTRY.format("a", "{host: h, port: many}"),
            "config.yaml:4:53: mailboxes.0.imap.port",
            "expected a whole number",
            "port",
        ),
        (
            ENTRY.format("Box", "{host: h}") + SECOND,
            "config.yaml:5:6: mailboxes.1.name",
            "the name box is taken already",
            "box",
        ),
    ],
    ids=["syntax", "unknown key", "wrong type", "wrong value", "two mailboxes of one name"],
)
@pytest.mark.parametrize("command", ["poll", "check", "cases"])
def test_a_broken_configuration(
    *, tmp_path: Path, text: str, place: str, english: str, korean: str, command: str
) -> None:
    """Every command names file, line and column, and has touched nothing."""
    house = House(tmp_path)
    house.config.write_text(text)
    lines = told(house.run(command), MEND)
    assert any(place in line and english in line for line in lines), lines
    lines = told(house.run(command, lang="ko"), MEND)
    assert any(place in line and korean in line for line in lines), lines
    assert ["config.yaml"] == [path.name for path in tmp_path.iterdir()]


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    """The path that was asked for is named."""
    (first, *_) = told(House(tmp_path).run("poll"), MEND)
    assert str(tmp_path / "config.yaml") in first


# ── a full disk ───────────────────────────────────────────────────────────────


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    if not ROOT:
        pytest.skip("only root can mount a small file system")
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this machine does not let us mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(folder: Path, leave: int) -> Path:
    """A file that leaves ``leave`` bytes free."""
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast.write_bytes(b"\0" * max(0, free - leave))
    return ballast


@pytest.mark.server
@pytest.mark.parametrize("kib", [0, 64, 256, 700])
def test_a_full_disk(small: Path, dovecot_user: MailUser, kib: int) -> None:
    """Wherever it strikes: one line, to be tried later; with room again everything comes in."""
    house = over(small, dovecot_user)
    assert 0 == house.run("poll").exit_code
    dovecot_user.deliver_many([letter(str(n), b"x" * 70 * 8000 + b"\n") for n in range(2)])
    ballast = fill_up(small, kib * 1024)
    line = " ".join(told(house.run("poll"), LATER))
    assert "is full" in line
    assert " → make room" in line
    line = " ".join(told(house.run("poll", lang="ko"), LATER))
    assert "공간" in line
    assert "is full" not in line
    ballast.unlink()
    report = house.json("poll")
    assert (0, []) == (report["quarantined"], report["errors"])
    assert {"0@example", "1@example"} == names(house)
    assert house.json("verify")["ok"]


@pytest.mark.server
def test_a_disk_that_is_full_from_the_start(small: Path, dovecot_user: MailUser) -> None:
    """Not even the database can be made; afterwards it can."""
    house = over(small, dovecot_user)
    ballast = fill_up(small, 16 * 1024)
    done = house.run("poll")
    assert "full" in told(done, LATER)[0]
    ballast.unlink()
    assert 0 == house.run("poll").exit_code


@pytest.mark.server
def test_a_big_mail_on_a_full_disk(small: Path, dovecot_user: MailUser) -> None:
    """Its pieces find no room; the pieces that were there are cleared away."""
    dovecot_user.deliver(letter("big", b"x" * 70 * 140_000 + b"\n"))
    house = over(small, dovecot_user)
    (line,) = told(house.run("poll"), LATER)
    assert "full" in line
    assert [] == [path for path in (house.data / "archive").rglob("*") if path.is_file()]


# ── rights ────────────────────────────────────────────────────────────────────


@pytest.fixture
def bound() -> list[str]:
    """Starts a program that file modes hold for: root is above them unless he gives that up."""
    if not ROOT:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux), by which root obeys file modes, is not installed")
    drop = "-dac_override,-dac_read_search"
    return ["setpriv", "--bounding-set", drop, "--inh-caps", drop]


def closed(house: House, what: str) -> list[Path]:
    return {
        "the database": [house.data / "mailwatch.db"],
        "the data folder": [house.data],
        "the archive": [house.data / "archive"],
        "the journal": [*(house.data / "ledger").rglob("*.jsonl")],
    }[what]


@pytest.mark.server
@pytest.mark.parametrize("what", ["the database", "the data folder", "the archive", "the journal"])
def test_what_may_not_be_written(tmp_path: Path, dovecot_user: MailUser, bound: list[str], what: str) -> None:
    """One line names it and says who must be given the right; with the right everything comes in."""
    house = over(tmp_path, dovecot_user)
    assert 0 == house.run("poll").exit_code
    dovecot_user.deliver(letter("a"))
    places = closed(house, what)
    assert places
    modes = {path: path.stat().st_mode & 0o777 for path in places}
    for path in places:
        path.chmod(0o500 if path.is_dir() else 0o400)
    lines = told(house.process("poll", through=bound), MEND)
    assert any("cannot be" in line for line in lines), lines
    assert any("→" in line for line in lines), lines
    korean = told(house.process("poll", lang="ko", through=bound), MEND)
    assert "cannot be" not in " ".join(korean)
    for path, mode in modes.items():
        path.chmod(mode)
    report = house.json("poll")
    assert (0, []) == (report["quarantined"], report["errors"])
    assert {"a@example"} == names(house)
    assert house.json("verify")["ok"]


@pytest.mark.skipif(not ROOT, reason="only root can be somebody else for a while")
def test_a_data_folder_of_somebody_else() -> None:
    """Root becomes its owner; anybody else gets one line that says how."""
    folder = Path(tempfile.mkdtemp(prefix="mwhouse", dir="/tmp"))
    try:
        folder.chmod(0o755)
        house = build(folder, "")
        assert 0 == house.run("cases").exit_code
        os.seteuid(pwd.getpwnam("daemon").pw_uid)
        try:
            lines = told(house.run("cases"), MEND)
            korean = told(house.run("cases", lang="ko"), MEND)
        finally:
            os.seteuid(0)
    finally:
        shutil.rmtree(folder)
    assert f"the data folder {house.data} belongs to root; you are daemon" in lines[0]
    assert "sudo mailwatch" in lines[1]
    assert "daemon" in korean[0]
    assert "belongs" not in korean[0]


# ── the database ──────────────────────────────────────────────────────────────


@pytest.mark.server
def test_a_database_that_another_program_holds(
    tmp_path: Path, dovecot_user: MailUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a patient while: one line, to be tried later; nothing was fetched in vain."""
    house = over(tmp_path, dovecot_user)
    assert 0 == house.run("poll").exit_code
    dovecot_user.deliver(letter("a"))
    monkeypatch.setattr(
        engine,
        "_PRAGMAS",
        tuple(p if "busy_timeout" not in p else "PRAGMA busy_timeout = 200" for p in engine._PRAGMAS),
    )
    other = sqlite3.connect(house.data / "mailwatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    lines = told(house.run("poll"), LATER)
    assert "the database is busy" in lines[0]
    assert "the database is busy" not in told(house.run("poll", lang="ko"), LATER)[0]
    other.execute("ROLLBACK")
    other.close()
    assert 1 == house.json("poll")["filed"]


@pytest.mark.server
def test_a_damaged_database_is_made_again(tmp_path: Path, dovecot_user: MailUser) -> None:
    """One line says how; archive and journals bring everything back."""
    dovecot_user.deliver(letter("a"))
    house = over(tmp_path, dovecot_user)
    assert 1 == house.json("poll")["filed"]
    for path in house.data.glob("mailwatch.db*"):
        path.unlink()
    (house.data / "mailwatch.db").touch(mode=0o600)
    (house.data / "mailwatch.db").write_bytes(b"this is no database" * 1000)
    lines = told(house.run("poll"), MEND)
    assert "the database is damaged" in lines[0]
    assert "mailwatch reindex --from" in lines[1]
    (house.data / "mailwatch.db").unlink()
    assert 0 == house.run("reindex", "--from", str(house.data)).exit_code
    assert {"a@example"} == names(house)
    assert house.json("verify")["ok"]


def test_a_held_mail_whose_original_is_gone(tmp_path: Path) -> None:
    """A retry says so in one line, and verify names it."""
    house = build(tmp_path, "")
    mail = tmp_path / "deep.eml"
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(300))
    mail.write_bytes(letter("deep").removesuffix(b"\nHello\n") + heads.encode() + b"\nHello\n")
    assert 1 == house.json("import", str(mail))["quarantined"]
    (held,) = house.json("quarantine")
    (original,) = (house.data / "archive").rglob("*.eml")
    original.unlink()
    text = "\n".join(told(house.run("quarantine", "retry"), MEND))
    assert f"the mail {held['sha256']} in quarantine is not in the archive" in text
    assert "mailwatch verify" in text
    done = house.run("verify", "--json")
    assert ["original-missing"] == [p["code"] for p in json.loads(done.stdout)["problems"]]


# ── import ────────────────────────────────────────────────────────────────────


def test_import_of_what_mail_programs_leave_behind(tmp_path: Path) -> None:
    """An mbox with LF and a Maildir, each mail byte for byte; twice changes nothing."""
    house = build(tmp_path, "")
    separator = b"From x Mon Nov  2 09:00:00 2026\n"
    (tmp_path / "old.mbox").write_bytes(separator + letter("m1") + b"\n" + separator + letter("m2") + b"\n")
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    (tmp_path / "Maildir" / "cur" / "1.x:2,S").write_bytes(letter("c1"))
    (tmp_path / "Maildir" / "new" / "2.x").write_bytes(letter("n1"))
    paths = [str(tmp_path / "old.mbox"), str(tmp_path / "Maildir")]
    report = house.json("import", *paths)
    assert (4, 4, []) == (report["fetched"], report["filed"], report["errors"])
    kept = {path.read_bytes() for path in (house.data / "archive").rglob("*.eml")}
    assert {letter("m1"), letter("m2"), letter("c1"), letter("n1")} == kept
    again = house.json("import", *paths)
    assert (0, 4) == (again["filed"], again["same"])


def test_import_past_a_file_that_may_not_be_read(tmp_path: Path, bound: list[str]) -> None:
    """All other mails are filed, the one is named with what to do, and comes in when it can be read."""
    house = build(tmp_path, "")
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "in" / f"{name}.eml").write_bytes(letter(name))
    mail = tmp_path / "in" / "b.eml"
    mail.chmod(0)
    done = house.process("import", str(tmp_path / "in"), through=bound)
    assert (MEND, True) == (done.returncode, done.stdout.startswith("2 mails read: 2 filed")), done.stderr
    (line,) = done.stderr.splitlines()
    assert f"{mail} cannot be read: Permission denied → give the user" in line
    korean = house.process("import", str(tmp_path / "in"), lang="ko", through=bound).stderr
    assert str(mail) in korean
    assert "cannot be read" not in korean
    mail.chmod(0o600)
    assert 1 == house.json("import", str(tmp_path / "in"))["filed"]
