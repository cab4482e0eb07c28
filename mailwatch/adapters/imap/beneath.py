# ruff: noqa: SLF001 - imapclient has no public call that does these things; each function says what goes wrong.
"""What is done past the library's public face, all in one place, each with its reason.

``imapclient`` is a layer over ``imaplib``; these functions reach ``client._imap``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from imapclient import IMAPClient
from imapclient.imapclient import _literal, _parse_untagged_response

log = logging.getLogger(__name__)

MAX_LITERAL = 128 * 1024 * 1024
"""The most bytes taken in one piece; a server that sends more is not believed."""

# What must outlive a command; all other leftovers could be taken for the next command's answer.
_LASTING = {"CAPABILITY", "READ-ONLY", "READ-WRITE", "BYE", "PREAUTH"}


def tame(client: IMAPClient) -> None:
    """Switch off the trace of every byte read, which costs nine times the time, and bound literals."""
    inner = client._imap
    inner.debug = 0
    read = inner.read

    def bounded(size: int) -> Any:
        if size > MAX_LITERAL:
            raise IMAPClient.AbortError(f"a literal of {size} bytes is not believed")
        return read(size)

    inner.read = bounded


def noop(client: IMAPClient) -> None:
    """Let the server tell what others did. The library's own NOOP stumbles over unasked-for literals."""
    client._imap.noop()


def forget_leftovers(client: IMAPClient) -> None:
    """Drop unasked-for answers: a FETCH without a UID would be taken for the mail of that number."""
    untagged = client._imap.untagged_responses
    for kind in set(untagged) - _LASTING:
        del untagged[kind]


def list_folders(client: IMAPClient, wire: str, *, special_use: bool = False) -> list[tuple[Any, Any, Any]]:
    """LIST; (attributes, delimiter, name) of each line that can be read.

    The public call reads all lines as one, so that a single broken name hides every folder.
    """
    asked = ["RETURN (SPECIAL-USE)"] if special_use else []  # RFC 6154 section 3
    kind, data = client._imap._simple_command("LIST", '""', client._normalise_folder(wire), *asked)
    client._checkok("list", kind, data)
    _, lines = client._imap._untagged_response(kind, data, "LIST")
    rows: list[tuple[Any, Any, Any]] = []
    for line in lines:
        try:
            rows.extend(client._proc_folder_list([line]))
        except (ValueError, IMAPClient.Error):
            log.warning("%s lists a folder whose name cannot be read", client.host)
    return rows


def search(client: IMAPClient, criteria: bytes) -> list[bytes | None]:
    """UID SEARCH; the lines of its answer. The public call fails where a server uses several lines."""
    lines: list[bytes | None] = client._raw_command_untagged(b"SEARCH", [criteria])
    return lines


def append(client: IMAPClient, arguments: Sequence[bytes], raw: bytes) -> bytes:
    """APPEND; the text of its answer. The public call turns bare CR and LF of the mail into CRLF."""
    kind, data = client._raw_command(b"APPEND", [*arguments, _literal(raw)], uid=False)
    client._checkok("append", kind, data)
    return data[0] or b""


def move(client: IMAPClient, uids: Sequence[int], wire: str) -> list[bytes]:
    """UID MOVE; the data of its COPYUID codes, which the public call throws away."""
    client.move(uids, wire)
    codes: list[bytes | None] = client._imap.response("COPYUID")[1]
    return [code for code in codes if code is not None]


def select(client: IMAPClient, wire: str, *, writable: bool) -> tuple[Mapping[bytes, Any], bool]:
    """What the server said of the folder, and whether it can only be read."""
    if writable:
        try:
            answer = client.select_folder(wire)
        except IMAPClient.ReadOnlyError:
            # The folder is open all the same, but imaplib refuses every command until it is asked for so.
            answer = client.select_folder(wire, readonly=True)
    else:
        answer = client.select_folder(wire, readonly=True)
    return answer, b"READ-ONLY" in answer


def idle_leftovers(client: IMAPClient) -> list[Any]:
    """What came in one packet with the consent to IDLE; the public call looks at the socket alone."""
    said: list[Any] = []
    client.socket().settimeout(0)
    try:
        while _is_buffered(client):
            said.append(_parse_untagged_response(client._imap._get_line()))
    finally:
        client._set_read_timeout()
    return said


def _is_buffered(client: IMAPClient) -> bool:
    try:
        return bool(client._imap.file.peek(1))
    except OSError:
        return False  # TLS says in this way that there is nothing.
