"""The IMAP adapter against Dovecot: TLS, log-in, quota, outages, and that reading changes nothing."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from servers.accounts import account_at, account_of, mailbox_of, spool_in
from servers.dovecot import KOREAN_SENT, DovecotServer
from servers.mailuser import MailUser
from servers.ports import free_ports
from servers.scripted import SILENCE, ScriptedServer

from mailwatch.adapters import first_byte
from mailwatch.adapters.imap import ImapMailbox, Tls, probe_connection
from mailwatch.adapters.imap.tls import context_for
from mailwatch.errors import ConfigError, Refused, TemporaryError
from mailwatch.ports import Role

MAIL = b"Message-ID: <1@contoso.example>\r\nSubject: hello\r\n\r\nbody\r\n"
HIGHEST = 2**32 - 1

dovecot_only = pytest.mark.server


# ── TLS and plain text ────────────────────────────────────────────────────────


@dovecot_only
@pytest.mark.parametrize("tls", list(Tls))
def test_each_way_in_leads_to_the_same_mail(dovecot_user: MailUser, tmp_path: Path, tls: Tls) -> None:
    """TLS from the start, STARTTLS, and plain text on loopback."""
    dovecot_user.deliver(MAIL)
    mailbox = mailbox_of(dovecot_user, tmp_path, tls)
    assert mailbox.examine("INBOX").exists == 1
    mailbox.close()


@dovecot_only
@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_an_unknown_ca_is_not_trusted(dovecot_user: MailUser, tmp_path: Path, tls: Tls) -> None:
    """Without our CA file the certificate is refused, and the password stays home."""
    asked: list[str] = []

    def password() -> str:
        asked.append("x")
        return dovecot_user.password

    mailbox = mailbox_of(dovecot_user, tmp_path, tls, ca_file=None, password=password)
    with pytest.raises(ConfigError, match="cannot be trusted") as caught:
        mailbox.examine("INBOX")
    assert "ca_file" in str(caught.value.mend)


@dovecot_only
@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_a_certificate_for_another_name_says_for_whom(
    dovecot_user: MailUser, tmp_path: Path, tls: Tls
) -> None:
    """The same server by an address that is not in its certificate: its names are told."""
    mailbox = mailbox_of(dovecot_user, tmp_path, tls, host="127.0.0.2")
    with pytest.raises(ConfigError, match=r"made out to .*localhost.*, not to 127\.0\.0\.2"):
        mailbox.examine("INBOX")


@dovecot_only
@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.NONE])
def test_a_greeting_awaited_on_the_tls_port_is_a_wrong_setting(
    dovecot_user: MailUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    """A server that waits for TLS is silent like one that is away; that is told, and the other tls."""
    monkeypatch.setattr(first_byte, "GREETING", 0.2)
    mailbox = mailbox_of(dovecot_user, tmp_path, tls, port=dovecot_user.tls_port, connect_timeout=0.5)
    with pytest.raises(ConfigError, match=f"wants TLS from the first byte, and tls is {tls}") as caught:
        mailbox.examine("INBOX")
    assert "tls to implicit for the mailbox support" in str(caught.value.mend)


def test_a_server_that_is_silent_to_everybody_may_speak_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called a wrong setting that may be a server in trouble."""
    monkeypatch.setattr(first_byte, "GREETING", 0.1)
    monkeypatch.setattr(first_byte, "_HANDSHAKE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        account = account_at(deaf.getsockname()[1], tls=Tls.STARTTLS, connect_timeout=0.1)
        with pytest.raises(TemporaryError, match="does not answer in time"):
            ImapMailbox(account, spool_in(tmp_path)).examine("INBOX")


@dovecot_only
def test_tls_on_the_plain_port_is_a_wrong_setting(dovecot_user: MailUser, tmp_path: Path) -> None:
    """TLS from the first byte on port 143 is told as a wrong port or a wrong tls."""
    mailbox = mailbox_of(dovecot_user, tmp_path, Tls.IMPLICIT, port=dovecot_user.port)
    with pytest.raises(ConfigError, match="does not come about"):
        mailbox.examine("INBOX")


def test_a_server_without_starttls_gets_no_password(tmp_path: Path) -> None:
    """STARTTLS that is not offered is never replaced by plain text."""
    with ScriptedServer() as server:
        mailbox = ImapMailbox(account_at(server.port, tls=Tls.STARTTLS), spool_in(tmp_path))
        with pytest.raises(ConfigError, match="does not offer STARTTLS"):
            mailbox.examine("INBOX")
        assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in server.said)


