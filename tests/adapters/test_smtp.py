"""Handing a digest to a mail server: what may have arrived, whose fault a failure is, and no secret in it."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from servers.ports import free_ports
from servers.smtp import PASSWORD, USER, SmtpSink

from mailwatch.adapters import first_byte, smtp
from mailwatch.adapters.smtp import SmtpSender, SmtpSettings
from mailwatch.errors import ConfigError, MailwatchError, MaybeSent, TemporaryError

RAW = b"Subject: x\r\n\r\n.a line with a dot\r\n..two\r\nend\r\n"
ME, YOU = "us@contoso.example", "lee@contoso.example"


def settings(sink: SmtpSink) -> SmtpSettings:
    return SmtpSettings(sink.host, sink.port, tls="none", timeout=5)


def secure(sink: SmtpSink) -> SmtpSettings:
    return SmtpSettings(sink.host, sink.port, ca_file=sink.ca_file, timeout=5, login=lambda: (USER, PASSWORD))


def fault(settings: SmtpSettings, recipient: str = YOU) -> MailwatchError:
    with pytest.raises(MailwatchError) as caught:
        SmtpSender(settings).send(RAW, ME, recipient)
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(settings)
    assert PASSWORD not in everything
    assert "geheim" not in everything
    return caught.value


def test_the_mail_arrives_byte_for_byte(smtp_sink: SmtpSink) -> None:
    """Leading dots are stuffed on the way (RFC 5321 4.5.2) and arrive as they were."""
    SmtpSender(settings(smtp_sink)).send(RAW, ME, YOU)
    [mail] = smtp_sink.received
    assert (mail.sender, mail.recipients, mail.raw) == (ME, (YOU,), RAW)


def test_bare_line_ends_and_a_missing_last_one_are_mended(smtp_sink: SmtpSink) -> None:
    """DATA knows CRLF alone; the last line is ended."""
    SmtpSender(settings(smtp_sink)).send(b"Subject: x\n\na\rb", ME, YOU)
    assert smtp_sink.received[0].raw == b"Subject: x\r\n\r\na\r\nb\r\n"


def test_starttls_and_log_in(smtp_sink_tls: SmtpSink) -> None:
    """The password is fetched for the log-in, and travels inside TLS."""
    SmtpSender(secure(smtp_sink_tls)).send(RAW, ME, YOU)
    assert [(m.tls, m.logged_in) for m in smtp_sink_tls.received] == [(True, True)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # It does not know implicit TLS.
def test_implicit_tls_and_log_in() -> None:
    """TLS from the first byte (RFC 8314 3.3), the certificate verified."""
    sink = SmtpSink(implicit=True, auth=True).start()
    try:
        SmtpSender(replace(secure(sink), tls="implicit")).send(RAW, ME, YOU)
        assert [(True, True, RAW)] == [(m.tls, m.logged_in, m.raw) for m in sink.received]
        assert isinstance(fault(replace(secure(sink), tls="implicit", ca_file=None)), ConfigError)
        assert 1 == len(sink.received)
    finally:
        sink.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # It does not know implicit TLS.
def test_a_greeting_awaited_on_a_port_of_tls_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for TLS is silent like one that is away; that is told, and the other tls."""
    monkeypatch.setattr(first_byte, "GREETING", 0.2)
    sink = SmtpSink(implicit=True, auth=True).start()
    try:
        error = fault(replace(secure(sink), tls="starttls", timeout=0.5))
    finally:
        sink.close()
    assert isinstance(error, ConfigError)
    assert "wants TLS from the first byte, and tls is starttls" in str(error)
    assert "tls of smtp to implicit" in str(error.mend)


def test_tls_towards_a_server_that_hangs_up_on_it_is_a_wrong_setting() -> None:
    """Some greet in plain text to others, and end a line that begins with a handshake."""

    def talk(line: socket.socket) -> None:
        line.settimeout(0.2)
        try:
            line.recv(1)
        except TimeoutError:
            line.sendall(b"220 hello\r\n")

    with scripted(talk, lines=2) as towards:
        error = fault(replace(towards, tls="implicit"))
    assert isinstance(error, ConfigError)
    assert "greets in plain text, and tls is implicit" in str(error)
    assert "tls of smtp to starttls" in str(error.mend)


