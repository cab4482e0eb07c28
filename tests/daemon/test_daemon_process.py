"""``mailwatch run`` as a real process against Dovecot."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.daemon import Manager, Running, until
from servers.dovecot import DovecotServer
from servers.house import House, over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

NUMBER = "2611020010002574"
NO_DIGEST = "digests: []\n"
RARELY = "poll: 1 h\n" + NO_DIGEST


def letter(name: str, number: str = NUMBER) -> bytes:
    return (
        "From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: RE: mail flow - TrackingID#{number}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nhello {name}\r\n"
    ).encode()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(tmp_path)
    yield found
    found.close()


def messages(house: House, number: str = NUMBER) -> int:
    return len(house.json("show", number)["messages"]) if house.json("cases") else 0


def test_a_day_of_a_daemon(tmp_path: Path, dovecot_user: MailUser, manager: Manager) -> None:
    """Start, first look, mail by IDLE, commands beside it, a second daemon refused, watchdog, end."""
    house = over(tmp_path, dovecot_user, more=RARELY)
    dovecot_user.deliver(letter("a"))
    with Running(house, "-v", manager=manager, watchdog=2) as daemon:
        until(lambda: manager.count("READY=1") == 1, "READY")
        daemon.until("poll")
        # Polls are an hour apart: only the server's word can have brought the second mail.
        dovecot_user.deliver(letter("b"))
        daemon.until("poll", 2)
        until(lambda: messages(house) == 2, "the second mail")
        for words in (["poll"], ["status"], ["reindex"], ["verify"]):
            done = house.process(*words)
            assert 0 == done.returncode, done.stderr
        dovecot_user.deliver(letter("c"))
        until(lambda: messages(house) == 3, "the third mail")
        second = house.process("run")
        assert 2 == second.returncode
        assert "another mailwatch daemon is running" in second.stderr
        until(lambda: manager.count("WATCHDOG=1") >= 3, "the watchdog's food")
        until(lambda: manager.count("STATUS=watching 1 mailbox,") > 0, "the status")
        assert daemon.end() < 5
        until(lambda: manager.count("STOPPING=1") == 1, "STOPPING")
    assert house.json("verify")["ok"]
    assert dovecot_user.password not in "".join(daemon.log + manager.heard)


def test_a_server_that_goes_and_comes_back(tmp_path: Path, own_dovecot: DovecotServer) -> None:
    """Its mail is read once it is back; while it is away, or nothing happens, hardly any CPU is used."""
    user = own_dovecot.new_user()
    house = over(tmp_path, user, more=RARELY)
    user.deliver(letter("a"))
    with Running(house, "-v") as daemon:
        daemon.until("poll")
        time.sleep(1)
        before = daemon.cpu()
        time.sleep(3)
        idle = daemon.cpu() - before
        own_dovecot.kill()
        daemon.until("wait")
        before = daemon.cpu()
        time.sleep(3)
        away = daemon.cpu() - before
        # No alarm is due for an hour; whoever looks sees it now.
        (seen,) = house.json("status")["mailboxes"]
        assert "nobody answers at localhost" in seen["trouble"]
        assert 1 <= seen["failed_in_a_row"] == seen["failed"] < seen["looks"]
        assert "of them failed; the last" in house.run("status").stdout
        own_dovecot.restart()
        user.deliver(letter("b"))
        daemon.until("recovered")
        until(lambda: messages(house) == 2, "the mail that came meanwhile")
        (seen,) = house.json("status")["mailboxes"]
        assert (0, None, None) == (seen["failed_in_a_row"], seen["failing_since"], seen["trouble"])
        daemon.end()
    # A loop without a pause would use as many seconds as went by.
    assert idle < 1, idle
    assert away < 1, away


def test_a_broken_configuration_leaves_the_old_one_in_force(
    tmp_path: Path, dovecot_user: MailUser, manager: Manager
) -> None:
    """SIGHUP says what is wrong and goes on; mended, the new configuration holds without a restart."""
    house = over(tmp_path, dovecot_user, more=RARELY)
    good = house.config.read_text()
    with Running(house, "-v", manager=manager) as daemon:
        until(lambda: manager.count("READY=1") == 1, "READY")
        house.config.write_text(good + "polll: 5 min\n")
        daemon.send(signal.SIGHUP)
        daemon.until("reload-refused", 2)
        assert any("polll" in line for line in daemon.events("reload-refused"))
        until(lambda: manager.count("READY=1") == 2, "READY after the refusal")
        assert 1 == manager.count("RELOADING=1\nMONOTONIC_USEC=")
        dovecot_user.deliver(letter("a"))
        daemon.until("poll")
        house.config.write_text(good.replace(f"data: {house.data}", f"data: {tmp_path}/elsewhere"))
        daemon.send(signal.SIGHUP)
        daemon.until("reload-refused", 3)
        dovecot_user.create("Cases")
        dovecot_user.deliver(letter("b"), "Cases")
        house.config.write_text(good.replace('["INBOX"]', '["INBOX", "Cases"]'))
        daemon.send(signal.SIGHUP)
        daemon.until("reload")
        until(lambda: messages(house) == 2, "the mail of the folder that is new in the configuration")
        daemon.end()
    assert 1 == len(daemon.events("start"))


def test_the_end_in_the_middle_of_years_of_mail(tmp_path: Path, dovecot: DovecotServer) -> None:
    """SIGTERM ends it within five seconds; the next start reads the rest, nothing lost, nothing twice."""
    user = dovecot.new_user()
    user.deliver(letter("first"))
    total = 1 + dovecot.fill(user.name, (letter(f"m{n}") for n in range(1500)))
    house = over(tmp_path, user, more=NO_DIGEST)
    with Running(house, "-v") as daemon:
        until(lambda: any((house.data / "archive").glob("??/??/*.eml")), "the first original")
        assert daemon.end() < 5
    kept = house.json("status")["messages"]
    assert 0 < kept < total
    with Running(house, "-v") as daemon:
        until(lambda: house.json("status")["messages"] == total, "the rest")
        # New mail does not wait for older mail; here there is none left.
        user.deliver(letter("new"))
        until(lambda: house.json("status")["messages"] == total + 1, "new mail")
        daemon.end()
    verified = house.json("verify")
    assert (True, []) == (verified["ok"], verified["problems"])
    assert total + 1 == messages(house)


def test_a_digest_goes_out_once_whatever_is_restarted(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Due at midnight, when mailwatch did not run: sent once at the start, and not again by the next."""
    daily = (
        "digests: [{name: daily, to: [kim@contoso.example], at: 00:00, "
        "days: [mon, tue, wed, thu, fri, sat, sun]}]\n"
    )
    house = over(tmp_path, dovecot_user, more=daily)
    dovecot_user.deliver(letter("a"))
    with Running(house) as daemon:
        daemon.until("digest")
        daemon.end()
    with Running(house, "-vv") as daemon:
        daemon.until("digests-looked-at")
        daemon.end()
    sent = [mail for mail in dovecot_user.dump() if b"\nMailwatch-Digest: " in mail.raw]
    assert 1 == len(sent)
    assert [] == daemon.events("digest")
