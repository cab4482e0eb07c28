"""The real process among servers that hang, wrong passwords and configurations, and as process 1."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from servers.daemon import Manager, Running, until
from servers.house import build, mailbox_yaml, over
from servers.mailuser import MailUser
from servers.scripted import ScriptedServer

pytestmark = pytest.mark.server

QUIET = "digests: []\npoll: 1 min\n"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(tmp_path)
    yield found
    found.close()


def scripted(folder: Path, server: ScriptedServer, name: str = "support") -> str:
    return (
        f"  - name: {name}\n    address: {name}@contoso.example\n"
        f"    imap: {{host: 127.0.0.1, port: {server.port}, tls: none}}\n"
        f"    password: {{file: {folder / 'password'}}}\n    folders: [INBOX]\n"
    )


def test_the_end_while_a_server_hangs_in_mid_literal(tmp_path: Path) -> None:
    """It promised 9000 bytes and sent six: SIGTERM waits for no server, and nothing of that mail is kept."""
    script = {
        "UID SEARCH": b"* SEARCH 1\r\nTAG OK done\r\n",
        "UID FETCH": b"* 1 FETCH (UID 1 RFC822.SIZE 9000 BODY[] {9000}\r\nFrom: ",
    }
    with ScriptedServer(script) as server:
        house = build(tmp_path, scripted(tmp_path, server), "pa55", QUIET)
        with Running(house, "-v") as daemon:
            until(lambda: any("UID FETCH" in line for line in server.said), "the fetch")
            daemon.end()
            (told,) = daemon.events("stop")
    # From the signal to here; nothing that comes after waits for anybody. The limit leaves two seconds.
    assert float(_value(told, "seconds")) < 5, told
    assert "abandoned" == _value(told, "batch")
    assert 0 == house.json("status")["messages"]


def _value(line: str, key: str) -> str:
    return next(word.removeprefix(f"{key}=") for word in line.split() if word.startswith(f"{key}="))


def test_a_wrong_password_is_tried_once_and_then_seldom(tmp_path: Path) -> None:
    """A server that locks users out counts log-ins: one in the first minutes, whatever rings, little CPU."""
    no = b"TAG NO [AUTHENTICATIONFAILED] wrong\r\n"
    with ScriptedServer({"LOGIN": no, "AUTHENTICATE": no}) as server:
        house = build(tmp_path, scripted(tmp_path, server), "pa55", "digests: []\npoll: 10 s\n")
        with Running(house, "-v") as daemon:
            daemon.until("wait")
            before = daemon.cpu()
            time.sleep(15)  # One poll at least is due in here.
            used = daemon.cpu() - before
            daemon.end()
        tries = sum(line.startswith(("LOGIN", "AUTHENTICATE")) for line in server.said)
    assert 1 == tries, server.said
    assert used < 1, used


def test_a_password_that_was_mended_is_tried_with_the_next_reload(
    tmp_path: Path, dovecot_user: MailUser
) -> None:
    """The file is read at each log-in; who reloads need not wait for the quarter of an hour to pass."""
    house = over(tmp_path, dovecot_user, more=QUIET)
    secret = tmp_path / "password"
    secret.write_text("not-this")
    with Running(house, "-vv") as daemon:
        daemon.until("wait")
        secret.write_text(dovecot_user.password)
        daemon.send(signal.SIGHUP)
        daemon.until("recovered")
        daemon.end()
    assert 1 == len(daemon.events("wait"))


def test_a_missing_credential_costs_one_mailbox(
    tmp_path: Path, dovecot_user: MailUser, manager: Manager
) -> None:
    """The others are read; the status names the one, and what is missing."""
    secret = tmp_path / "password"
    listed = mailbox_yaml(dovecot_user, secret) + mailbox_yaml(
        dovecot_user, tmp_path / "nowhere", name="billing", address="billing@contoso.example"
    )
    house = build(tmp_path, listed, dovecot_user.password, QUIET)
    with Running(house, "-vv", manager=manager) as daemon:
        daemon.until("poll")
        daemon.until("wait")
        until(lambda: manager.count("STATUS=in trouble: 1 of 2 mailboxes; billing") > 0, "the status")
        assert any("mailbox=support" in line for line in daemon.events("poll"))
        assert any("nowhere" in line for line in daemon.events("trouble"))
        assert daemon.end() < 5


def test_a_refused_configuration_stands_in_the_status_until_it_is_mended(
    tmp_path: Path, dovecot_user: MailUser, manager: Manager
) -> None:
    """Who looks at systemctl status after a reload sees that it was not taken over, and the line to mend."""
    house = over(tmp_path, dovecot_user, more=QUIET)
    good = house.config.read_text()
    with Running(house, "-vv", manager=manager) as daemon:
        daemon.until("poll")
        house.config.write_text(good + "polll: 5 min\n")
        daemon.send(signal.SIGHUP)
        until(lambda: manager.count("the old configuration is in force") > 0, "the status")
        told = next(words for words in manager.heard if "the old configuration is in force" in words)
        assert "polll" in told
        house.config.write_text(good)
        daemon.send(signal.SIGHUP)
        daemon.until("reload")
        seen = len(manager.heard)
        until(lambda: any("STATUS=" in words for words in manager.heard[seen - 1 :]), "the next status")
        assert "in force" not in manager.heard[-1]
        daemon.end()


def test_mailboxes_come_and_go_with_the_configuration(tmp_path: Path, dovecot_user: MailUser) -> None:
    """A second one is read from SIGHUP on, the first one is let alone from the next SIGHUP on."""
    house = over(tmp_path, dovecot_user, more=QUIET)
    good = house.config.read_text()
    one = mailbox_yaml(dovecot_user, tmp_path / "password")
    two = mailbox_yaml(dovecot_user, tmp_path / "password", name="billing", address="billing@contoso.example")
    with Running(house, "-vv") as daemon:
        daemon.until("poll")
        house.config.write_text(good.replace(one, one + two))
        daemon.send(signal.SIGHUP)
        daemon.until("reload")
        until(lambda: any("mailbox=billing" in line for line in daemon.events("poll")), "the new one")
        house.config.write_text(good.replace(one, two))
        daemon.send(signal.SIGHUP)
        daemon.until("reload", 2)
        second = max(n for n, line in enumerate(daemon.log) if "event=reload" in line)
        until(lambda: any("event=poll" in line for line in daemon.log[second:]), "a look after it")
        after = [line for line in daemon.log[second:] if "event=poll" in line]
        assert all("mailbox=billing" in line for line in after)
        daemon.end()
    assert ["mailboxes=2", "mailboxes=1"] == [line.split()[-1] for line in daemon.events("reload")]


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root makes a namespace of processes"
)
def test_as_process_1(tmp_path: Path, dovecot_user: MailUser) -> None:
    """As in a container: SIGTERM ends it although process 1 has no default actions; nothing is left over."""
    house = over(tmp_path, dovecot_user, more=QUIET)
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount-proc", *house.command("-vv", "run")], stderr=out
        )
    try:
        until(lambda: b"event=poll" in log.read_bytes(), "the first look")
        assert b"pid=1" in log.read_bytes()
        (daemon,) = psutil.Process(process.pid).children()
        family = daemon.children(recursive=True)
        daemon.send_signal(signal.SIGTERM)
        assert 0 == process.wait(timeout=30)
        assert not any(child.is_running() for child in family)
    finally:
        process.kill()
        process.wait()
    assert b"event=stop batch=committed" in log.read_bytes()
    assert house.json("verify")["ok"]