def test_a_server_that_lets_everybody_in_before_starttls_gets_no_password(tmp_path: Path) -> None:
    """A man in the middle who greets with PREAUTH makes STARTTLS impossible; nothing goes on in clear."""
    capability = b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n"
    with ScriptedServer({"CAPABILITY": capability}, greeting=b"* PREAUTH hello\r\n") as server:
        mailbox = ImapMailbox(account_at(server.port, tls=Tls.STARTTLS), spool_in(tmp_path))
        with pytest.raises((ConfigError, TemporaryError)):
            mailbox.examine("INBOX")
        assert set(server.said) <= {"CAPABILITY"}


def test_plain_text_beyond_loopback_is_refused_before_connecting(tmp_path: Path) -> None:
    """Nobody is called, the password is not even fetched into a line."""
    account = account_at(143, host="mail.contoso.example", tls=Tls.NONE)
    with pytest.raises(ConfigError, match=r"plain text to mail\.contoso\.example is refused") as caught:
        ImapMailbox(account, spool_in(tmp_path)).examine("INBOX")
    assert "insecure_plain" in str(caught.value.mend)


def test_plain_text_can_be_allowed_in_so_many_words() -> None:
    """insecure_plain lifts the refusal."""
    assert not account_at(143, host="mail.contoso.example", insecure_plain=True).plain_refused


@dovecot_only
def test_tls_contexts_are_shared(dovecot_user: MailUser) -> None:
    """One context for each CA file, however many mailboxes use it."""
    assert context_for(dovecot_user.ca_file) is context_for(dovecot_user.ca_file)
    assert context_for(dovecot_user.ca_file) is not context_for(None)


def test_a_renewed_ca_file_counts_without_a_restart(tmp_path: Path) -> None:
    """A changed file makes a new context; the daemon runs for months."""
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    os.utime(path, (1, 1))
    before = context_for(path)
    trustme.CA().cert_pem.write_to_path(path)
    assert context_for(path) is not before


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_named(tmp_path: Path, content: str | None) -> None:
    """A missing file, and one without a certificate, are for a person to mend."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        context_for(path)


def test_a_certificate_out_of_date_is_told(tmp_path: Path) -> None:
    """An expired certificate says so in the error's words."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(context)
    with ScriptedServer(tls=context) as server:
        account = account_at(server.port, tls=Tls.IMPLICIT, ca_file=tmp_path / "ca.pem")
        with pytest.raises(ConfigError, match="expired"):
            ImapMailbox(account, spool_in(tmp_path)).examine("INBOX")


# ── who may come in, and who is away ──────────────────────────────────────────


@dovecot_only
def test_a_wrong_password_is_for_a_person_to_mend(dovecot_user: MailUser, tmp_path: Path) -> None:
    """The user is named, the password is not."""
    mailbox = mailbox_of(dovecot_user, tmp_path, password=lambda: "wr0ng-pass")
    with pytest.raises(ConfigError, match="does not accept user name and password") as caught:
        mailbox.examine("INBOX")
    assert dovecot_user.name in str(caught.value)
    assert "wr0ng" not in str(caught.value)


@dovecot_only
@pytest.mark.parametrize("password", ['quo"te', "back\\slash", "blank and {3}", "한국어 비밀번호"])
def test_strange_passwords_work(dovecot: DovecotServer, tmp_path: Path, password: str) -> None:
    """Quotes, backslashes, blanks and Hangul in a password are sent as they are."""
    mailbox = mailbox_of(dovecot.new_user(password=password), tmp_path)
    assert mailbox.examine("INBOX").exists == 0
    mailbox.close()


def test_a_server_that_is_away_comes_back(tmp_path: Path) -> None:
    """A closed port is temporary."""
    (port,) = free_ports(1)
    with pytest.raises(TemporaryError, match="nobody answers"):
        ImapMailbox(account_at(port), spool_in(tmp_path)).examine("INBOX")


def test_a_server_without_a_greeting_is_given_up_in_time(tmp_path: Path) -> None:
    """A port that accepts and says nothing ends by the connect timeout."""
    with (
        ScriptedServer(greeting=SILENCE) as server,
        pytest.raises(TemporaryError, match="in time"),
    ):
        ImapMailbox(account_at(server.port, connect_timeout=0.3), spool_in(tmp_path)).examine("INBOX")


def test_a_host_that_does_not_exist_is_for_a_person_to_mend(tmp_path: Path) -> None:
    """A name that cannot be a host is told as such, or as one that cannot be looked up right now."""
    account = account_at(993, host="mail.invalid", tls=Tls.IMPLICIT)
    with pytest.raises((ConfigError, TemporaryError), match=r"mail\.invalid"):
        ImapMailbox(account, spool_in(tmp_path)).examine("INBOX")


