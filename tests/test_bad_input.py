"""What goes wrong at the mail server and in mails: one line, the right exit code, nothing lost."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fakes.sqlite import beside
from servers.dovecot import DovecotServer
from servers.house import NAME, House, build, mailbox_yaml, over
from servers.mailuser import MailUser

from mailwatch.mime.limits import Limits

pytestmark = pytest.mark.server

NUMBER = "2611020010002574"
MEND, LATER = 2, 75


def letter(name: str, body: bytes = b"Hello", more: str = "") -> bytes:
    return (
        f"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: Mail flow stops - TrackingID#{NUMBER}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n{more}\r\n"
    ).encode() + body


def said_once(done: Result, code: int) -> str:
    """The one line on standard error; nothing else is said, and least of all a traceback."""
    assert (code, "") == (done.exit_code, done.stdout), done.output
    (line,) = done.stderr.splitlines()
    assert "Traceback" not in line
    return str(line)


def names(house: House) -> set[str]:
    """The Message-IDs of the case; empty where there is none yet."""
    done = house.run("show", NUMBER, "--json")
    return (
        {(m["message_id"] or "").strip("<>") for m in json.loads(done.stdout)["messages"]}
        if not done.exit_code
        else set()
    )


def red(house: House) -> dict[str, str]:
    """The red lines of ``check`` with what to do."""
    done = house.run("check", "--json")
    rows = {row["check"]: row["mend"] for row in json.loads(done.stdout) if row["ok"] is False}
    assert (1 if rows else 0) == done.exit_code
    return rows


# ── the server ────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def other_ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import trustme  # noqa: PLC0415 - a second of imports for this fixture alone

    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


def _closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _changes(what: str, user: MailUser, other_ca: Path) -> dict[str, Any]:
    return {
        "wrong password": {},
        "no password": {},
        "unknown authority": {"ca_file": other_ca},
        "no such authority": {"ca_file": "/nonexistent/ca.pem"},
        "name of another": {"host": "127.0.0.2"},
        "plain port": {"port": user.port},
        "away": {"port": _closed_port()},
        "unknown host": {"host": "imap.contoso.invalid"},
    }[what]


@pytest.mark.parametrize(
    ("what", "code", "check", "english", "korean"),
    [
        ("wrong password", MEND, "log-in", "does not accept user name and password", "로그인 거부"),
        ("no password", MEND, "log-in", "the secret in", "비밀번호 파일"),
        ("unknown authority", MEND, "connection", "cannot be trusted", "인증서"),
        ("no such authority", MEND, "connection", "the CA file /nonexistent/ca.pem", "CA"),
        ("name of another", MEND, "connection", "is made out to localhost", "인증서"),
        ("plain port", MEND, "connection", "993 wants implicit, 143 wants starttls", "993"),
        ("away", LATER, "connection", "nobody answers at localhost", "접속할 수 없습니다"),
        ("unknown host", MEND, "host", "there is no mail server imap.contoso.invalid", "메일 서버"),
    ],
)
def test_a_server_that_cannot_be_used(
    *,
    tmp_path: Path,
    dovecot_user: MailUser,
    other_ca: Path,
    what: str,
    code: int,
    check: str,
    english: str,
    korean: str,
) -> None:
    """One line says whose fault it is and what to do, in both languages; then all mail comes in."""
    dovecot_user.deliver(letter("a"))
    house = over(tmp_path, dovecot_user, **_changes(what, dovecot_user, other_ca))
    if what == "wrong password":
        (tmp_path / "password").write_text("not-this")
    if what == "no password":
        (tmp_path / "password").unlink()
    line = said_once(house.run("poll"), code)
    assert line.startswith("support: ")
    assert english in line
    assert " → " in line
    line = said_once(house.run("poll", lang="ko"), code)
    assert korean in line
    assert " → " in line
    mends = red(house)
    assert [f"support: {check}"] == list(mends)
    assert all(mends.values())
    assert dovecot_user.password not in line
    mended = over(tmp_path, dovecot_user)
    assert 1 == mended.json("poll")["filed"]
    assert {"a@example"} == names(mended)


def test_a_mailbox_in_trouble_delays_no_other(tmp_path: Path, dovecot: DovecotServer) -> None:
    """One is away, one has a wrong password: the third is read, and the exit code calls for a person.

    Each is tried and told once, also where its mails are renamed.
    """
    folders = [{"name": "INBOX", "rename": "replace"}]
    away, wrong, good = (dovecot.new_user() for _ in range(3))
    good.deliver(letter("a"))
    secret, other = tmp_path / "password", tmp_path / "other"
    other.write_text("not-this")
    other.chmod(0o600)
    text = (
        mailbox_yaml(
            away, secret, name="away", address="a@contoso.example", port=_closed_port(), folders=folders
        )
        + mailbox_yaml(wrong, other, name="wrong", address="b@contoso.example", folders=folders)
        + mailbox_yaml(good, secret, name="good", address="c@contoso.example")
    )
    house = build(tmp_path, text, good.password)
    done = house.run("poll", "--json")
    report = json.loads(done.stdout)
    assert (MEND, 1) == (done.exit_code, report["filed"])
    assert ["away", "wrong"] == [line.split(":")[0] for line in report["errors"]]


def test_a_mailbox_in_trouble_keeps_no_rename_and_no_undo_from_the_others(
    tmp_path: Path, dovecot: DovecotServer
) -> None:
    """Who uninstalls takes all renames back first: a mailbox that is gone for good must not forbid it."""
    away, good = dovecot.new_user(), dovecot.new_user()
    good.deliver(letter("a"))
    before = good.dump("INBOX")
    secret = tmp_path / "password"
    folders = [{"name": "INBOX", "rename": "replace"}]
    more = {"folders": folders}
    text = mailbox_yaml(
        away, secret, name="away", address="a@contoso.example", port=_closed_port(), **more
    ) + mailbox_yaml(good, secret, name="good", address="c@contoso.example", **more)
    house = build(tmp_path, text, good.password, "rename: {settle: 0 s}\n")
    house.run("poll")
    for words in (("rename", "--backlog"), ("rename", "--undo", "--all")):
        done = house.run(*words, "--json")
        assert ["done"] == [row["state"] for row in json.loads(done.stdout)], done.output
        assert LATER == done.exit_code
        (line,) = done.stderr.splitlines()
        assert "away: nobody answers" in line
    assert [replace(mail, uid=0) for mail in before] == [replace(m, uid=0) for m in good.dump("INBOX")]


def test_a_server_that_comes_back(tmp_path: Path, own_dovecot: DovecotServer) -> None:
    """While it is away a poll may be tried later; when it is back nothing is missing."""
    user = own_dovecot.new_user()
    house = over(tmp_path, user)
    user.deliver(letter("a"))
    assert 1 == house.json("poll")["filed"]
    user.deliver(letter("b"))
    own_dovecot.kill()
    assert "nobody answers" in said_once(house.run("poll"), LATER)
    own_dovecot.restart()
    assert 1 == house.json("poll")["filed"]
    assert {"a@example", "b@example"} == names(house)


# ── folders ───────────────────────────────────────────────────────────────────


def test_a_missing_folder_is_told_and_the_others_are_read(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Also by ``check``, which names the folders there are; once it exists its mail comes in."""
    dovecot_user.deliver(letter("a"))
    house = over(tmp_path, dovecot_user, folders=["INBOX", "Support"])
    done = house.run("poll")
    assert (MEND, True) == (done.exit_code, done.stdout.startswith("1 mail read: 1 filed"))
    (line,) = done.stderr.splitlines()
    assert "support: the folder Support does not exist on the server → " in line
    assert "Support" in house.run("poll", lang="ko").stderr
    assert "the server has: INBOX" in red(house)["support: folders"]
    dovecot_user.deliver(letter("b"), folder="Support")
    assert {} == red(house)
    assert 1 == house.json("poll")["filed"]
    assert {"a@example", "b@example"} == names(house)


