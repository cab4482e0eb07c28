"""The real commands on mailboxes of the kinds of Gmail and Exchange: nothing of the user's is ever altered.

What cannot be renamed safely there is not renamed, and ``check`` says why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.exchange import NOT_CONNECTED, THROTTLED, Exchange, exchange_server
from servers.gmail import ALL, BIN, gmail_server
from servers.house import House, over
from servers.mailuser import MailUser
from servers.odd_pymap import OddServer
from torture.starter import Ended, Starter

NUMBER = "2611020010002574"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    with Starter(tmp_path_factory.mktemp("launcher")) as one:
        yield one


@pytest.fixture(scope="module")
def gmail() -> Iterator[OddServer]:
    server = gmail_server().start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def exchange() -> Iterator[OddServer]:
    server = exchange_server().start()
    yield server
    server.close()


class Desk:
    """Commands over one mailbox."""

    def __init__(self, starter: Starter, house: House, user: MailUser) -> None:
        self._starter, self._house, self.user = starter, house, user

    def run(self, *words: str) -> Ended:
        return self._starter.run("--config", str(self._house.config), "--lang", "en", *words)

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        return json.loads(done.out)

    def renaming(self) -> list[tuple[bool | None, str]]:
        """What ``check`` says of it, without the day."""
        rows = [row for row in self.json("check") if row["check"] == "support: renaming"]
        return [(row["ok"], row["detail"].split(";")[0]) for row in rows]

    def lying(self) -> dict[str, Counter[tuple[bytes, frozenset[str]]]]:
        """Bytes and flags of all mails by folder; empty folders left out."""
        with self.user.client() as client:
            names = [name for marks, _, name in client.list_folders() if b"\\Noselect" not in marks]
        found = {name: Counter((m.raw, m.flags) for m in self.user.dump(name)) for name in names}
        return {name: mails for name, mails in found.items() if mails}


@pytest.fixture
def desk(tmp_path: Path, starter: Starter) -> Callable[..., Desk]:
    def make(user: MailUser, mode: str, *folders: str) -> Desk:
        listed = [{"name": "INBOX", "rename": mode}, *folders]
        more = "rename: {settle: 0 s, backlog: true}\n"
        house = over(tmp_path, user, port=user.port, imap={"tls": "none"}, folders=listed, more=more)
        return Desk(starter, house, user)

    return make


def letter(name: str, subject: str = f"Mail flow stops - TrackingID#{NUMBER}", body: str = "Hello") -> bytes:
    return (
        f"from: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{name}@example>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n'
        f"{body}\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>{body}</p>\r\n--b1--\r\n"
    ).encode()


# ── Gmail ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", ["replace", "copy"])
def test_gmail_keeps_every_mail_as_it_was(gmail: OddServer, desk: Callable[..., Desk], mode: str) -> None:
    """It would answer an APPEND with the user's own mail: nothing is renamed, and only the bin holds ours."""
    user, _ = gmail.new_user()
    first, _ = user.deliver_many([letter("a"), letter("b")], flags=[r"\Seen"])
    with user.client() as client:
        client.create_folder("Work")
        client.select_folder("INBOX")
        client.copy([first], "Work")
    here = desk(user, mode)
    before = here.lying()
    for _ in range(2):
        polled = here.json("poll")
        assert 0 == polled["renamed"]
        (waiting,) = polled["waiting"]
        assert "2 mails (unsuitable)" in waiting
    here.run("rename", "--backlog")
    after = here.lying()
    ours = after.pop(BIN)
    assert before == after
    assert all(raw.startswith(b"Mailwatch-Original: ") for raw, _ in ours)
    merged = "not possible: the server keeps one mail of those with the same Message-ID"
    assert [(False, merged)] == here.renaming()


def test_a_mail_with_several_labels_is_one_mail(gmail: OddServer, desk: Callable[..., Desk]) -> None:
    """Read in three folders, All Mail among them, kept once, counted once; archiving it changes nothing."""
    user, _ = gmail.new_user()
    uid = user.deliver(letter("a"))
    with user.client() as client:
        client.create_folder("Work")
        client.select_folder("INBOX")
        client.copy([uid], "Work")
    here = desk(user, "off", "Work", ALL)
    polled = here.json("poll")
    assert (1, 2) == (polled["filed"], polled["same"])
    user.expunge(uid)
    here.json("poll")
    assert [1] == [case["messages"] for case in here.json("cases")]
    assert {"Work", ALL} == set(here.lying())


