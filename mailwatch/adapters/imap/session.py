"""One line to one mailbox, opened when needed, and thrown away at the first doubt."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from imapclient import IMAPClient

from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.account import ImapAccount
from mailwatch.adapters.imap.connection import connect, drop, log_out, login
from mailwatch.adapters.imap.errors import FOREIGN, is_answer, translate
from mailwatch.adapters.imap.folders import Row, encode_name, tells_roles, to_rows
from mailwatch.adapters.imap.responses import flag_names
from mailwatch.errors import ConfigError, Refused, TemporaryError
from mailwatch.ports import FolderState

log = logging.getLogger(__name__)

T = TypeVar("T")

IDLE_LIMIT = 120.0
"""Seconds after which a line is asked whether it still stands: many a firewall forgets silent ones."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The folder that calls speak of, and how it was opened."""

    folder: str
    writable: bool
    uidvalidity: int
    exists: int


class Session:
    """Runs commands. After any failure but a plain NO the line is dropped; the next call makes a new one.

    A new line opens the same folder again and refuses to go on where its UIDVALIDITY has changed.
    """

    def __init__(self, account: ImapAccount) -> None:
        self.account = account
        self._client: IMAPClient | None = None
        self._opened: Opened | None = None
        self._used = 0.0

    @property
    def opened(self) -> Opened:
        """The open folder. Calling without one is a defect of ours."""
        assert self._opened is not None, "no folder is open"
        return self._opened

    def call(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``work(line, *args, **kwargs)``. Raises ConfigError or TemporaryError, no foreign error."""
        client = self._ready()
        try:
            beneath.forget_leftovers(client)
            result = work(client, *args, **kwargs)
        except FOREIGN as error:
            if not is_answer(error):
                self.drop()
            raise translate(error, self.account) from error
        except BaseException:
            self.drop()  # The answer may be half read.
            raise
        self._used = time.monotonic()
        return result

    def enter(self, folder: str, *, writable: bool) -> FolderState:
        """EXAMINE or SELECT. Raises ConfigError where the folder does not exist."""
        self._opened = None
        wire = encode_name(folder)
        try:
            answer, read_only = self.call(beneath.select, wire, writable=writable)
        except Refused as refused:
            if refused.why == "no-folder" or not self.exists(folder):
                raise self.missing(folder) from refused
            raise
        state = self._state(folder, answer, read_write=writable and not read_only)
        self._opened = Opened(folder, state.read_write, state.uidvalidity, state.exists)
        return state

    def exists(self, folder: str) -> bool:
        """Whether the server lists a folder of exactly this name."""
        wire = encode_name(folder)
        rows = to_rows(self.call(beneath.list_folders, wire))
        return any(row.wire == wire.encode("ascii") for row in rows)

    def rows(self) -> tuple[Row, ...]:
        """All that LIST tells; asked once more where special uses are told on demand alone (RFC 6154)."""
        rows = to_rows(self.call(beneath.list_folders, "*"))
        if not tells_roles(rows) and {"SPECIAL-USE", "LIST-EXTENDED"} <= self.names():
            try:
                return to_rows(self.call(beneath.list_folders, "*", special_use=True))
            except TemporaryError as error:
                log.warning("%s announces special uses and does not tell them: %s", self.account.host, error)
        return rows

    def names(self) -> frozenset[str]:
        """The server's capabilities after log-in, in upper case."""
        names = self.call(IMAPClient.capabilities)
        return frozenset(name.decode("latin-1").upper() for name in names)

    def look(self) -> None:
        """Let the server tell what others did to the open folder."""
        self.call(beneath.noop)

    def missing(self, folder: str) -> ConfigError:
        """The error for a folder that is not there."""
        return ConfigError(
            "there is no folder {folder} in the mailbox {mailbox} on {host}",
            mend="See its folders with: mailwatch check",
            folder=folder,
            mailbox=self.account.name,
            host=self.account.host,
        )

    def drop(self) -> None:
        """Throw the line away."""
        client, self._client = self._client, None
        if client is not None:
            drop(client)

    def close(self) -> None:
        """Take leave; never raises."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            log_out(client)

    def _ready(self) -> IMAPClient:
        if self._client is not None and time.monotonic() - self._used > IDLE_LIMIT:
            self._ask_whether_alive(self._client)
        if self._client is None:
            self._connect()
        assert self._client is not None
        return self._client

    def _ask_whether_alive(self, client: IMAPClient) -> None:
        try:
            beneath.noop(client)
        except FOREIGN:
            self.drop()

    def _connect(self) -> None:
        password = self.account.password()
        client = connect(self.account)
        login(client, self.account, password)
        self._client, self._used = client, time.monotonic()
        if self._opened is not None:
            self._open_again(self._opened)

    def _open_again(self, before: Opened) -> None:
        state = self.enter(before.folder, writable=before.writable)
        if state.uidvalidity != before.uidvalidity:
            self._opened = None
            raise TemporaryError(
                "the folder {folder} on {host} was made anew while it was being read",
                mend="Nothing to do: the next pass reads it from its beginning.",
                folder=before.folder,
                host=self.account.host,
            )

    def _state(self, folder: str, answer: Mapping[bytes, Any], *, read_write: bool) -> FolderState:
        validity = answer.get(b"UIDVALIDITY")
        if not isinstance(validity, int):
            raise ConfigError(
                "the mail server {host} gives the mails of {folder} no lasting numbers (UIDVALIDITY)",
                mend="mailwatch cannot follow such a folder; leave it out of folders.",
                host=self.account.host,
                folder=folder,
            )
        # RFC 3501 section 7.1: without PERMANENTFLAGS, all of FLAGS can be stored.
        permanent = answer.get(b"PERMANENTFLAGS", answer.get(b"FLAGS", ()))
        return FolderState(
            folder=folder,
            uidvalidity=validity,
            uidnext=answer.get(b"UIDNEXT"),
            exists=int(answer.get(b"EXISTS", 0)),
            read_write=read_write,
            permanent_flags=flag_names(permanent) if read_write else frozenset(),
        )