def test_an_empty_mailbox_is_no_trouble(tmp_path: Path, dovecot_user: MailUser) -> None:
    """No mail is no error, and what comes later is found."""
    house = over(tmp_path, dovecot_user)
    done = house.run("poll")
    assert (0, "no new mail\n", "") == (done.exit_code, done.stdout, done.stderr)
    assert "새 메일 없음\n" == house.run("poll", lang="ko").stdout
    dovecot_user.deliver(letter("a"))
    assert 1 == house.json("poll")["filed"]


@pytest.mark.parametrize(
    ("folder", "mode"),
    [("Support", "replace"), ("INBOX", "replace"), ("INBOX", "copy")],
    ids=["a folder", "the whole mailbox", "the whole mailbox, by copies"],
)
def test_what_can_only_be_read_is_not_renamed(
    tmp_path: Path, dovecot: DovecotServer, folder: str, mode: str
) -> None:
    """The mail is filed and left as it is in the mailbox, the person is told, and later it is renamed.

    Reading went well, so poll does; rename is there to rename, and says that a person must mend
    something. Of a mailbox that it cannot write to as a whole, Dovecot speaks as of an error of its own.
    """
    user = dovecot.new_user()
    user.deliver(letter("a"), folder=folder)
    top = dovecot.maildir(user.name) / ("" if folder == "INBOX" else f".{folder}")
    folders = [{"name": folder, "rename": mode}]
    house = over(tmp_path, user, folders=folders, more="rename: {settle: 0 s, backlog: true}\n")
    before = user.dump(folder)
    closed = [top, *(path for path in top.rglob("*") if path.is_dir())]
    for path in closed:
        path.chmod(0o500)
    try:
        done = house.run("poll")
        told = house.run("rename", lang="ko")
    finally:
        for path in closed:
            path.chmod(0o700)
    (line,) = done.stderr.splitlines()
    assert (0, True) == (done.exit_code, done.stdout.startswith("1 mail read: 1 filed")), done.output
    assert "support: not renamed yet: 1 mail (read-only) → give the account the right" in line
    assert "읽기 전용" in told.output
    assert MEND == told.exit_code
    assert before == user.dump(folder)
    assert {"a@example"} == names(house)
    with beside(house.data) as books:
        books.execute("UPDATE plans SET due = 0")  # An hour passes.
    again = house.json("poll")
    assert (1, []) == (again["renamed"], again["errors"])


