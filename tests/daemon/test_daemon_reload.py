"""SIGHUP and SIGTERM of the real process while something hangs: a server, a line, a database."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from servers.daemon import Manager, Running, until
from servers.house import House, build, mailbox_yaml, over
from servers.mailuser import MailUser
from servers.proxy import Proxy
from servers.scripted import SILENCE, ScriptedServer

pytestmark = pytest.mark.server

OFTEN = "digests: []\npoll: 10 s\n"
CASE = "2611020010002574"


def letter(name: str) -> bytes:
    return (
        "From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: RE: mail flow - TrackingID#{CASE}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nhello {name}\r\n"
    ).encode()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(tmp_path)
    yield found
    found.close()


def test_a_server_that_never_answers_holds_up_nobody(
    tmp_path: Path, dovecot_user: MailUser, manager: Manager
) -> None:
    """Reloads go on beside it, the other mailbox is read, log and status name it; SIGTERM is heard."""
    with ScriptedServer(greeting=SILENCE) as server:
        secret = tmp_path / "password"
        silent = mailbox_yaml(
            dovecot_user,
            secret,
            name="silent",
            address="silent@contoso.example",
            host="127.0.0.1",
            port=server.port,
            ca_file=None,
            imap={"tls": "none"},
        )
        house = build(tmp_path, mailbox_yaml(dovecot_user, secret) + silent, dovecot_user.password, OFTEN)
        with Running(house, "-vv", manager=manager) as daemon:
            until(lambda: server.connections == 1, "the line that hangs")
            daemon.until("poll")
            began = time.monotonic()
            daemon.send(signal.SIGHUP)
            daemon.until("reload")
            took = time.monotonic() - began
            daemon.until("held")
            dovecot_user.deliver(letter("meanwhile"))
            until(lambda: any(" filed=1 " in line for line in daemon.events("poll")), "the other mailbox")
            until(lambda: manager.count("the earlier configuration still waits") > 0, "the status")
            # Twice in a row: the second is not forgotten, and both are beside the line that hangs.
            daemon.send(signal.SIGHUP)
            daemon.send(signal.SIGHUP)
            ended = daemon.end()
            assert ended < 5, ended
    assert took < 20, took
    assert 1 == server.connections
    (told,) = daemon.events("old-configuration")
    assert "mailboxes=silent" in told
    assert 1 == len(house.json("show", CASE)["messages"])


def test_a_line_that_stands_still_and_goes_on(tmp_path: Path, dovecot_user: MailUser) -> None:
    """The old thread ends when the line lets it, the new one reads on, the other was read meanwhile."""
    with Proxy(dovecot_user.port) as line:
        other = mailbox_yaml(dovecot_user, tmp_path / "password", name="other", folders=["Cases"])
        dovecot_user.create("Cases")
        slow = mailbox_yaml(
            dovecot_user,
            tmp_path / "password",
            host="127.0.0.1",
            port=line.port,
            ca_file=None,
            imap={"tls": "none"},
        )
        house = build(tmp_path, slow + other, dovecot_user.password, OFTEN)
        with Running(house, "-vv") as daemon:
            daemon.until("poll", 2)
            line.stop()
            dovecot_user.deliver(letter("held"))
            daemon.send(signal.SIGHUP)
            daemon.until("old-configuration")
            daemon.until("reload")
            dovecot_user.deliver(letter("beside"), "Cases")
            until(lambda: any(" filed=1 " in e for e in daemon.events("poll")), "the other mailbox")
            line.go_on()
            daemon.until("old-configuration-ended")
            dovecot_user.deliver(letter("after"))
            until(lambda: "after@example" in names(house), "the mail that came last")
            daemon.end()
    assert ["after@example", "beside@example", "held@example"] == names(house)
    assert [] == house.json("verify")["problems"]
    assert not daemon.events("defect")


def names(house: House) -> list[str]:
    if not house.json("cases"):
        return []
    return sorted(message["message_id"].strip("<>") for message in house.json("show", CASE)["messages"])


def test_the_end_while_the_database_is_held(tmp_path: Path, dovecot_user: MailUser) -> None:
    """At the start and in a reload somebody waits for it; SIGTERM waits for neither."""
    house = over(tmp_path, dovecot_user, more=OFTEN)
    house.run("status")
    with (
        closing(sqlite3.connect(house.data / "mailwatch.db", isolation_level=None)) as other,
        Running(house, "-vv") as daemon,
    ):
        other.execute("BEGIN IMMEDIATE")
        daemon.until("opening")
        assert daemon.end() < 5
    with (
        closing(sqlite3.connect(house.data / "mailwatch.db", isolation_level=None)) as other,
        Running(house, "-vv") as daemon,
    ):
        daemon.until("poll")
        other.execute("BEGIN IMMEDIATE")
        daemon.send(signal.SIGHUP)
        time.sleep(1)  # It is waiting for the database by now, or will soon: either must end.
        assert daemon.end() < 5
    assert not daemon.events("defect")
