"""The real process while its disk is full: one clear line, no busy loop, and it goes on by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from servers.daemon import Running, until
from servers.house import House, over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

QUIET = "digests: []\npoll: 10 s\n"
NUMBER = "2611020010002574"


def letter(name: str, size: int = 10) -> bytes:
    return (
        "From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: Mail flow stops - TrackingID#{NUMBER}\r\nMessage-ID: <{name}@example>\r\n"
        "Date: Mon, 02 Nov 2026 09:00:00 +0900\r\n\r\n"
    ).encode() + b"The mailbox is slow since Monday.\r\n" * size


def names(house: House) -> list[str]:
    """The mails of the case, each as often as it is there."""
    return sorted(message["message_id"].strip("<>") for message in house.json("show", NUMBER)["messages"])


def read_well(daemon: Running, fetched: int) -> bool:
    """Whether a good pass brought so many mails."""
    good = [line for line in daemon.events("poll") if " good=1 " in line]
    return any(f" fetched={fetched} " in line for line in good)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of some megabytes as data folder."""
    place = tmp_path / "data"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(ballast: Path) -> None:
    """Take all the room there is, whoever else takes of it meanwhile."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file system that is full")
def test_a_disk_that_is_full_for_a_while(tmp_path: Path, small_disk: Path, dovecot_user: MailUser) -> None:
    """A mail that comes meanwhile waits on the server, and is filed once when there is room."""
    house = over(tmp_path, dovecot_user, more=QUIET)
    dovecot_user.deliver(letter("before"))
    with Running(house, "-vv") as daemon:
        until(lambda: read_well(daemon, 1), "the first mail")
        ballast = small_disk / "ballast"
        fill_up(ballast)
        dovecot_user.deliver(letter("meanwhile", 2000))
        used = daemon.cpu()
        daemon.until("wait")
        assert any("full" in line or "room" in line for line in daemon.events("trouble")), daemon.log
        daemon.until("wait", 2)
        assert daemon.cpu() - used < 5
        ballast.unlink()
        daemon.until("recovered")
        daemon.end()
    assert not daemon.events("defect")
    assert ["before@example", "meanwhile@example"] == names(house)
    assert [] == house.json("verify")["problems"]
