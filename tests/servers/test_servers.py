"""The test servers do what their users rely on."""

from __future__ import annotations

import os
import smtplib
import ssl

import pytest
from imapclient import IMAPClient
from servers.dovecot import KOREAN_SENT, DovecotServer
from servers.mailuser import MailUser
from servers.smtp import PASSWORD, USER, SmtpSink

MAIL = b"From: a@contoso.example\r\nSubject: hello\r\n\r\nbody\r\n"


@pytest.fixture(params=[pytest.param("dovecot_user", marks=pytest.mark.server), "pymap_user"])
def user(request: pytest.FixtureRequest) -> MailUser:
    value = request.getfixturevalue(request.param)
    assert isinstance(value, MailUser)
    return value


def test_what_is_delivered_can_be_dumped(user: MailUser) -> None:
    """Bytes, flags and date of a delivered mail come back from a dump."""
    uid = user.deliver(MAIL, flags=[r"\Seen"])
    (stored,) = user.dump()
    assert (stored.uid, stored.raw, stored.flags) == (uid, MAIL, {r"\Seen"})


def test_every_test_has_its_own_mailbox(user: MailUser) -> None:
    """A fresh user's INBOX is empty, whatever other tests delivered."""
    assert user.dump() == []


@pytest.mark.server
def test_dovecot_marks_a_korean_sent_folder(dovecot_user: MailUser) -> None:
    """A folder called 보낸 편지함 carries the special-use attribute of sent mail."""
    dovecot_user.create(KOREAN_SENT)
    with dovecot_user.client() as client:
        found = {name: flags for flags, _, name in client.list_folders()}
    assert rb"\Sent" in found[KOREAN_SENT]


@pytest.mark.server
def test_dovecot_has_tls_on_both_doors(dovecot: DovecotServer) -> None:
    """The test CA is accepted on the TLS port and after STARTTLS."""
    alice = dovecot.account("alice")
    context = ssl.create_default_context(cafile=str(alice.ca_file))
    with IMAPClient("localhost", port=dovecot.tls_port, ssl_context=context, timeout=20) as client:
        client.login(alice.name, alice.password)
    with IMAPClient("localhost", port=dovecot.port, ssl=False, timeout=20) as client:
        client.starttls(context)
        client.login(alice.name, alice.password)


@pytest.mark.server
def test_bob_is_soon_full(dovecot: DovecotServer) -> None:
    """Bob's quota of 200 KiB refuses a mail of 300 kB."""
    with pytest.raises(IMAPClient.Error, match="OVERQUOTA"):
        dovecot.account("bob").deliver(MAIL + b"x" * 300_000)


@pytest.mark.server
def test_many_mails_can_be_put_in_past_imap(dovecot: DovecotServer, dovecot_user: MailUser) -> None:
    """Mails laid into the Maildir are there for IMAP, with CRLF."""
    assert dovecot.fill(dovecot_user.name, [MAIL] * 20) == 20
    assert {s.raw for s in dovecot_user.dump()} == {MAIL}


@pytest.mark.server
def test_a_killed_dovecot_comes_back_with_its_mail(own_dovecot: DovecotServer) -> None:
    """Mail survives a kill; ports stay the same."""
    user = own_dovecot.new_user()
    user.deliver(MAIL)
    own_dovecot.kill()
    own_dovecot.restart()
    assert [s.raw for s in user.dump()] == [MAIL]


@pytest.mark.server
def test_connections_of_one_user_can_be_cut(dovecot: DovecotServer, dovecot_user: MailUser) -> None:
    """Cutting one user's connections leaves the server running."""
    other = dovecot.new_user()
    client = IMAPClient("localhost", port=dovecot_user.port, ssl=False, timeout=20)
    client.login(dovecot_user.name, dovecot_user.password)
    assert dovecot.drop_connections(dovecot_user.name) == 1
    with pytest.raises((IMAPClient.AbortError, OSError)):
        client.noop()
    client.shutdown()
    assert other.dump() == []


def _send(sink: SmtpSink) -> None:
    with smtplib.SMTP(sink.host, sink.port, timeout=20) as smtp:
        smtp.sendmail("a@contoso.example", ["b@contoso.example"], MAIL)


def test_the_sink_keeps_bytes_and_envelope(smtp_sink: SmtpSink) -> None:
    """What was sent is kept as it came."""
    _send(smtp_sink)
    (mail,) = smtp_sink.received
    assert (mail.raw, mail.recipients, mail.tls) == (MAIL, ("b@contoso.example",), False)


@pytest.mark.parametrize(
    ("field", "reply", "code"),
    [("mail", "451 4.7.1 later", 451), ("rcpt", "550 5.1.1 nobody", 550), ("data", "554 5.6.0 no", 554)],
)
def test_the_sink_refuses_on_demand(smtp_sink: SmtpSink, field: str, reply: str, code: int) -> None:
    """Each step can be made to fail with a code of one's choice."""
    setattr(smtp_sink.failures, field, reply)
    with pytest.raises(smtplib.SMTPException) as caught:
        _send(smtp_sink)
    assert str(code) in str(caught.value)


def test_the_sink_can_hang_up_after_it_took_the_mail(smtp_sink: SmtpSink) -> None:
    """A cut after the data leaves the mail with the sink and the sender without an answer."""
    smtp_sink.failures.drop = "after-data"
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(smtp_sink)
    assert len(smtp_sink.received) == 1


def test_the_sink_speaks_starttls_and_asks_for_a_log_in(smtp_sink_tls: SmtpSink) -> None:
    """Inside TLS, with the right password, mail is taken and both facts are noted."""
    context = ssl.create_default_context(cafile=str(smtp_sink_tls.ca_file))
    with smtplib.SMTP("localhost", smtp_sink_tls.port, timeout=20) as smtp:
        smtp.starttls(context=context)
        smtp.login(USER, PASSWORD)
        smtp.sendmail("a@contoso.example", ["b@contoso.example"], MAIL)
    (mail,) = smtp_sink_tls.received
    assert mail.tls
    assert mail.logged_in


def test_the_environment_is_clean() -> None:
    """Settings of whoever runs the tests do not reach them."""
    assert "CREDENTIALS_DIRECTORY" not in os.environ
    assert "MAILWATCH_CONFIG" not in os.environ


@pytest.mark.parametrize(
    ("required", "outcome"), [("1", pytest.fail.Exception), ("0", pytest.skip.Exception)]
)
def test_what_is_missing_skips_or_fails(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    outcome: type[BaseException],
) -> None:
    """A user's machine may lack servers and data; where MAILWATCH_REQUIRE_ALL is 1, that is a failure."""
    plugins = request.config.pluginmanager.get_plugins()
    (conftest,) = [p for p in plugins if str(getattr(p, "__file__", "")).endswith("tests/conftest.py")]
    monkeypatch.setenv("MAILWATCH_REQUIRE_ALL", required)
    monkeypatch.setenv("MAILWATCH_SHARED", "/nonexistent")
    request.node.add_marker(pytest.mark.shared)
    with pytest.raises(outcome, match="MAILWATCH_SHARED"):
        conftest.pytest_runtest_setup(request.node)
