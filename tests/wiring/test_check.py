"""``mailwatch check``: each thing that must work, on real servers, with a mend for each red line."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.daemon import Running
from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml, over
from servers.mailuser import MailUser
from servers.smtp import PASSWORD, USER, SmtpSink

from mailwatch.config import load
from mailwatch.core.digest_facts import FolderFacts
from mailwatch.core.entries import ConfigSeen
from mailwatch.errors import TemporaryError, Words
from mailwatch.wiring import check_waiting
from mailwatch.wiring.app import open_app
from mailwatch.wiring.check import check
from mailwatch.wiring.check_servers import servers
from mailwatch.wiring.findings import CheckRow, Inquiry, within
from mailwatch.wiring.health import Status
from mailwatch.wiring.migration import upgrade

Row = dict[str, Any]

ANCHORED = "    trust_anchor: mail.contoso.example\n"


def rows(house: House, lang: str = "en") -> dict[str, Row]:
    """The rows of ``check`` by name; the last one of a name."""
    done = house.run("check", "--json", lang=lang)
    found = json.loads(done.stdout)
    assert all({"check", "ok", "detail", "mend"} == set(row) for row in found)
    bad = [row for row in found if row["ok"] is False]
    assert (1 if bad else 0) == done.exit_code, done.output
    assert all(row["mend"] for row in bad), bad
    return {row["check"]: row for row in found}


def smtp_yaml(sink: SmtpSink, secret: Path, **changes: Any) -> str:
    keys = {
        "host": "localhost",
        "port": sink.port,
        "ca_file": str(sink.ca_file),
        "username": USER,
        "password": {"file": str(secret)},
        **changes,
    }
    return f"smtp: {json.dumps(keys)}\n"


@pytest.fixture
def smtp_secret(tmp_path: Path) -> Path:
    path = tmp_path / "smtp-password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return path


# ── certificates ──────────────────────────────────────────────────────────────


@pytest.mark.server
@pytest.mark.parametrize(
    ("left", "ok", "detail"),
    [
        (timedelta(days=30, hours=1), True, r"good for 30 days, until \d{4}-\d\d-\d\d; signed by trustme"),
        (timedelta(days=20, hours=1), None, "good for 20 days"),
        (timedelta(days=3, hours=1), False, "good for 3 days"),
        (timedelta(days=-2), False, "expired on"),
    ],
)
def test_how_long_certificates_are_good(
    tmp_path: Path, smtp_secret: Path, left: timedelta, *, ok: bool | None, detail: str
) -> None:
    """Of the IMAP and of the SMTP server: days left and who signed; an expired one is read as well."""
    until = datetime.now(UTC) + left
    dovecot = DovecotServer(not_after=until)
    sink = SmtpSink(starttls=True, auth=True, not_after=until).start()
    try:
        user = dovecot.start().new_user()
        house = over(tmp_path, user, more=smtp_yaml(sink, smtp_secret))
        found = rows(house)
        for name in ("support: certificate", "smtp: certificate"):
            assert (ok, True) == (found[name]["ok"], bool(re.match(detail, found[name]["detail"])))
            assert (ok is not True) == ("renew" in found[name]["mend"])
        if left < timedelta(0):
            assert found["support: connection"]["ok"] is False
            assert "must renew" in found["support: connection"]["mend"]
            assert "must renew" in found["smtp"]["mend"]
        else:
            assert (True, True) == (found["support: log-in"]["ok"], found["smtp"]["ok"])
    finally:
        sink.close()
        dovecot.close()


@pytest.mark.server
def test_a_certificate_that_nobody_signed_has_one_red_line(
    tmp_path: Path, dovecot_user: MailUser, smtp_sink_tls: SmtpSink
) -> None:
    """What is wrong with it is told once, by the connection, and not a second time."""
    house = over(tmp_path, dovecot_user, ca_file=str(smtp_sink_tls.ca_file))
    found = rows(house)
    assert found["support: connection"]["ok"] is False
    assert "support: certificate" not in found


# ── SMTP ──────────────────────────────────────────────────────────────────────


def test_smtp_is_tried_out_and_nothing_is_sent(tmp_path: Path, smtp_secret: Path) -> None:
    """STARTTLS and log-in, then NOOP; the table names neither password nor a mail."""
    sink = SmtpSink(starttls=True, auth=True).start()
    try:
        house = build(tmp_path, "", more=smtp_yaml(sink, smtp_secret, sender="us@contoso.example"))
        found = rows(house)
        assert (True, "") == (found["smtp"]["ok"], found["smtp"]["mend"])
        assert f"signed in as {USER}" in found["smtp"]["detail"]
        assert [] == sink.received
        assert PASSWORD not in house.run("check", lang="ko").output
    finally:
        sink.close()


def test_smtp_with_a_wrong_password(tmp_path: Path, smtp_secret: Path) -> None:
    """Red, with what to do; the certificate is good all the same. The way of alarms is looked at as well."""
    smtp_secret.write_text("not-this")
    sink = SmtpSink(starttls=True, auth=True).start()
    try:
        way = smtp_yaml(sink, smtp_secret, sender="us@contoso.example")
        house = build(tmp_path, "", more=f"alerts: {{{way.strip()}}}\n")
        found = rows(house)
        assert found["alerts.smtp"]["ok"] is False
        assert "password of smtp" in found["alerts.smtp"]["mend"]
        assert found["alerts.smtp: certificate"]["ok"] is True
    finally:
        sink.close()


def test_smtp_that_is_away(tmp_path: Path) -> None:
    """One red line, and no line on a certificate that nobody has seen."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    more = f"smtp: {{host: localhost, port: {port}, tls: none, sender: us@contoso.example}}\n"
    found = rows(build(tmp_path, "", more=more))
    assert found["smtp"]["ok"] is False
    assert "smtp: certificate" not in found


