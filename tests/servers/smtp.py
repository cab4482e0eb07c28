"""An SMTP sink that keeps what it is given, and fails on demand."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from servers.ports import free_ports

USER, PASSWORD = "digest@contoso.example", "smtp-s3cret"


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it came over the wire, and how: inside TLS, after a log-in."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    tls: bool
    logged_in: bool


@dataclass
class Failures:
    """What the sink answers instead of yes. Set a field during a test; None means no failure.

    ``mail``, ``rcpt``, ``data`` are whole reply lines such as ``451 4.7.1 later``; ``rcpt`` is for
    all, ``rcpt_of`` for one recipient.
    ``drop`` names the moment the line is cut: ``before-data``, or ``after-data``
    (the mail is kept, its sender never learns). ``after_data`` is done at that moment, too.
    """

    mail: str | None = None
    rcpt: str | None = None
    data: str | None = None
    drop: str | None = None
    rcpt_of: dict[str, str] = field(default_factory=dict)
    after_data: Callable[[], None] | None = None


@dataclass
class _Handler:
    failures: Failures
    received: list[Received]
    cut: Callable[[SMTP], None] = field(default=lambda server: server.transport.abort())

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds the hook by this name.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.failures.mail:
            return self.failures.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds the hook by this name.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.failures.rcpt or self.failures.rcpt_of.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        if self.failures.drop == "before-data":
            self.cut(server)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds the hook by this name.
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.failures.data:
            return self.failures.data
        raw = envelope.original_content
        assert isinstance(raw, bytes)
        self.received.append(
            Received(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                raw=raw,
                tls=server.transport.get_extra_info("sslcontext") is not None,
                logged_in=bool(session.authenticated),
            )
        )
        if self.failures.after_data is not None:
            self.failures.after_data()
        if self.failures.drop == "after-data":
            self.cut(server)
        return "250 OK"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    good = (
        isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
    )
    return AuthResult(success=good, handled=False)


class SmtpSink:
    """A running sink on loopback. ``auth`` asks for USER and PASSWORD first.

    ``starttls`` offers TLS, ``implicit`` speaks nothing else. ``not_after`` is when its certificate
    expires; default: in a long time.
    """

    def __init__(
        self,
        *,
        starttls: bool = False,
        implicit: bool = False,
        auth: bool = False,
        not_after: datetime | None = None,
    ) -> None:
        self._not_after = not_after
        self._folder = TemporaryDirectory(prefix="mwsmtp")
        self.received: list[Received] = []
        self.failures = Failures()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self.port = free_ports(1)[0]
        self._made = partial(
            Controller,
            _Handler(self.failures, self.received),
            hostname="127.0.0.1",
            port=self.port,
            server_hostname="sink.test",
            tls_context=self._tls_context() if starttls else None,
            ssl_context=self._tls_context() if implicit else None,
            authenticator=_authenticate,
            auth_required=auth,
            auth_require_tls=starttls,
        )
        self._controller: Controller | None = None

    @property
    def host(self) -> str:
        return "localhost"

    def start(self) -> SmtpSink:
        # A controller is for one start: its event loop is closed with it.
        self._controller = self._made()
        self._controller.start()
        return self

    def pause(self) -> None:
        """Nobody listens at the port until ``start``."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def close(self) -> None:
        self.pause()
        self._folder.cleanup()

    def _tls_context(self) -> ssl.SSLContext:
        ca = trustme.CA()
        ca.cert_pem.write_to_path(self.ca_file)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ca.issue_cert("localhost", "127.0.0.1", not_after=self._not_after).configure_cert(context)
        return context