@dovecot_only
def test_an_outage_between_two_calls_is_survived(own_dovecot: DovecotServer, tmp_path: Path) -> None:
    """The server is killed: one temporary error, and once it is back reading goes on in the same folder."""
    user = own_dovecot.new_user()
    uid = user.deliver(MAIL)
    mailbox = mailbox_of(user, tmp_path)
    mailbox.examine("INBOX")
    own_dovecot.kill()
    with pytest.raises(TemporaryError):
        mailbox.search(1, HIGHEST)
    own_dovecot.restart()
    assert mailbox.search(1, HIGHEST) == (uid,)
    mailbox.close()


@dovecot_only
def test_a_folder_that_was_deleted_and_made_anew_is_noticed(
    dovecot: DovecotServer, dovecot_user: MailUser, tmp_path: Path
) -> None:
    """After a cut, another UIDVALIDITY ends the pass instead of giving wrong mails."""
    dovecot_user.deliver(MAIL, folder="Cases")
    mailbox = mailbox_of(dovecot_user, tmp_path)
    mailbox.examine("Cases")
    dovecot.drop_connections(dovecot_user.name)
    dovecot_user.delete_folder("Cases")
    dovecot_user.create("Filler")
    dovecot_user.deliver(MAIL, folder="Cases")
    with pytest.raises(TemporaryError):
        mailbox.search(1, HIGHEST)
    with pytest.raises(TemporaryError, match="made anew"):
        mailbox.search(1, HIGHEST)
    mailbox.close()


@dovecot_only
def test_a_full_mailbox_refuses_and_goes_on(dovecot: DovecotServer, tmp_path: Path) -> None:
    """Over quota is told as such; the line still stands, and so does the mail that was there."""
    user = dovecot.new_user(quota="20K")
    user.deliver(MAIL)
    mailbox = mailbox_of(user, tmp_path)
    mailbox.select("INBOX")
    with pytest.raises(Refused, match="full") as caught:
        mailbox.append("INBOX", MAIL + b"x" * 30_000, [], None)
    assert caught.value.why == "over-quota"
    assert len(mailbox.search(1, HIGHEST)) == 1
    mailbox.close()


# ── reading ───────────────────────────────────────────────────────────────────


@dovecot_only
def test_the_korean_sent_folder_is_found_by_its_attribute(dovecot_user: MailUser, tmp_path: Path) -> None:
    r"""보낸 편지함 carries \Sent; 휴지통, which this server does not mark, is known by its name."""
    dovecot_user.create(KOREAN_SENT, "휴지통")
    mailbox = mailbox_of(dovecot_user, tmp_path)
    roles = {f.name: f.role for f in mailbox.folders()}
    assert roles == {"INBOX": Role.INBOX, KOREAN_SENT: Role.SENT, "휴지통": Role.TRASH}
    mailbox.close()


@dovecot_only
def test_reading_changes_nothing_on_the_server(dovecot_user: MailUser, tmp_path: Path) -> None:
    r"""UIDs, flags, dates and bytes are the same after everything that reads, and \Recent is left, too."""
    dovecot_user.deliver_many([MAIL.replace(b"<1@", b"<%d@" % n) for n in range(30)])
    dovecot_user.deliver(MAIL + b"0123456789abcdef" * 600_000)
    before, recent = dovecot_user.dump(), dovecot_user.recent()
    mailbox = mailbox_of(dovecot_user, tmp_path)
    mailbox.folders()
    mailbox.examine("INBOX")
    uids = mailbox.search(1, HIGHEST)
    assert sum(len(batch) for batch in mailbox.batches(uids)) == 31
    mailbox.list(uids)
    mailbox.read(uids[:3])
    mailbox.find("3@contoso.example")
    mailbox.copies(1)
    mailbox.close()
    assert dovecot_user.dump() == before
    assert dovecot_user.recent() == recent > 0