def test_renames_that_wait_for_room_are_told_by_every_command(tmp_path: Path, dovecot: DovecotServer) -> None:
    """A full mailbox: each command says what waits, where and what to do, also while no plan is due.

    Reading went well, so poll ends with 0; rename could not do what it is there for.
    """
    user = dovecot.new_user(quota="20K")
    user.deliver(letter("a"))
    user.create("Heap")
    user.deliver(b"Subject: heap\r\n\r\n" + b"x" * (20 * 1024 - len(letter("a")) - 200), folder="Heap")
    folders = [{"name": "INBOX", "rename": "replace"}]
    house = over(tmp_path, user, folders=folders, more="rename: {settle: 0 s}\n")
    assert (1, []) == (house.json("poll")["filed"], house.json("poll")["errors"])
    assert 0 == house.run("rename", "--backlog", "--dry-run").exit_code
    line = "support: not renamed yet: 1 mail (over-quota) → make room in the mailbox"
    for words in (["rename", "--backlog"], ["rename"], ["rename", "--json"]):
        done = house.run(*words)
        assert (MEND, [line]) == (done.exit_code, done.stderr.splitlines()), done.output
        assert "over-quota" in done.stdout
    done = house.run("poll")
    assert (0, "no new mail\n", f"{line}\n") == (done.exit_code, done.stdout, done.stderr)
    assert "용량 초과" in house.run("poll", lang="ko").stderr
    polled = house.json("poll")
    assert ([], [line]) == (polled["errors"], polled["waiting"])
    user.delete_folder("Heap")
    with beside(house.data) as books:
        books.execute("UPDATE plans SET due = 0")  # An hour passes.
    again = house.json("poll")
    assert (1, [], []) == (again["renamed"], again["errors"], again["waiting"])
    assert "nothing to rename\n" == house.run("rename").stdout


def test_a_digest_waits_for_room_in_its_readers_mailbox(tmp_path: Path, dovecot: DovecotServer) -> None:
    """The reader is told what to do; nothing is in doubt, and the digest arrives once there is room."""
    user = dovecot.new_user(quota="20K")
    user.create("Heap")
    user.deliver(b"Subject: heap\r\n\r\n" + b"x" * (20 * 1024 - 200), folder="Heap")
    digest = "digests: [{name: morning, to: [kim@contoso.example], deliver: imap}]\n"
    house = over(tmp_path, user, more=digest)
    done = house.run("digest", "--send", "--json")
    assert LATER == done.exit_code, done.output
    (row,) = json.loads(done.stdout)
    assert "stored" == row["state"]
    assert "the mailbox support is full → Make room in the mailbox." == row["why"]
    assert "메일함" in house.run("digest", "--send", lang="ko").stdout
    user.delete_folder("Heap")
    assert ["sent"] == [row["state"] for row in house.json("digest", "--send")]
    assert 1 == len(user.dump())