# ── nothing hangs ─────────────────────────────────────────────────────────────


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_says_nothing(tmp_path: Path, silent_port: int) -> None:
    """Its row is red, after the time-out of the configuration or fifteen seconds, whichever is less."""
    keys = f"host: localhost, port: {silent_port}, tls: none, timeout: 1 s, sender: us@contoso.example"
    found = rows(build(tmp_path, "", more=f"smtp: {{{keys}}}\n"))
    assert "does not answer in time" in found["smtp"]["detail"]


def test_whoever_hangs_is_told_and_the_others_are_heard() -> None:
    """A name server that is silent can be interrupted by nothing; ``check`` goes on without it."""
    over_now = threading.Event()

    def hangs() -> Iterator[CheckRow]:
        yield CheckRow("slow: host", ok=True, detail=Words("found"))
        over_now.wait(60)

    def fails() -> Iterator[CheckRow]:
        raise TemporaryError("away", mend="wait")
        yield

    def breaks() -> Iterator[CheckRow]:
        yield CheckRow("odd", ok=True, detail=Words(""))
        raise ZeroDivisionError

    def works() -> Iterator[CheckRow]:
        yield CheckRow("good", ok=True, detail=Words("well"))

    told = within(
        [
            Inquiry("slow", hangs),
            Inquiry("fails", fails),
            Inquiry("odd", breaks),
            Inquiry("good", works),
        ],
        2,
    )
    over_now.set()
    assert [
        ("slow: host", True),
        ("slow", False),
        ("fails", False),
        ("odd", True),
        ("odd", False),
        ("good", True),
    ] == [(row.check, row.ok) for row in told]
    assert "no end within 2 seconds" == str(told[1].detail)


def test_servers_are_asked_at_the_same_time(tmp_path: Path, silent_port: int) -> None:
    """Four silent ones take no longer than one: each answer is waited for by a thread of its own."""
    secret = tmp_path / "password"
    boxes = "".join(
        f"  - {{name: box{n}, address: box{n}@contoso.example, password: {{file: {secret}}},\n"
        f"     imap: {{host: localhost, port: {silent_port}, tls: none, timeout: 1 s}}}}\n"
        for n in range(4)
    )
    house = build(tmp_path, boxes, password="x")
    found = servers(load(house.config), lambda: datetime.now(UTC))
    assert {f"box{n}: connection" for n in range(4)} == {row.check for row in found if row.ok is False}


# ── this machine ──────────────────────────────────────────────────────────────


def test_the_disk_the_clock_and_what_waits(tmp_path: Path) -> None:
    """Free room of each file system, the clock against the ledger, the backlog, and whether a daemon runs."""
    found = rows(build(tmp_path, ""))
    assert re.match(r"[\d,.]+ (GiB|MiB) and ([\d,]+|-) inodes free: /", found["disk"]["detail"])
    assert found["clock"]["ok"] is True
    assert "KST" in found["clock"]["detail"]
    assert found["backlog"]["ok"] is True
    assert (None, True) == (found["daemon"]["ok"], "systemctl" in found["daemon"]["mend"])
    assert (True, "no secret lies open to other users") == (
        found["secrets"]["ok"],
        found["secrets"]["detail"],
    )