def test_a_server_that_offers_no_starttls_gets_nothing(smtp_sink: SmtpSink) -> None:
    """TLS is never given up, whoever strips the offer on the way."""
    error = fault(replace(settings(smtp_sink), tls="starttls", login=lambda: (USER, "geheim")))
    assert isinstance(error, ConfigError)
    assert "STARTTLS" in str(error)
    assert smtp_sink.received == []


def test_a_certificate_that_nobody_vouches_for_is_refused(smtp_sink_tls: SmtpSink) -> None:
    """Without the CA file the certificate is unknown, and the config can be mended."""
    error = fault(replace(secure(smtp_sink_tls), ca_file=None))
    assert isinstance(error, ConfigError)
    assert "certificate" in str(error)
    assert smtp_sink_tls.received == []


def test_a_certificate_for_another_name_is_refused(smtp_sink_tls: SmtpSink) -> None:
    """The name is checked: 127.0.0.2 stands in no certificate of the sink's."""
    error = fault(replace(secure(smtp_sink_tls), host="127.0.0.2"))
    assert isinstance(error, (ConfigError, TemporaryError))
    assert smtp_sink_tls.received == []


def test_a_ca_file_that_is_none_is_a_mistake_of_the_config(smtp_sink_tls: SmtpSink) -> None:
    """The path is named."""
    error = fault(replace(secure(smtp_sink_tls), ca_file=smtp_sink_tls.ca_file.parent / "none.pem"))
    assert isinstance(error, ConfigError)
    assert "none.pem" in str(error)


def test_a_wrong_password_is_a_mistake_of_the_config(smtp_sink_tls: SmtpSink) -> None:
    """Nobody reads the password in the error, its causes or the settings."""
    error = fault(replace(secure(smtp_sink_tls), login=lambda: (USER, "geheim")))
    assert isinstance(error, ConfigError)
    assert "password" in str(error)


def test_a_password_beyond_ascii_is_refused_in_words_without_it(smtp_sink_tls: SmtpSink) -> None:
    """The encoder's own error would carry the password along."""
    error = fault(replace(secure(smtp_sink_tls), login=lambda: (USER, "geheim-ü")))
    assert isinstance(error, ConfigError)
    assert error.__cause__ is None


def test_a_secret_that_cannot_be_fetched_says_so_itself(smtp_sink_tls: SmtpSink) -> None:
    """The credential's own error passes unchanged."""

    def missing() -> tuple[str, str]:
        raise ConfigError("the credential is not there")

    assert str(fault(replace(secure(smtp_sink_tls), login=missing))) == "the credential is not there"


@pytest.mark.parametrize("moment", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("451 4.7.1 try later", TemporaryError),
        ("421 4.3.2 closing", TemporaryError),
        ("550 5.1.1 no", ConfigError),
    ],
)
def test_refusals_by_class_of_reply(
    smtp_sink: SmtpSink, moment: str, reply: str, kind: type[MailwatchError]
) -> None:
    """4yz may be tried again, 5yz a person must mend; the server's words are shown; nothing has arrived."""
    setattr(smtp_sink.failures, moment, reply)
    error = fault(settings(smtp_sink))
    assert type(error) is kind
    assert reply[:3] in str(error)
    assert smtp_sink.received == []


def test_a_line_that_breaks_before_the_data_lost_nothing(smtp_sink: SmtpSink) -> None:
    """The mail was not handed over: a plain temporary error."""
    smtp_sink.failures.drop = "before-data"
    assert type(fault(settings(smtp_sink))) is TemporaryError


