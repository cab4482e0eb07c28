"""The demo's IMAP server (pymap, in a thread of this process), with a fresh user for each test."""

from __future__ import annotations

import uuid

from pymap.backend.dict import Identity
from servers.mailuser import MailUser
from servers.ports import wait_for_banner

from mailwatch.demo.servers import MailServer


class PymapServer:
    """A running server. It keeps mail in memory and forgets keywords when a connection ends."""

    def __init__(self) -> None:
        self._server = MailServer()

    @property
    def port(self) -> int:
        return self._server.port

    def start(self) -> PymapServer:
        self._server.__enter__()
        if not wait_for_banner(self.port, lambda: True):
            raise RuntimeError("pymap does not answer")
        return self

    def close(self) -> None:
        self._server.__exit__()

    def new_user(self, name: str | None = None) -> MailUser:
        """A user with an empty mailbox."""
        name = name or f"u{uuid.uuid4().hex[:12]}"
        mailboxes = self._server._mailboxes
        identity = Identity(name, mailboxes._backend.login, None, frozenset())
        self._server._do(mailboxes._add_user(identity))
        return MailUser(name, self._server.password, "localhost", self.port, None, None)
