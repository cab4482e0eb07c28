"""Forged mail, secrets and codes over the whole way: a real server, the real jobs, all files left."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.house import US, House, over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

NUMBER = "2611020010002574"
TOKEN = f"TrackingID#{NUMBER}"
DESK = "support@mail.support.microsoft.com"
CODE = "493817"
ANCHOR = "  trust_anchor: mx.contoso.example\n"
PASS = "Authentication-Results: mx.contoso.example; dmarc=pass header.from=mail.support.microsoft.com\r\n"
RENAMED = "rename: {settle: 0 s, backlog: true}\n"


def letter(
    name: str, subject: str, text: str = "Hello", *, sender: str = DESK, more: str = "", day: int = 2
) -> bytes:
    return (
        f"{more}From: {sender}\r\nTo: {US}\r\nSubject: {subject}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, {day:02} Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n\r\n{text}\r\n"
    ).encode()


def house_over(folder: Path, user: MailUser, mode: str = "replace", more: str = "") -> House:
    """A house whose server says who is who, with renaming switched on."""
    home = over(folder, user, folders=[{"name": "INBOX", "rename": mode}], more=RENAMED + more)
    text = home.config.read_text()
    anchored = text.replace("    username:", f"  {ANCHOR}    username:")
    assert anchored != text
    home.config.write_text(anchored)
    return home


def messages(house: House) -> dict[str, dict[str, object]]:
    return {m["message_id"].strip("<>"): m for m in house.json("show", NUMBER)["messages"]}


# ── forged mail ───────────────────────────────────────────────────────────────


def forgeries(ours: str, stolen: str) -> dict[str, bytes]:
    """Mails of a stranger that claim to be something; ``ours`` is a digest's Message-ID."""
    evil = "evil@fabrikam.example"
    subject = f"RE: {TOKEN} closed"
    return {
        "number": letter("number", subject, "The case is closed. Call 1-855-000-0000.", sender=evil),
        "claim": letter(
            "claim", subject, sender=evil, more=f"Mailwatch-Original: sha256={stolen}; plan={'0' * 32}\r\n"
        ),
        "copy": letter(
            "copy",
            f"[{TOKEN}] closed",
            sender=evil,
            more=f"Mailwatch-Original: sha256={stolen}; plan={'0' * 32}\r\nOriginal-Subject: {subject}\r\n",
        ),
        "ours": letter("x", subject, sender=evil).replace(b"<x@example>", ours.encode()),
        "thread": letter(
            "thread", subject, sender=evil, more="References: <a@example>\r\nIn-Reply-To: <a@example>\r\n"
        ),
        "name": letter("name", subject, sender=f'"Microsoft Support" <{evil}>'),
        "display address": letter("display", subject, sender=f'"{DESK}" <{evil}>'),
        "desk": letter("desk", subject),
        "two authors": letter("two", subject, sender=f"{DESK}, {evil}", more=PASS),
        "other server": letter("other", subject, more=PASS.replace("mx.contoso", "mx.evil")),
        "below": letter("below", subject, more=PASS.replace("dmarc=pass", "dmarc=fail") + PASS),
        "other domain": letter(
            "domain", subject, more=PASS.replace("=mail.support.microsoft.com", "=fabrikam.example")
        ),
        "digest": letter(
            "digest",
            f"[Case digest] {TOKEN}",
            sender=US,
            more="Mailwatch-Digest: 0e2b6ab0-8a8c-4d0c-9d1c-0a4b8a3c2d1e\r\n",
        ),
        "homoglyph": letter("glyph", subject, sender="support@mail.support.mi\u0441rosoft.com"),
    }


