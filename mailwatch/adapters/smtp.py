"""Hands digests to a mail server (RFC 5321, RFC 6409), over TLS that is never given up.

What matters to the caller is one question: can the mail have arrived? Up to the
dot that ends the data it cannot; from there on, until an answer came, it may have.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mailwatch.adapters.certificates import Certificate, read, timeless
from mailwatch.adapters.first_byte import first_byte
from mailwatch.adapters.smtp_faults import refusal, translated, wrong_tls
from mailwatch.core.display import one_line
from mailwatch.errors import ConfigError, MaybeSent

SESSION_SECONDS = 600.0
"""For all that follows the greeting: who answers a byte a minute stays within the limit of an answer."""

_START_OF_LINE_DOT = re.compile(rb"(?m)^\.")
_EOL = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The server that takes our mail.

    ``tls`` is starttls | implicit | none; ``none`` works on loopback, elsewhere only with
    ``insecure_plain``. ``login`` fetches user name and password when they are needed,
    None where the server wants none. ``timeout`` in seconds, for each answer.
    """

    host: str
    port: int
    tls: str = "starttls"
    ca_file: Path | None = None
    insecure_plain: bool = False
    timeout: float = 60.0
    login: Callable[[], tuple[str, str]] | None = field(default=None, repr=False)


