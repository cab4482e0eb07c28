"""Digests of the real process: what is refused holds up nobody else, and goes out once it is mended."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from servers.daemon import Running, until
from servers.house import over
from servers.mailuser import MailUser
from servers.smtp import PASSWORD, USER, SmtpSink

pytestmark = pytest.mark.server

DAILY = (
    "digests: [{{name: daily, to: [{to}], at: 00:00, days: [mon, tue, wed, thu, fri, sat, sun]{more}}}]\n"
    "alerts: {{after: 1 s}}\n"
)


def subjects(user: MailUser) -> list[bytes]:
    return [line for mail in user.dump() for line in mail.raw.split(b"\r\n") if line.startswith(b"Subject:")]


def test_a_wrong_password_and_a_refused_reader_are_told_and_mended(
    tmp_path: Path, dovecot_user: MailUser, smtp_sink_tls: SmtpSink
) -> None:
    """One line for each reader, an alarm by the way that works; after SIGHUP each has one digest.

    The password is wrong at first; then one of three readers is refused, and later taken.
    """
    secret = tmp_path / "smtp-password"
    secret.write_text("wrong")
    secret.chmod(0o600)
    smtp = (
        f"smtp: {{host: localhost, port: {smtp_sink_tls.port}, tls: starttls, username: {USER}, "
        f"password: {{file: {secret}}}, ca_file: {smtp_sink_tls.ca_file}}}\n"
    )
    people = ["lee@contoso.example", "gone@contoso.example", "mei@contoso.example"]
    house = over(tmp_path, dovecot_user, more=DAILY.format(to=", ".join(people), more="") + smtp)
    with Running(house, "-v") as daemon:
        daemon.until("digest", 3)
        daemon.until("digest-overdue")
        until(
            lambda: any(b"the digest daily did not go out" in s for s in subjects(dovecot_user)), "the alarm"
        )
        secret.write_text(PASSWORD)
        smtp_sink_tls.failures.rcpt_of["gone@contoso.example"] = "550 5.1.1 no such user"
        daemon.send(signal.SIGHUP)
        daemon.until("digest", 6)
        refused = [line for line in daemon.events("digest") if "no such user" in line]
        smtp_sink_tls.failures.rcpt_of.clear()
        daemon.send(signal.SIGHUP)
        daemon.until("digest", 7)
        daemon.end()
    assert 3 == sum("state=failed" in line and "no such user" not in line for line in daemon.events("digest"))
    assert 1 == len(refused)
    assert "recipient=gone@contoso.example state=failed" in refused[0]
    digests = [mail for mail in smtp_sink_tls.received if b"\nMailwatch-Digest: " in mail.raw]
    assert sorted(people) == sorted(to for mail in digests for to in mail.recipients)
    assert all(mail.tls and mail.logged_in for mail in digests)
    assert PASSWORD not in "\n".join(daemon.log)


def test_a_broken_template_is_told_once_and_mended(tmp_path: Path, dovecot_user: MailUser) -> None:
    """The line names the file; the alarm comes; mended, the digest goes out with SIGHUP, once."""
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "digest.txt.j2").write_text("{% if %}")
    house = over(
        tmp_path,
        dovecot_user,
        more=DAILY.format(to="kim@contoso.example", more="") + f"templates: {templates}\n",
    )
    with Running(house, "-v") as daemon:
        daemon.until("digest-overdue")
        assert "digest.txt.j2" in daemon.events("digest")[0]
        until(
            lambda: any(b"the digest daily did not go out" in s for s in subjects(dovecot_user)), "the alarm"
        )
        (templates / "digest.txt.j2").unlink()
        daemon.send(signal.SIGHUP)
        daemon.until("digest", 2)
        daemon.end()
    assert 1 == sum(b"\nMailwatch-Digest: " in mail.raw for mail in dovecot_user.dump())