# ── Exchange ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("unsteady", [False, True])
def test_exchange_gets_copies_and_they_can_be_taken_back(
    exchange: OddServer, desk: Callable[..., Desk], *, unsteady: bool
) -> None:
    """Whatever it makes of the bytes: the inbox is as it was, copies lie beside it, and an undo removes them.

    With ``unsteady`` each fetch shows other bytes of the same mail.
    """
    user, box = exchange.new_user()
    user.deliver_many([letter("a"), letter("b")], flags=[r"\Seen"])
    before = [(mail.uid, mail.flags) for mail in user.dump()]
    box.unsteady = unsteady
    here = desk(user, "replace")
    assert 2 == here.json("poll")["renamed"]
    assert 0 == here.json("poll")["renamed"]
    copies = user.dump("Mailwatch/Cases")
    assert 2 == len(copies)
    assert all(f"Subject: [TrackingID#{NUMBER}] Mail flow stops\r\n".encode() in copy.raw for copy in copies)
    assert [(None, "possible by copy only: the server alters mails that are stored on it")] == here.renaming()
    undone = here.json("rename", "--undo", "--all")
    assert ["done", "done"] == [row["state"] for row in undone]
    assert before == [(mail.uid, mail.flags) for mail in user.dump()]
    assert {"INBOX"} == set(here.lying())
    assert [2] == [case["messages"] for case in here.json("cases")]


def test_where_exchange_writes_a_banner_nothing_is_renamed(
    exchange: OddServer, desk: Callable[..., Desk]
) -> None:
    """A copy with another text proves nothing; what it was tried out with is left, and told."""
    user, box = exchange.new_user()
    user.deliver(letter("a"))
    before = user.dump()
    box.banner = True
    here = desk(user, "copy")
    assert 0 == here.json("poll")["renamed"]
    assert before == user.dump()
    assert {"INBOX", "Mailwatch/Probe"} == set(here.lying())
    told, left = here.renaming()
    assert (False, "not possible: the server alters the text of mails") == told
    assert "are left in the folder Mailwatch/Probe" in left[1]


def test_a_mail_that_exchange_cannot_convert_comes_when_it_can(
    exchange: OddServer, desk: Callable[..., Desk]
) -> None:
    """A letter in its place is no mail: it is shown as unread, and the mail is filed when it comes."""
    user, box = exchange.new_user()
    sick = user.deliver(letter("a", "Your question", f"TrackingID#{NUMBER}"))
    user.deliver(letter("b"))
    box.sick.add(sick)
    here = desk(user, "copy")
    polled = here.json("poll")
    assert (1, 1) == (polled["filed"], polled["quarantined"])
    assert ["placeholder"] == [held["why"] for held in here.json("quarantine")]
    assert 0 == here.json("poll")["filed"]
    box.sick.clear()
    assert 1 == here.json("poll")["filed"]
    assert [2] == [case["messages"] for case in here.json("cases")]
    assert [] == here.json("quarantine")
    assert here.json("verify")["ok"]


@pytest.mark.parametrize(("answer", "bad"), [(THROTTLED, False), (THROTTLED, True), (NOT_CONNECTED, True)])
def test_exchange_asks_for_patience(
    exchange: OddServer, desk: Callable[..., Desk], answer: str, *, bad: bool
) -> None:
    """Told as something that passes; the server is asked no more than a few times, and nothing is lost."""
    user, box = exchange.new_user()
    assert isinstance(box, Exchange)
    user.deliver(letter("a"))
    here = desk(user, "copy")
    box.answer, box.bad, box.asked = answer, bad, 0
    done = here.run("poll", "--json")
    assert 75 == done.status
    (error,) = json.loads(done.out)["errors"]
    assert error.startswith("support: the mail server localhost ")
    assert box.asked <= 3
    box.answer = None
    polled = here.json("poll")
    assert (1, 1) == (polled["filed"], polled["renamed"])