class SmtpSender:
    """Sends one mail to one recipient, on a connection of its own. Implements ``ports.Sender``."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Returns once the server has taken the mail.

        Raises:
            MaybeSent: the line broke, or no answer came, after the end of the data.
            TemporaryError: the server is away, or asks to come back (4yz).
            ConfigError: it refuses (5yz), or its certificate, name or log-in is wrong.
        """
        _refuse_odd(sender, recipient)
        data = _stuffed(raw)
        with translated(self._settings.host, self._settings.port):
            server = self._connected(sender.rpartition("@")[2], self._context)
            with _bounded(server):
                self._prepare(server)
                self._expect(server.mail(sender), 250)
                self._expect(server.rcpt(recipient), 250, 251)
                self._expect(server.docmd("DATA"), 354)
                server.send(data)  # Whatever breaks in here: without the dot there is no mail.
                self._finish(server)

    def try_out(self, sender: str) -> None:
        """All that comes before a mail: connection, TLS, log-in; then NOOP, and nothing is sent.

        Raises:
            TemporaryError: the server is away, or asks to come back.
            ConfigError: its certificate, name or log-in is wrong.
        """
        with translated(self._settings.host, self._settings.port):
            server = self._connected(sender.rpartition("@")[2], self._context)
            try:
                self._prepare(server)
                self._expect(server.noop(), 250)
            finally:
                _close(server)

    def certificate(self, sender: str) -> Certificate | None:
        """The server's certificate, expired or not, over a line of its own; None on a plain line.

        Raises:
            TemporaryError: the server is away.
            ConfigError: TLS does not come about, or the certificate is not signed by whom we trust.
        """
        s = self._settings
        if s.tls == "none":
            return None
        context = self._trusting(timeless)
        with translated(s.host, s.port):
            server = self._connected(sender.rpartition("@")[2], context)
            try:
                self._secure(server, context)
                return read(server.sock.getpeercert()) if isinstance(server.sock, ssl.SSLSocket) else None
            finally:
                _close(server)

    # ── the steps ─────────────────────────────────────────────────────────────

    def _connected(self, name: str, context: ssl.SSLContext) -> smtplib.SMTP:
        try:
            return self._opened(name, context)
        except (TimeoutError, ConnectionError, ssl.SSLEOFError, smtplib.SMTPServerDisconnected) as error:
            s = self._settings
            if first_byte(s.host, s.port) == ("plain" if s.tls == "implicit" else "tls"):
                raise wrong_tls(s.host, s.port, s.tls) from error
            raise

    def _opened(self, name: str, context: ssl.SSLContext) -> smtplib.SMTP:
        s = self._settings
        # EHLO names the domain we write for: asking the resolver for our own name can take seconds.
        if s.tls == "implicit":
            return smtplib.SMTP_SSL(s.host, s.port, local_hostname=name, timeout=s.timeout, context=context)
        server = smtplib.SMTP(s.host, s.port, local_hostname=name, timeout=s.timeout)
        if s.tls == "none":
            self._refuse_distance(server)
        return server

    def _refuse_distance(self, server: smtplib.SMTP) -> None:
        """Plain text stays on this machine: by the address of the other end, not by its name."""
        assert server.sock is not None
        peer = str(server.sock.getpeername()[0]).partition("%")[0]
        if not self._settings.insecure_plain and not ipaddress.ip_address(peer).is_loopback:
            _close(server)
            raise ConfigError(
                "plain text to {host} is refused: digest and password would travel readable",
                mend="set tls of smtp to starttls or implicit",
                host=self._settings.host,
            )

    def _prepare(self, server: smtplib.SMTP) -> None:
        self._secure(server, self._context)
        if self._settings.login is not None:
            user, password = self._settings.login()
            server.login(user, password)

    def _secure(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        if self._settings.tls == "starttls":
            if not server.has_extn("starttls"):
                raise ConfigError(
                    "the mail server {host}:{port} does not offer STARTTLS; nothing was sent",
                    mend="set tls of smtp to implicit and port to 465",
                    host=self._settings.host,
                    port=self._settings.port,
                )
            self._expect(server.starttls(context=context), 220)
            server.ehlo_or_helo_if_needed()

    def _finish(self, server: smtplib.SMTP) -> None:
        """The dot, and the answer to it."""
        try:
            server.send(b".\r\n")
            reply = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MaybeSent(
                "the mail server {host} took the mail but gave no answer; it may have arrived",
                host=self._settings.host,
            ) from error
        self._expect(reply, 250)

    def _expect(self, reply: tuple[int, bytes], *good: int) -> None:
        if reply[0] not in good:
            raise refusal(self._settings.host, *reply)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self._trusting(lambda ca_file: ssl.create_default_context(cafile=ca_file))

    def _trusting(self, make: Callable[[str | None], ssl.SSLContext]) -> ssl.SSLContext:
        path = self._settings.ca_file
        try:
            return make(None if path is None else str(path))
        except (OSError, ValueError) as error:
            raise ConfigError(
                "the CA file {path} cannot be used ({detail})",
                mend="Name a readable file of PEM certificates as ca_file, or leave it out.",
                path=path,
                detail=getattr(error, "strerror", None) or "no PEM certificate in it",
            ) from error


def _refuse_odd(*addresses: str) -> None:
    """What would end a command line, or needs SMTPUTF8, never reaches the wire."""
    for address in addresses:
        if not address.isascii() or not address.isprintable() or set(address) & set("<> "):
            raise ConfigError(
                "{address} cannot be written to: only ASCII addresses without spaces can",
                mend="check sender and readers of the digest",
                address=one_line(address),
            )


def _stuffed(raw: bytes) -> bytes:
    """The mail as DATA wants it: CRLF at each end of line, a dot before each leading dot, no last dot."""
    text = _EOL.sub(b"\r\n", raw)
    return _START_OF_LINE_DOT.sub(b"..", text if text.endswith(b"\r\n") else text + b"\r\n")


@contextmanager
def _bounded(server: smtplib.SMTP) -> Iterator[None]:
    """Closes the line in the end, and cuts it when it has stood for too long."""
    timer = threading.Timer(SESSION_SECONDS, _cut, [server])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _close(server)


def _cut(server: smtplib.SMTP) -> None:
    with suppress(OSError):
        if server.sock is not None:
            server.sock.shutdown(socket.SHUT_RDWR)


def _close(server: smtplib.SMTP) -> None:
    """Say goodbye; the mail's fate is settled by now, so that nothing in here matters."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()
