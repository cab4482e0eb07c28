"""The first days on old mailboxes, end to end on a real server: folders, old cases, colleagues."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml, over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

ENGINEER = "support@mail.support.microsoft.com"
SHARED = "support@contoso.example"
KIM = "kim@contoso.example"
NOW = datetime.now(UTC).replace(microsecond=0)


def token(day: datetime, serial: int) -> str:
    return f"{day:%y%m%d}0010{serial:06}"


def letter(
    name: str, subject: str, *, day: datetime = NOW, sender: str = ENGINEER, to: str = SHARED, more: str = ""
) -> bytes:
    return (
        f"{more}From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: {format_datetime(day)}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"\r\nHello ({name})\r\n"
    ).encode()


def ids(home: House, number: str) -> list[str]:
    return [m["message_id"].strip("<>") for m in home.json("show", number)["messages"]]


# ── folders ───────────────────────────────────────────────────────────────────


def test_folders_that_rules_fill_are_watched_by_pattern(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Korean names, levels below levels, and what is made between two polls; nothing of our own."""
    number = token(NOW, 1)
    for index, folder in enumerate(("INBOX/Support/애저", "INBOX/Support/메일 흐름/2026", "INBOX/Private")):
        dovecot_user.deliver(letter(f"m{index}", f"TrackingID#{number}"), folder=folder)
    home = over(tmp_path, dovecot_user, folders=["INBOX", "INBOX/Support/*"])
    assert (2, []) == (home.json("poll")["fetched"], home.json("poll")["errors"])
    dovecot_user.deliver(letter("later", f"TrackingID#{number}"), folder="INBOX/Support/새 폴더")
    assert 1 == home.json("poll")["fetched"]
    assert {"m0@example", "m1@example", "later@example"} == set(ids(home, number))
    folders = {m["originals"][0]["folder"] for m in home.json("show", number)["messages"]}
    assert {"INBOX/Support/애저", "INBOX/Support/메일 흐름/2026", "INBOX/Support/새 폴더"} == folders


def test_everything_by_one_star_but_what_is_no_mail_of_its_own(
    tmp_path: Path, dovecot_user: MailUser
) -> None:
    """``*`` takes Junk in, and leaves out Drafts, Trash and our own folders, whoever made them."""
    number = token(NOW, 2)
    for folder in ("INBOX", "Junk", "Drafts", "Trash", "Mailwatch/Cases", "Mailwatch/Originals"):
        dovecot_user.deliver(letter(folder.replace("/", "-"), f"TrackingID#{number}"), folder=folder)
    home = over(tmp_path, dovecot_user, folders=["*"])
    assert 2 == home.json("poll")["filed"]
    assert ["INBOX@example", "Junk@example"] == sorted(ids(home, number))


@pytest.mark.parametrize("name", ["Junk", "Ju*"])
def test_junk_is_read_and_never_renamed(tmp_path: Path, dovecot_user: MailUser, name: str) -> None:
    """Asked for by name, one line says no; by pattern, the others are renamed and Junk is passed over."""
    number = token(NOW, 3)
    raw = letter("junk", f"RE: TrackingID#{number} Mail flow")
    dovecot_user.deliver(raw, folder="Junk")
    folders = [{"name": name, "rename": "replace"}, {"name": "INBOX", "rename": "replace"}]
    home = over(tmp_path, dovecot_user, folders=folders)
    done = home.run("poll")
    lines = [line for line in done.output.splitlines() if "never renamed" in line]
    assert (1 if name == "Junk" else 0) == len(lines), done.output
    assert ["junk@example"] == ids(home, number)
    rows = home.json("rename", "--dry-run", "--backlog")
    assert [] == [row for row in rows if row["state"] == "planned"]
    home.run("rename", "--backlog")
    assert [raw] == [mail.raw for mail in dovecot_user.dump("Junk")]