def test_the_last_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None yet; one by a timer, and two nights later none since; one that failed, with why."""
    house = build(tmp_path, "")
    config = load(house.config)

    def row(days: float = 0) -> CheckRow:
        return check_waiting.backup(config, datetime.now(UTC) + timedelta(days=days))

    assert (None, "none was made yet") == (row().ok, str(row().detail))
    monkeypatch.setenv("INVOCATION_ID", "0" * 32)
    assert 0 == house.run("backup", str(tmp_path / "backup")).exit_code
    assert row().ok is True
    assert f"into {tmp_path}/backup" in str(row().detail)
    assert row(2).ok is False
    assert "one was due since" in str(row(2).detail)
    monkeypatch.delenv("INVOCATION_ID")
    assert 2 == house.run("backup", str(house.data / "inside")).exit_code
    found = rows(house)["backup"]
    assert (False, True) == (found["ok"], "failed: " in found["detail"])
    assert "sudo mailwatch backup" in found["mend"]
    # Nothing that a person may have put there in its place is trusted.
    (house.data / "backup-last.json").write_text('{"folder": 3}')
    assert row().ok is None


def test_the_backlog_is_counted_in_mails() -> None:
    """Folders that were not counted yet are told beside those that were."""
    status = Status(
        folders=(
            FolderFacts("support", "INBOX", None, backfilled=False, older=1200),
            FolderFacts("support", "Sent", None, backfilled=False, older=1),
            FolderFacts("support", "Junk", None, backfilled=False),
            FolderFacts("billing", "INBOX", None, backfilled=True),
        ),
        messages=0,
        cases=0,
        quarantined=0,
        open_plans=0,
        unsent=0,
    )
    told = "1201 older mails to read (1 folder is not counted yet), 0 renames under way, "
    assert str(check_waiting.backlog(status).detail).startswith(told)


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """An hour before the newest ledger entry: red, because times recorded now would be wrong."""
    config = load(build(tmp_path, "").config)
    with open_app(config, upgrade) as app, app.store.writing() as tx:
        tx.ledger.record(ConfigSeen("0" * 64))
    rows = check(config, lambda: datetime.now(UTC) - timedelta(hours=1), upgrade)
    [row] = [row for row in rows if row.check == "clock"]
    assert row.ok is False
    assert "is earlier than the newest ledger entry" in str(row.detail)


@pytest.mark.parametrize(
    ("mode", "ok", "detail"),
    [(0o600, None, ""), (0o640, None, "by its group"), (0o604, False, "by every user")],
)
def test_secrets_that_lie_open(tmp_path: Path, mode: int, *, ok: bool | None, detail: str) -> None:
    """A group's right is a warning, everybody's is wrong; the mend is a command."""
    secret = tmp_path / "smtp-password"
    secret.write_text("x")
    secret.chmod(mode)
    keys = f"host: localhost, port: 9, tls: none, timeout: 1 s, username: u, password: {{file: {secret}}}"
    found = rows(build(tmp_path, "", more=f"smtp: {{{keys}}}\n"))
    if mode == 0o600:
        assert found["secrets"]["ok"] is True
        return
    assert ok is found["smtp: secret"]["ok"]
    assert detail in found["smtp: secret"]["detail"]
    assert f"run: chmod 600 {secret}" == found["smtp: secret"]["mend"]


def test_the_next_digests_by_the_readers_clocks(tmp_path: Path) -> None:
    """Five times for each zone that a reader lives in, once for two readers of one zone."""
    more = (
        "smtp: {host: localhost, port: 9, tls: none, timeout: 1 s, sender: us@contoso.example}\n"
        "digests: [{name: daily, at: 09:00, to: [a@x.example, b@x.example, "
        "{address: c@x.example, timezone: Europe/Berlin}]}]\n"
    )
    done = build(tmp_path, "", more=more).run("check", "--json")
    told = [row["detail"] for row in json.loads(done.stdout) if row["check"] == "digest daily"]
    assert ["next times (Asia/Seoul)", "next times (Europe/Berlin)"] == [t.split(":")[0] for t in told]
    assert [5, 5] == [t.count("09:00") for t in told]
    assert 5 == told[0].count("KST")


@pytest.mark.server
def test_a_daemon_is_seen_and_not_disturbed(tmp_path: Path, dovecot_user: MailUser) -> None:
    """While it runs, the row is green, however often one looks."""
    house = over(tmp_path, dovecot_user, more="digests: []\n")
    with Running(house) as daemon:
        daemon.until("start")
        for _ in range(3):
            assert rows(house)["daemon"]["ok"] is True
        daemon.end()
    assert rows(house)["daemon"]["ok"] is None


@pytest.mark.server
def test_all_of_it_in_korean(tmp_path: Path, dovecot_user: MailUser) -> None:
    """The table for people speaks Korean; the JSON stays English."""
    house = build(
        tmp_path, mailbox_yaml(dovecot_user, tmp_path / "password") + ANCHORED, dovecot_user.password
    )
    shown = house.run("check", lang="ko").stdout
    assert "인증서" in shown
    assert "다음 발송" in shown
    assert "inodes free" not in shown
    assert "good for" in rows(house, lang="ko")["support: certificate"]["detail"]