def test_a_new_uidvalidity_loses_nothing_and_doubles_nothing(tmp_path: Path, dovecot_user: MailUser) -> None:
    """A folder made anew under the same name: old mail is known by its bytes, new mail is filed."""
    dovecot_user.deliver(letter("a"), folder="Work")
    house = over(tmp_path, dovecot_user, folders=["Work"])
    assert 1 == house.json("poll")["filed"]
    dovecot_user.delete_folder("Work")
    dovecot_user.create("Other")  # Dovecot gives the next UIDVALIDITY to whatever is made next.
    dovecot_user.deliver_many([letter("b"), letter("a")], folder="Work")
    second = house.json("poll")
    assert (1, 1, []) == (second["filed"], second["same"], second["errors"])
    assert {"a@example", "b@example"} == names(house)
    third = house.json("poll")
    assert (0, 0) == (third["fetched"], third["filed"])


# ── another mailwatch ─────────────────────────────────────────────────────────


def test_a_mailbox_that_another_mailwatch_works_on(tmp_path: Path, dovecot_user: MailUser) -> None:
    """It is left to the other one, to be tried later, and read when that one is done."""
    dovecot_user.deliver(letter("a"))
    house = over(tmp_path, dovecot_user)
    (house.data / "locks").mkdir(mode=0o700)
    with (house.data / "locks" / f"{NAME}.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another mailwatch is working on the mailbox support" in said_once(house.run("poll"), LATER)
        assert "support" in said_once(house.run("poll", lang="ko"), LATER)
    assert 1 == house.json("poll")["filed"]


# ── mails ─────────────────────────────────────────────────────────────────────


def nested(depth: int) -> bytes:
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return letter("deep", heads.encode() + b"Content-Type: text/plain\r\n\r\nhello\r\n")[:-2].replace(
        b"MIME-Version: 1.0\r\n\r\n", b"MIME-Version: 1.0\r\n", 1
    )


ODD = {
    "garbage": b"\x80\xff\xfe\x01garbage" * 500,
    "nul": letter("nul", b"a\x00b\x00c\r\n").replace(b"\x00", b"\x01"),
    "cut": letter(
        "cut",
        b"--x\r\nContent-Type: text/plain\r\n\r\nhel",
        'Content-Type: multipart/mixed; boundary="x"\r\n',
    ),
    "only a header": b"Subject: TrackingID#2611020010002574\r\nFrom: support@mail.support.microsoft.com\r\n",
    "bad base64": letter("b64", b"!!!!====\xff", "Content-Transfer-Encoding: base64\r\n"),
    "a thousand parts": letter(
        "parts",
        b"".join(b"--x\r\nContent-Type: text/plain\r\n\r\npart %d\r\n" % n for n in range(1000))
        + b"--x--\r\n",
        'Content-Type: multipart/mixed; boundary="x"\r\n',
    ),
}


def test_odd_mails_stop_nothing(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Garbage, control characters, cut and headless mails, a thousand parts: read or held, none lost."""
    dovecot_user.deliver_many([*ODD.values(), letter("after")])
    house = over(tmp_path, dovecot_user, more="keep: everything\n")
    report = house.json("poll")
    assert (len(ODD) + 1, []) == (report["fetched"], report["errors"])
    assert {"nul@example", "cut@example", "b64@example", "parts@example", "after@example"} <= names(house)
    kept = {path.read_bytes() for path in (house.data / "archive").rglob("*.eml")}
    assert {mail.raw for mail in dovecot_user.dump()} == kept
    assert 0 == house.json("poll")["fetched"]
    assert house.json("verify")["ok"]


def test_a_mail_with_nul_bytes_is_filed(tmp_path: Path, dovecot: DovecotServer) -> None:
    """Laid into the Maildir past IMAP, which forbids them; the mails beside it come in, too."""
    user = dovecot.new_user()
    user.deliver(letter("a"))
    dovecot.fill(user.name, [letter("nul", b"a\x00b\r\n"), letter("c")])
    house = over(tmp_path, user)
    report = house.json("poll")
    assert (3, 3, []) == (report["fetched"], report["filed"], report["errors"])
    assert {"a@example", "nul@example", "c@example"} == names(house)


def test_a_mail_that_cannot_be_read_is_kept_tried_and_shown(
    tmp_path: Path, dovecot_user: MailUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held after the first reading, tried by two more polls, then only shown; filed once it can be read."""
    raw = nested(300)
    dovecot_user.deliver_many([raw, letter("after")])
    house = over(tmp_path, dovecot_user)
    first = house.json("poll")
    assert (2, 1, 1, []) == (first["fetched"], first["filed"], first["quarantined"], first["errors"])
    tries = [_tries(house)]
    for _ in range(3):
        later = house.json("poll")
        assert {0} == {later[key] for key in later if key not in {"errors", "waiting"}}
        tries.append(_tries(house))
    assert [1, 2, 3, 3] == tries
    (held,) = house.json("quarantine")
    assert "too-deep" == held["why"]
    original = house.data / "archive" / held["sha256"][:2] / held["sha256"][2:4] / f"{held['sha256']}.eml"
    assert raw == original.read_bytes()
    assert held["sha256"][:12] in house.run("quarantine").stdout
    assert "TrackingID#" in house.run("quarantine", "show", held["sha256"][:12]).stdout
    assert f"mailwatch quarantine show {held['sha256'][:12]}" in house.run("digest").stdout
    assert 4 == house.json("quarantine", "retry")[0]["tries"]
    _read_deeper(monkeypatch)
    assert [] == house.json("quarantine", "retry", held["sha256"][:12])
    assert {"deep@example", "after@example"} == names(house)
    shown = {(m["message_id"] or "").strip("<>"): m for m in house.json("show", NUMBER)["messages"]}
    assert "subject-token" == shown["deep@example"]["filed_by"]["rule"]
    assert "support@mail.support.microsoft.com" == shown["deep@example"]["from"]
    assert held["sha256"] in {hit["sha256"] for hit in house.json("search", "Mail flow stops")}
    before = house.json("show", NUMBER)
    assert [] == house.json("reindex")["changed"]
    assert before == house.json("show", NUMBER)
    assert house.json("verify")["ok"]


def _tries(house: House) -> int:
    (held,) = house.json("quarantine")
    return int(held["tries"])


def _read_deeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later version with wider limits would."""
    from mailwatch.wiring import app  # noqa: PLC0415 - what this test changes

    deeper = replace(Limits(), depth=1000)
    made: Callable[..., Any] = app.ProcessParser
    monkeypatch.setattr(app, "ProcessParser", lambda: made(limits=deeper))


# VmHWM begins anew with each program; ru_maxrss would hand down what the tests themselves have used.
_PEAK = """\
import re, sys
from mailwatch.cli.chassis import main
try:
    main()
finally:
    peak = re.search("VmHWM:\\\\s*([0-9]+) kB", open("/proc/self/status").read())
    print(peak[1], file=sys.stderr)
"""


def test_a_mail_of_60_mb_comes_in_pieces(tmp_path: Path, dovecot: DovecotServer) -> None:
    """It is archived whole and filed, and the process that fetches it never holds it whole."""
    user = dovecot.new_user()
    user.deliver(letter("a"))
    line = b"QUJD" * 19 + b"\r\n"
    head = 'Content-Type: multipart/mixed; boundary="x"\r\n'
    text = b"--x\r\n\r\nsee file\r\n--x\r\nContent-Type: application/octet-stream\r\n"
    body = (
        text + b"Content-Transfer-Encoding: base64\r\n\r\n" + line * (60_000_000 // len(line)) + b"--x--\r\n"
    )
    raw = letter("big", body, head)
    assert len(raw) > 59_000_000
    dovecot.fill(user.name, [raw])
    house = over(tmp_path, user)
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, "--config", str(house.config), "poll", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert 0 == done.returncode, done.stderr
    report = json.loads(done.stdout)
    assert (2, 2, []) == (report["fetched"], report["filed"], report["errors"])
    assert {"a@example", "big@example"} == names(house)
    kibibytes = int(done.stderr.split()[-1])
    assert kibibytes < 250_000, kibibytes
    sizes = sorted(path.stat().st_size for path in (house.data / "archive").rglob("*.eml"))
    assert len(raw) == sizes[-1]
    assert [] == list((house.data / "archive").rglob("*.spool"))