def test_junk_by_attribute(tmp_path: Path, dovecot_user: MailUser) -> None:
    r"""``\Junk`` finds the folder whatever it is called; with ``rename`` the config is refused at once."""
    number = token(NOW, 4)
    dovecot_user.deliver(letter("junk", f"TrackingID#{number}"), folder="Junk")
    home = over(tmp_path, dovecot_user, folders=["INBOX", r"\Junk"])
    assert 1 == home.json("poll")["filed"]
    text = home.config.read_text()
    entry = json.dumps({"name": r"\Junk", "rename": "copy"})
    home.config.write_text(text.replace(json.dumps(r"\Junk"), entry))
    refused = home.run("poll")
    assert (2, True) == (refused.exit_code, "never renamed" in refused.output)


# ── old cases ─────────────────────────────────────────────────────────────────


def digest_numbers(home: House) -> str:
    return home.run("digest").output


def test_a_case_that_was_silent_when_first_met_sleeps(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Last mail over 30 days old: listed, in no digest, not renamed; news from the desk wake it."""
    old, fresh = token(NOW - timedelta(days=40), 5), token(NOW - timedelta(days=2), 6)
    for number, days in ((old, 40), (old, 35), (fresh, 2)):
        at = NOW - timedelta(days=days)
        name = f"{number}-{days}"
        dovecot_user.deliver(letter(name, f"TrackingID#{number} Help", day=at), internaldate=at)
    home = over(
        tmp_path,
        dovecot_user,
        folders=[{"name": "INBOX", "rename": "replace"}],
        more=f"rename: {{settle: 0 s}}\ndigests: [{{name: daily, to: [{KIM}]}}]\n",
    )
    report = home.json("poll")
    assert (3, 3, []) == (report["fetched"], report["filed"], report["errors"])
    assert {old: "dormant", fresh: "waiting-vendor"} == {c["number"]: c["status"] for c in home.json("cases")}
    assert 2 == home.json("show", old)["messages"].__len__()
    told = digest_numbers(home)
    assert (False, True) == (old in told, fresh in told)
    assert 0 == home.json("poll")["renamed"]
    assert ["sent"] == [row["state"] for row in home.json("digest", "--send")]

    # The backfill of a big mailbox goes on after the first digest: old cases stay as quiet then.
    older = token(NOW - timedelta(days=50), 7)
    at = NOW - timedelta(days=50)
    dovecot_user.deliver(letter("older", f"TrackingID#{older} Help", day=at), internaldate=at)
    assert (1, 0) == tuple(home.json("poll")[key] for key in ("filed", "renamed"))
    assert older not in digest_numbers(home)

    dovecot_user.deliver(letter("news", f"TrackingID#{old} Help"), internaldate=NOW)
    report = home.json("poll")
    assert 1 == report["filed"]
    assert {old: "waiting-vendor"} == {
        c["number"]: c["status"] for c in home.json("cases") if c["number"] == old
    }
    assert old in digest_numbers(home)


# ── colleagues ────────────────────────────────────────────────────────────────


def office(
    folder: Path, dovecot: DovecotServer, *, of_kim: str = "INBOX"
) -> tuple[House, MailUser, MailUser]:
    """A shared mailbox and a colleague's own, both watched."""
    shared, kim = dovecot.new_user(), dovecot.new_user()
    listed = mailbox_yaml(shared, folder / "password", name="support", address=SHARED)
    listed += mailbox_yaml(kim, folder / "password", name="kim", address=KIM, folders=[of_kim])
    return build(folder, listed, shared.password), shared, kim


RECEIVED = "Received: from out.contoso.example by mx.contoso.example; {day}\r\n"


def asked(number: str) -> bytes:
    return letter("asked", f"TrackingID#{number} Need a trace", day=NOW - timedelta(hours=2))


def answered(number: str, more: str = "") -> bytes:
    """Kim's answer, written as the shared address."""
    head = f"{more}In-Reply-To: <asked@example>\r\nCc: {SHARED}\r\n"
    return letter("answer", f"RE: TrackingID#{number} Need a trace", sender=SHARED, to=ENGINEER, more=head)


@pytest.mark.parametrize("first", ["shared", "kim"])
def test_a_reply_as_the_shared_address_is_one_message_with_two_originals(
    tmp_path: Path, dovecot: DovecotServer, first: str
) -> None:
    """Kim's Sent holds it as it was written, the shared inbox as it came back: it went out, once."""
    number = token(NOW, 8)
    home, shared, kim = office(tmp_path, dovecot)
    shared.deliver(asked(number))
    back = answered(number, RECEIVED.format(day=format_datetime(NOW)))
    sides = [(shared, back, "INBOX"), (kim, answered(number), "Sent")]
    for user, raw, folder in sides if first == "shared" else reversed(sides):
        user.deliver(raw, folder=folder)
        home.json("poll")
    shown = home.json("show", number)
    assert (2, 2) == (home.json("cases")[0]["messages"], len(shown["messages"]))
    question, answer = shown["messages"]
    assert ("in", "out") == (question["direction"], answer["direction"])
    assert ("<answer@example>", SHARED) == (answer["message_id"], answer["from"])
    places = {(o["mailbox"], o["folder"]) for o in answer["originals"]}
    assert {("support", "INBOX"), ("kim", "Sent")} == places
    assert 2 == len({o["sha256"] for o in answer["originals"]})
    assert home.json("verify")["ok"]
    zeros = home.json("poll")
    assert {0} == {value for value in zeros.values() if value != []}


def test_a_reply_that_lies_in_the_colleagues_sent_folder_alone(
    tmp_path: Path, dovecot: DovecotServer
) -> None:
    """It has lost the number: the thread in the other mailbox tells its case. Private mail stays out."""
    number = token(NOW, 9)
    home, shared, kim = office(tmp_path, dovecot, of_kim=r"\Sent")
    shared.deliver(asked(number))
    lost = letter(
        "lost", "RE: Need a trace", sender=SHARED, to=ENGINEER, more="In-Reply-To: <asked@example>\r\n"
    )
    private = letter("lunch", "Lunch?", sender=KIM, to="lee@fabrikam.example")
    kim.deliver_many([lost, private], folder="Sent")
    kim.deliver(letter("own", f"TrackingID#{number}", to=KIM))
    home.json("poll")
    found: dict[str, Any] = {m["message_id"]: m for m in home.json("show", number)["messages"]}
    assert {"<asked@example>", "<lost@example>"} == set(found)
    assert ("out", "thread") == (
        found["<lost@example>"]["direction"],
        found["<lost@example>"]["filed_by"]["rule"],
    )
    assert 2 == home.json("status")["messages"]


def test_two_colleagues_who_are_both_in_copy_count_one_mail(tmp_path: Path, dovecot: DovecotServer) -> None:
    """The desk's answer came to both, by other ways and at other times: one message, two originals, in."""
    number = token(NOW, 10)
    home, shared, kim = office(tmp_path, dovecot)
    copies = [
        letter(
            "both",
            f"TrackingID#{number} Update",
            more=f"Received: from out.example by {hop}.contoso.example; {format_datetime(NOW)}\r\n",
        )
        for hop in ("mx1", "mx2")
    ]
    # Of two originals with one date the one with the lesser SHA-256 is filed; bytes change with the day.
    copies.sort(key=lambda raw: hashlib.sha256(raw).hexdigest())
    for user, raw in zip((shared, kim), copies, strict=True):
        user.deliver(raw)
    report = home.json("poll")
    assert (1, 1) == (report["filed"], report["same"])
    (message,) = home.json("show", number)["messages"]
    assert ("in", {"support", "kim"}) == (
        message["direction"],
        {original["mailbox"] for original in message["originals"]},
    )
