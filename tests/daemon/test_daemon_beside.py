"""Every command beside a running daemon, all at once, on both kinds of database."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from fakes.books import BACKENDS
from servers.daemon import Running, until
from servers.house import House, over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

CASE = "2611020010002574"
IMPORTED = "2611020010009999"
QUIET = "poll: 1 h\ndigests: []\n"


def letter(name: str, number: str = CASE, sender: str = "support@mail.support.microsoft.com") -> bytes:
    subject = f"RE: mail flow - TrackingID#{number}" if number else "Lunch?"
    return (
        f"From: {sender}\r\nTo: kim@contoso.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{name}@example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nhello {name}\r\n"
    ).encode()


@pytest.fixture(params=BACKENDS)
def house(request: pytest.FixtureRequest, tmp_path: Path, dovecot_user: MailUser) -> House:
    more = QUIET
    if request.param != "sqlite":
        secret = tmp_path / "database"
        secret.write_text(request.getfixturevalue("postgresql").new_database())
        secret.chmod(0o600)
        more += f"database: {{file: {secret}}}\n"
    return over(tmp_path, dovecot_user, more=more, folders=[{"name": "INBOX", "rename": "replace"}])


def at_once(house: House, *commands: list[str]) -> list[str]:
    """Start all of them, then wait for all; what each has written. None fails, none speaks of a lock."""
    started = [
        subprocess.Popen(house.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for words in commands
    ]
    said = []
    for words, process in zip(commands, started, strict=True):
        out, err = process.communicate(timeout=300)
        assert (0, False) == (process.returncode, "locked" in err), (words, err)
        said.append(out)
    return said


def test_every_command_beside_the_daemon(house: House, dovecot_user: MailUser, tmp_path: Path) -> None:
    """Mail goes on coming while others read, decide, rebuild and copy; then every word is in the books."""
    dovecot_user.deliver(letter("a"))
    dovecot_user.deliver(letter("private", "", "lee@contoso.example"))
    files = []
    for share in ("one", "two"):
        folder = tmp_path / share
        folder.mkdir()
        for index in range(5):
            (folder / f"{index}.eml").write_bytes(letter(f"{share}-{index}", IMPORTED))
        files.append(str(folder))
    with Running(house, "-v") as daemon:
        daemon.until("poll")
        dovecot_user.deliver_many([letter(f"b-{index}") for index in range(5)])
        said = at_once(
            house,
            ["import", *sorted(str(p) for p in Path(files[0]).iterdir())],
            ["import", *sorted(str(p) for p in Path(files[1]).iterdir())],
            ["cases", "--json"],
            ["search", "hello"],
            ["file", "private@example", CASE],
            ["rename"],
            ["reindex"],
            ["quarantine"],
            ["verify", "--json"],
            ["backup", str(tmp_path / "backup"), "--json"],
        )
        assert json.loads(said[8])["problems"] == []
        dovecot_user.deliver(letter("c"))
        until(lambda: len(house.json("show", CASE)["messages"]) == 8, "the mail that came last")
        daemon.end()
    assert not [line for line in daemon.log if "locked" in line or "Traceback" in line]
    told = {case["number"]: case["messages"] for case in house.json("cases")}
    assert told == {CASE: 8, IMPORTED: 10}
    by_rule = {
        m["message_id"].strip("<>"): m["filed_by"]["rule"] for m in house.json("show", CASE)["messages"]
    }
    assert by_rule["private@example"] == "person"
    verified = house.json("verify")
    assert (verified["ok"], verified["problems"]) == (True, [])
    assert house.json("reindex")["changed"] == []
