"""A line to a mail server that is a few bytes in memory: as fast as a fuzzer needs it."""

from __future__ import annotations

import imaplib
import io
import re
from typing import Any

from imapclient import IMAPClient
from servers.accounts import account_at

from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.session import Opened, Session
from mailwatch.errors import TemporaryError

_GREETING = b"* PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS MOVE] hello\r\n"


class _Socket:
    """Takes all that is said to it."""

    def sendall(self, _data: bytes) -> None: ...
    def settimeout(self, _seconds: float | None) -> None: ...
    def shutdown(self, _how: int) -> None: ...
    def close(self) -> None: ...
    def gettimeout(self) -> float:
        return 1.0


class _Line(imaplib.IMAP4):
    def open(self, *_: Any, **__: Any) -> None:
        self.sock: Any = _Socket()
        self._file: Any = io.BufferedReader(io.BytesIO(_GREETING))

    def _get_capabilities(self) -> None:
        self.capabilities = ("IMAP4REV1", "UIDPLUS", "MOVE")

    @property
    def file(self) -> Any:
        return self._file

    @file.setter
    def file(self, value: Any) -> None:
        self._file = value

    def read(self, size: int) -> bytes:
        return bytes(self._file.read(size))

    def readline(self) -> bytes:
        return bytes(self._file.readline(1_000_001))

    def shutdown(self) -> None:
        self._file.close()


class _Client(IMAPClient):
    def _create_IMAP4(self) -> _Line:  # noqa: N802 - the library's own name
        return _Line()

    def _set_read_timeout(self) -> None: ...


def _no_password() -> str:
    # A broken line is not opened again: there is no server behind it.
    raise TemporaryError("no server")


def answered_with(data: bytes) -> Session:
    """A session with an open folder; the server's next answers are ``data``, its tags T0, T1 and so on."""
    client = _Client("canned.example", ssl=False)
    beneath.tame(client)
    client.normalise_times = False
    client.folder_encode = False
    line = client._imap
    line.tagpre, line.tagnum, line.state = b"T", 0, "SELECTED"
    line.tagre = re.compile(rb"(?P<tag>T\d+) (?P<type>[A-Z]+) (?P<data>.*)", re.ASCII)
    line.file = io.BufferedReader(io.BytesIO(data))
    client._cached_capabilities = (b"IMAP4REV1", b"UIDPLUS", b"MOVE")
    session = Session(account_at(1, password=_no_password))
    session._client, session._used = client, float("inf")
    session._opened = Opened("INBOX", writable=True, uidvalidity=7, exists=3)
    return session