def test_a_line_that_breaks_after_the_data_leaves_it_open(smtp_sink: SmtpSink) -> None:
    """The sink has the mail, we have no answer: maybe."""
    smtp_sink.failures.drop = "after-data"
    assert type(fault(settings(smtp_sink))) is MaybeSent
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize(
    "address", ["a@x.example\r\nRCPT TO:<b@x.example>", "a b@x.example", "<a@x.example>", "ü@x.example"]
)
def test_an_address_cannot_smuggle_in_a_command(smtp_sink: SmtpSink, address: str) -> None:
    """What is no plain address never reaches the wire."""
    assert isinstance(fault(settings(smtp_sink), address), ConfigError)
    assert smtp_sink.received == []


def test_nobody_answers() -> None:
    """A port without a server: temporary, with a hint for the first time."""
    error = fault(SmtpSettings("127.0.0.1", free_ports(1)[0], tls="none", timeout=5))
    assert type(error) is TemporaryError
    assert "smtp" in str(error.mend)


def test_plain_text_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch, smtp_sink: SmtpSink) -> None:
    """The other end's address decides, whatever the name says; a flag in so many words allows it."""
    real = socket.socket.getpeername
    monkeypatch.setattr(
        "smtplib.socket.create_connection",
        lambda address, *rest: _Far(real_connection((smtp_sink.host, smtp_sink.port), *rest)),
    )
    assert real is socket.socket.getpeername
    error = fault(replace(settings(smtp_sink), host="localhost"))
    assert isinstance(error, ConfigError)
    SmtpSender(replace(settings(smtp_sink), insecure_plain=True)).send(RAW, ME, YOU)
    assert len(smtp_sink.received) == 1


real_connection = socket.create_connection


class _Far:
    """A connection whose other end claims to be far away."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner

    def getpeername(self) -> tuple[str, int]:
        return ("192.0.2.1", 25)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


@contextmanager
def scripted(talk: Callable[[socket.socket], None], lines: int = 1) -> Iterator[SmtpSettings]:
    """A server that follows ``talk`` on this many connections, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(lines):
                line, _ = server.accept()
                with line:
                    line.settimeout(10)
                    talk(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield SmtpSettings("127.0.0.1", server.getsockname()[1], tls="none", timeout=1)
        thread.join(10)


def test_a_server_that_falls_silent_after_the_dot_leaves_it_open() -> None:
    """No answer within the timeout, though the mail was sent whole: maybe."""

    def talk(line: socket.socket) -> None:
        line.sendall(b"220 hello\r\n")
        for reply in (b"250 me\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            line.recv(4096)
            line.sendall(reply)
        while line.recv(4096):
            pass

    with scripted(talk) as where:
        assert type(fault(where)) is MaybeSent


def test_a_server_that_never_greets_is_away() -> None:
    """No greeting within the timeout: temporary."""

    def talk(line: socket.socket) -> None:
        line.recv(1)

    with scripted(talk) as where:
        error = fault(where)
        assert type(error) is TemporaryError
        assert "not answer in time" in str(error)


def test_words_of_the_server_are_shown_in_one_safe_line() -> None:
    """A refusal that paints the terminal or spans lines is tamed."""

    def talk(line: socket.socket) -> None:
        line.sendall(b"554-\x1b[31mgo\r\n554 away\r\n")

    with scripted(talk) as where:
        error = fault(where)
        assert isinstance(error, ConfigError)
        assert "\x1b" not in str(error)
        assert "\n" not in str(error)


def test_implicit_tls_with_a_plain_server_names_port_and_tls(smtp_sink: SmtpSink) -> None:
    """The classic mistake: implicit TLS on a STARTTLS port."""
    error = fault(replace(settings(smtp_sink), tls="implicit"))
    assert isinstance(error, ConfigError)
    assert "465" in str(error.mend)


def test_a_server_that_answers_a_byte_at_a_time_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time and the answer never ends: the session has a limit, too."""
    monkeypatch.setattr(smtp, "SESSION_SECONDS", 0.5)

    def talk(line: socket.socket) -> None:
        line.sendall(b"220 hello\r\n")
        line.recv(4096)
        with suppress(OSError):
            while True:
                line.sendall(b"2")
                time.sleep(0.05)

    with scripted(talk) as where:
        began = time.monotonic()
        assert type(fault(where)) is TemporaryError
        assert time.monotonic() - began < 30