@dovecot_only
def test_a_60_mib_mail_goes_to_disk(dovecot_user: MailUser, tmp_path: Path) -> None:
    """A mail of 60 MiB arrives whole, as a file, with its hash."""
    raw = MAIL + b"0123456789abcdef" * (60 * 1024 * 1024 // 16)
    uid = dovecot_user.deliver(raw)
    mailbox = mailbox_of(dovecot_user, tmp_path)
    mailbox.examine("INBOX")
    ((mail,),) = list(mailbox.batches([uid]))
    assert isinstance(mail.content, Path)
    assert (mail.size, mail.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert mail.read() == raw
    mailbox.close()


@dovecot_only
def test_batches_are_bounded_by_count(dovecot_user: MailUser, tmp_path: Path) -> None:
    """600 small mails come as batches of at most 250, each UID once and in order."""
    uids = dovecot_user.deliver_many([MAIL] * 600)
    mailbox = mailbox_of(dovecot_user, tmp_path)
    mailbox.examine("INBOX")
    batches = [[m.place.uid for m in batch] for batch in mailbox.batches(uids)]
    assert max(len(batch) for batch in batches) == 250
    assert [uid for batch in batches for uid in batch] == uids
    mailbox.close()


def test_pymap_keeps_bare_line_ends(pymap_user: MailUser, tmp_path: Path) -> None:
    """Dovecot makes CRLF of bare line ends by itself; pymap stores what is sent."""
    raw = b"Subject: x\r\n\r\nbare\nline\rends \x00\x80\xff\r\n"
    mailbox = mailbox_of(pymap_user, tmp_path)
    mailbox.select("INBOX")
    place = mailbox.append("INBOX", raw, [], None)
    assert place is not None
    assert mailbox.read([place[1]])[place[1]].read() == raw
    mailbox.close()


# ── the check ─────────────────────────────────────────────────────────────────


@dovecot_only
@pytest.mark.parametrize("tls", list(Tls))
def test_the_check_goes_step_by_step(dovecot_user: MailUser, tls: Tls) -> None:
    """All five steps are told where all is well."""
    dovecot_user.create(KOREAN_SENT)
    found = probe_connection(account_of(dovecot_user, tls))
    assert [p.check for p in found] == ["host", "connection", "log-in", "capabilities", "folders"]
    assert all(p.ok for p in found)
    assert KOREAN_SENT in str(found[-1].detail)


@dovecot_only
def test_the_check_warns_where_no_sent_folder_is_known(dovecot_user: MailUser) -> None:
    """Without a folder of sent mail our own answers are not seen: a warning with a mend."""
    last = probe_connection(account_of(dovecot_user))[-1]
    assert last.ok is None
    assert "outgoing" in str(last.mend)


@dovecot_only
def test_the_check_stops_where_it_fails(dovecot_user: MailUser) -> None:
    """A wrong password fails the third step, with a mend; later steps are not guessed at."""
    found = probe_connection(account_of(dovecot_user, password=lambda: "wr0ng"))
    assert [(p.check, p.ok) for p in found] == [("host", True), ("connection", True), ("log-in", False)]
    assert str(found[-1].mend)


def test_the_check_of_a_closed_port_fails_at_the_connection() -> None:
    """The host is there, the port is not."""
    (port,) = free_ports(1)
    found = probe_connection(account_at(port))
    assert [(p.check, p.ok) for p in found] == [("host", True), ("connection", False)]


def test_the_check_of_refused_plain_text_calls_nobody() -> None:
    """Plain text beyond loopback fails in so many words."""
    found = probe_connection(account_at(143, host="192.0.2.1", tls=Tls.NONE))
    assert [(p.check, p.ok) for p in found] == [("host", True), ("connection", False)]
    assert "plain text" in str(found[-1].detail)


def test_the_check_warns_where_mails_cannot_be_moved() -> None:
    """Without MOVE and UIDPLUS renaming is possible by copy only, and the way to say so is told."""
    with ScriptedServer({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"}) as server:
        found = {p.check: p for p in probe_connection(account_at(server.port))}
    assert found["capabilities"].ok is None
    assert "MOVE, UIDPLUS" in str(found["capabilities"].detail)
    assert "copy" in str(found["capabilities"].mend)


def test_the_check_names_a_host_that_cannot_be_found() -> None:
    """A name that no server knows fails the first step."""
    (row,) = probe_connection(account_at(993, host="mail.invalid", tls=Tls.IMPLICIT))
    assert (row.check, row.ok) == ("host", False)


def test_a_certificate_that_is_wrong_in_two_ways_is_still_told(tmp_path: Path) -> None:
    """Made out to another name and out of date: the name is wrong, and whose it is stays unknown."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other = ca.issue_cert("mail.fabrikam.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    other.configure_cert(context)
    with ScriptedServer(tls=context) as server:
        account = account_at(server.port, tls=Tls.IMPLICIT, ca_file=tmp_path / "ca.pem")
        with pytest.raises(ConfigError, match=r"certificate"):
            ImapMailbox(account, spool_in(tmp_path)).examine("INBOX")