def test_forged_mail_is_kept_and_changes_nothing(tmp_path: Path, dovecot_user: MailUser) -> None:
    """A known number, our own fields, our Message-ID, a thread, names, results written by the sender.

    All are filed as strangers' and shown so; none is renamed, and the case stands as it stood.
    """
    dovecot_user.deliver(letter("a", TOKEN, more=PASS))
    home = house_over(tmp_path, dovecot_user, more=f"digests: [{{name: daily, to: [{US}]}}]\n")
    assert 1 == home.json("poll")["filed"]
    assert ["sent"] == [row["state"] for row in home.json("digest", "--send")]
    (digest,) = [m.raw for m in dovecot_user.dump() if b"\nMailwatch-Digest: " in m.raw]
    found = re.search(rb"(?im)^Message-ID: (<[^>]+>)", digest)
    assert found is not None
    home.json("poll")
    before = home.json("cases")
    renamed = {m.raw for m in dovecot_user.dump()}
    stolen = str(messages(home)["a@example"]["originals"][0]["sha256"])
    forged = forgeries(found[1].decode(), stolen)
    dovecot_user.deliver_many(list(forged.values()))
    report = home.json("poll")
    assert (len(forged), 0, []) == (report["fetched"], report["renamed"], report["errors"])
    rows = home.json("show", NUMBER)["messages"]
    kept = {o["sha256"] for row in rows for o in row["originals"]}
    standings = [row["filed_by"]["standing"] for row in rows if row["message_id"] != "<a@example>"]
    # Anybody can write to us under our own address: that makes a participant, who changes nothing.
    assert {"stranger", "participant"} == set(standings)
    assert ["<digest@example>"] == [
        row["message_id"] for row in rows if row["filed_by"]["standing"] == "participant"
    ]
    # Each is shown, but for what claims to be the same mail as another forgery of the same author.
    assert len(forged) == len(kept) - 1
    assert [] == [row for row in home.json("rename", "--backlog") if row["state"] == "done"]
    assert renamed | set(forged.values()) == {m.raw for m in dovecot_user.dump()}
    (was,), (now,) = before, home.json("cases")
    changing = {"messages", "last_message_at"}
    assert {k: v for k, v in was.items() if k not in changing} == {
        k: v for k, v in now.items() if k not in changing
    }
    text = home.run("show", NUMBER).stdout
    assert "Microsoft Support <evil@fabrikam.example>" in text
    assert "mi\u0441rosoft" not in text
    assert "1-855-000-0000" not in home.run("digest").stdout
    assert home.json("verify")["ok"]


def test_a_robot_that_answers_our_digest_is_over_after_one_turn(
    tmp_path: Path, dovecot_user: MailUser
) -> None:
    """Its answer is read and answered by nothing; the digest of the day stays the one it was."""
    dovecot_user.deliver(letter("a", TOKEN, more=PASS))
    home = house_over(tmp_path, dovecot_user, more=f"digests: [{{name: daily, to: [{US}]}}]\n")
    home.json("poll")
    home.json("digest", "--send")
    home.json("poll")
    (digest,) = [m.raw for m in dovecot_user.dump() if b"\nMailwatch-Digest: " in m.raw]
    head, _, _ = digest.partition(b"\r\n\r\n")
    assert re.search(rb"(?im)^Auto-Submitted: auto-generated\r?$", head)
    ours = re.search(rb"(?im)^Message-ID: <([^>]+)>", head)
    assert ours is not None
    robot = letter(
        "robot",
        "Automatic reply: [Case digest]",
        f"Out of office. {TOKEN}",
        sender="robot@fabrikam.example",
        more=f"Auto-Submitted: auto-replied\r\nIn-Reply-To: <{ours[1].decode()}>\r\n",
    )
    dovecot_user.deliver_many([robot, robot.replace(b"robot@example", b"robot2@example")])
    before = len(dovecot_user.dump()) - 2
    for _ in range(2):
        assert [] == home.json("poll")["errors"]
        assert ["already-sent"] == [row["state"] for row in home.json("digest", "--send")]
    assert before + 2 == len(dovecot_user.dump())
    assert {"stranger", "vouched"} == {m["filed_by"]["standing"] for m in messages(home).values()}


# ── secrets, codes, and who may look ──────────────────────────────────────────


