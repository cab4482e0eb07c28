"""IDLE against a server that says what it is told to, and against Dovecot."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers.accounts import mailbox_of
from servers.mailuser import MailUser
from servers.scripted import HANG_UP, SILENCE, ScriptedServer

from mailwatch.adapters.imap import ImapAccount, ImapMailbox, Tls, waiting
from mailwatch.errors import TemporaryError

CAPABLE = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\r\nTAG OK done\r\n"


@pytest.fixture
def wake() -> Iterator[tuple[int, Callable[[], None]]]:
    """A descriptor to wait on, and how to make it readable."""
    reading, writing = os.pipe()
    yield reading, lambda: os.write(writing, b"x") and None
    os.close(reading)
    os.close(writing)


def opened(server: ScriptedServer, tmp_path: Path, read_timeout: float = 10) -> ImapMailbox:
    account = ImapAccount(
        "support",
        "127.0.0.1",
        server.port,
        "kim",
        lambda: "secret",
        tls=Tls.NONE,
        read_timeout=read_timeout,
    )
    box = ImapMailbox(account, lambda: tmp_path / "spool")
    box.examine("INBOX")
    return box


@pytest.mark.parametrize(
    ("said", "news"),
    [
        (b"+ idling\r\n* 4 EXISTS\r\n", True),
        (b"+ idling\r\n* OK Still here\r\n* 4 EXISTS\r\n", True),
        (b"+ idling\r\n* 1 FETCH (FLAGS (\\Seen))\r\n", False),
        (b"+ idling\r\n* 2 EXPUNGE\r\n* OK Still here\r\n", False),
        (b"+ idling\r\n", False),
    ],
)
def test_only_arriving_mail_is_news(
    tmp_path: Path, wake: tuple[int, Callable[[], None]], said: bytes, *, news: bool
) -> None:
    """Also where the news comes in one packet with the consent, which no look at the socket shows."""
    with ScriptedServer({"CAPABILITY": CAPABLE, "IDLE": said}) as server:
        # DONE is no command and has no tag; the answer to IDLE comes after it.
        server.script[""] = lambda _: server.tags[-2] + b" OK done\r\n"
        box = opened(server, tmp_path)
        if not news:
            threading.Timer(0.3, wake[1]).start()
        assert news is box.wait(20, wake[0])
        assert ["IDLE", ""] == server.said[-2:]
        box.close()


def test_a_readable_line_that_says_nothing_is_dead(
    tmp_path: Path, wake: tuple[int, Callable[[], None]]
) -> None:
    """The server hangs up in the middle of IDLE: an error at once, no loop of empty answers."""
    with ScriptedServer({"CAPABILITY": CAPABLE, "IDLE": HANG_UP}) as server:
        box = opened(server, tmp_path)
        with pytest.raises(TemporaryError):
            box.wait(20, wake[0])
        assert 1 == server.said.count("IDLE")
        box.close()


def test_waiting_is_given_up_within_five_minutes(
    tmp_path: Path, wake: tuple[int, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is asked for: servers and firewalls forget who waits for hours."""
    assert waiting.RENEW <= 300
    monkeypatch.setattr(waiting, "RENEW", 0.1)
    with ScriptedServer({"CAPABILITY": CAPABLE, "IDLE": b"+ idling\r\n"}) as server:
        server.script[""] = lambda _: server.tags[-2] + b" OK done\r\n"
        box = opened(server, tmp_path)
        assert not box.wait(3600, wake[0])
        box.close()


def test_leaving_idle_hangs_on_no_line(tmp_path: Path, wake: tuple[int, Callable[[], None]]) -> None:
    """Nobody answers DONE: that is found out by the time-out."""
    with ScriptedServer({"CAPABILITY": CAPABLE, "IDLE": b"+ idling\r\n", "": SILENCE}) as server:
        box = opened(server, tmp_path, read_timeout=0.3)
        wake[1]()
        with pytest.raises(TemporaryError):
            box.wait(20, wake[0])
        box.close()


@pytest.mark.parametrize("said", [b"+ idling\r\n* BYE going down\r\n"])
def test_a_goodbye_is_the_end_of_the_line(
    tmp_path: Path, wake: tuple[int, Callable[[], None]], said: bytes
) -> None:
    """BYE in IDLE is a broken line, whatever came with it."""
    with ScriptedServer({"CAPABILITY": CAPABLE, "IDLE": said}) as server:
        box = opened(server, tmp_path)
        with pytest.raises(TemporaryError):
            box.wait(20, wake[0])
        box.close()


@pytest.mark.server
def test_dovecot_tells_of_new_mail(
    dovecot_user: MailUser, tmp_path: Path, wake: tuple[int, Callable[[], None]]
) -> None:
    """A mail that comes while we wait ends the wait, and the line goes on working."""
    box = mailbox_of(dovecot_user, tmp_path)
    assert 0 == box.examine("INBOX").exists
    threading.Timer(0.3, dovecot_user.deliver, [b"Subject: x\r\n\r\nbody\r\n"]).start()
    assert box.wait(60, wake[0])
    assert 1 == len(box.search(1, 100))
    wake[1]()
    assert not box.wait(60, wake[0])
    assert 1 == box.examine("INBOX").exists
    box.close()