@contextmanager
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def test_secrets_and_codes_stand_nowhere_and_files_are_closed(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Every command in both languages at debug level, without a umask: all that is said and left is searched.

    A code stays in the originals, and in the texts beside the ledger that hold the subject. Nobody learns
    by searching whether a mail holds it.
    """
    log = f"log: {{file: {tmp_path / 'log'}, level: debug}}\ndigests: [{{name: daily, to: [{US}]}}]\n"
    subject = f"{TOKEN} your verification code is {CODE}"
    dovecot_user.deliver(letter("a", subject, f"Your verification code is {CODE}.", more=PASS))
    home = house_over(tmp_path, dovecot_user, mode="copy", more=log)
    said: list[str] = []
    with no_umask():
        for words in (
            *(["-vv", "poll"], ["-vv", "check"], ["cases"], ["show", NUMBER], ["search", "verification"]),
            *(["search", CODE], ["rename", "--backlog"], ["digest"], ["digest", "--send"], ["status"]),
            *(["verify"], ["reindex"], ["quarantine"], ["cases", "--json"], ["show", NUMBER, "--json"]),
            *(["search", CODE, "--json"], ["check", "--json"], ["backup", str(tmp_path / "backup")]),
        ):
            for lang in ("en", "ko"):
                done = home.run(*words, lang=lang)
                assert done.exit_code in {0, 1, 2}, done.output
                said.append(f"{words}: {done.output}")
        (tmp_path / "password").write_text("wrong-" + dovecot_user.password)
        said.append(home.run("-vv", "poll").output)
    for text in said:
        assert dovecot_user.password not in text
        if not text.startswith("['search'"):
            assert CODE not in text
        else:
            # What was asked for may be said back; nothing is found by it.
            assert CODE not in text.replace(f"'{CODE}'", "")
            assert ("verification" in text.split(":", 1)[0]) == (NUMBER in text)
    for path in (*home.data.rglob("*"), *(tmp_path / "backup").rglob("*"), tmp_path / "log"):
        assert 0 == path.stat().st_mode & 0o077, path
        if path.is_file():
            raw = path.read_bytes()
            assert dovecot_user.password.encode() not in raw, path
            assert path.name != "log" or CODE.encode() not in raw


@pytest.mark.parametrize("what", ["data/archive", "data/ledger", "data/mailwatch.db"])
def test_a_store_that_others_can_read_is_refused(tmp_path: Path, what: str) -> None:
    """One line and the command that mends it; then all goes on."""
    home = House(tmp_path)
    home.data.mkdir(mode=0o700)
    home.config.write_text(f"data: {home.data}\ntimezone: UTC\nmailboxes: []\n")
    assert 0 == home.run("cases").exit_code
    path = tmp_path / what
    mode = path.stat().st_mode & 0o777
    path.chmod(mode | 0o044)
    done = home.run("cases")
    assert 2 == done.exit_code, done.output
    line, mend = done.stderr.splitlines()
    assert str(path) in line
    assert f"chmod {'600' if path.is_file() else '700'} {path}" in mend
    path.chmod(mode)
    assert 0 == home.run("cases").exit_code


def test_no_command_prints_what_a_terminal_obeys(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Escapes, marks that turn the writing, line breaks: in subject, name, text and unreadable mail."""
    evil = "=?utf-8?Q?=1B]0;gone=07=1B[2J=C2=9B2J=E2=80=AEgnp=0D=0Aline?="
    mail = letter("a", f"{TOKEN} {evil}", "text \x1b[2J \x9b \u202e", sender=f"{evil} <{DESK}>", more=PASS)
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(300))
    broken = letter("b", f"{TOKEN} \x1b[31m", more=PASS).replace(
        b"MIME-Version: 1.0\r\n\r\n", nested.encode()
    )
    dovecot_user.deliver_many([mail, broken])
    home = house_over(tmp_path, dovecot_user, mode="off")
    commands = [["poll"], ["cases"], ["show", NUMBER], ["search", "text"], ["digest"], ["quarantine"]]
    held = json.loads(home.run("quarantine", "--json").stdout) if home.run("poll").exit_code == 0 else []
    commands += [["quarantine", "show", row["sha256"]] for row in held]
    assert len(held) == 1
    commands += [[*words, "--json"] for words in commands if words[0] != "digest"]
    commands += [["recognise", f"{TOKEN} \x1b[2J"], ["show", "\x1b[2J"], ["file", "\x1b[2J", "none"]]
    for words in commands:
        done = home.run(*words)
        odd = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.output)
        assert [] == odd, (words, done.output)


def test_nothing_makes_csv() -> None:
    """There is no CSV yet, so no cell that a spreadsheet takes for a formula. Whoever adds it meets this."""
    found = subprocess.run(
        ["grep", "-rlE", r"\bimport csv\b|text/csv|\.csv\b", "mailwatch", "templates"],
        cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (1, "") == (found.returncode, found.stdout)
