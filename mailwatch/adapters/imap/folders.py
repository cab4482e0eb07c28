r"""Folder names and roles (RFC 3501 section 5.1.3, RFC 6154)."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imapclient.imap_utf7 import decode, encode

from mailwatch.adapters.imap.requests import has_control
from mailwatch.errors import ConfigError
from mailwatch.ports import Folder, Role

_BY_ATTRIBUTE = {
    r"\sent": Role.SENT,
    r"\drafts": Role.DRAFTS,
    r"\trash": Role.TRASH,
    r"\junk": Role.JUNK,
    r"\spam": Role.JUNK,  # Gmail's XLIST names, still sent by some servers.
    r"\all": Role.ALL,
    r"\allmail": Role.ALL,
    r"\archive": Role.ARCHIVE,
}

_TOLD_BY_NAME = frozenset({Role.JUNK, Role.TRASH, Role.DRAFTS})
"""Known by name even where a server marks other folders: their mail is never renamed, which must not fail."""

# Consulted for other roles only where a server gives no special-use attribute at all.
_BY_NAME = {
    Role.SENT: "sent|sent items|sent messages|sent mail"
    "|보낸 편지함|보낸편지함|보낸메일함|보낸 메일함|보낸 항목",
    Role.DRAFTS: "drafts|draft|임시 보관함|임시보관함|임시 저장|임시저장함",
    Role.TRASH: "trash|deleted items|deleted messages|deleted|휴지통|지운 편지함|지운편지함|삭제된 항목",
    Role.JUNK: "junk|junk e-mail|junk email|spam|bulk mail"
    "|정크 메일|정크메일|스팸메일함|스팸 메일함|스팸편지함",
    Role.ARCHIVE: "archive|보관함|보관",
}
_ROLE_OF_NAME = {name: role for role, names in _BY_NAME.items() for name in names.split("|")}


@dataclass(frozen=True, slots=True)
class Row:
    """One LIST response: attributes, delimiter, and the name as it went over the wire."""

    attributes: frozenset[str]
    delimiter: str
    wire: bytes


def decode_name(wire: bytes) -> str:
    """The name behind modified UTF-7; what is not valid is shown as it came."""
    try:
        name = decode(wire)
    except (ValueError, binascii.Error):
        return wire.decode("utf-8", "replace")
    if not isinstance(name, str) or encode(name) != wire:
        return wire.decode("utf-8", "replace")
    return name


def encode_name(name: str) -> str:
    """The name in modified UTF-7, ready to be quoted.

    Raises ConfigError for a name that holds control characters or half a
    surrogate pair: no server has such a folder, and a line break could smuggle a command.
    """
    if not name or has_control(name):
        raise ConfigError("the folder name {folder} holds a control character", folder=repr(name))
    try:
        wire: bytes = encode(name)
    except UnicodeEncodeError:
        raise ConfigError("the folder name {folder} is no text", folder=repr(name)) from None
    return wire.decode("ascii")


def tells_roles(rows: Sequence[Row]) -> bool:
    """Whether the server gave any folder a special-use attribute."""
    return any(_BY_ATTRIBUTE.keys() & row.attributes for row in rows)


def to_folders(rows: Sequence[Row]) -> tuple[Folder, ...]:
    """The folders of a mailbox, INBOX first, each with its role."""
    by_name = not tells_roles(rows)
    found = {folder.name: folder for folder in (_folder(row, by_name=by_name) for row in rows)}
    return tuple(sorted(found.values(), key=lambda f: (f.role is not Role.INBOX, f.name)))


def _folder(row: Row, *, by_name: bool) -> Folder:
    name = decode_name(row.wire)
    opens = not row.attributes & {r"\noselect", r"\nonexistent"} and _can_be_said(name, row.wire)
    return Folder(name, _role(name, row, by_name=by_name), row.delimiter, opens)


def _can_be_said(name: str, wire: bytes) -> bool:
    """Whether the name leads back to this folder; a broken one would open another, or none."""
    try:
        return encode_name(name).encode("ascii") == wire
    except ConfigError:
        return False


def _role(name: str, row: Row, *, by_name: bool) -> Role:
    if name.upper() == "INBOX":
        return Role.INBOX
    for attribute in sorted(row.attributes):
        if attribute in _BY_ATTRIBUTE:
            return _BY_ATTRIBUTE[attribute]
    last = name.rsplit(row.delimiter, 1)[-1] if row.delimiter else name
    role = _ROLE_OF_NAME.get(last.casefold(), Role.NONE)
    return role if by_name or role in _TOLD_BY_NAME else Role.NONE


def to_rows(parsed: Iterable[tuple[object, object, object]]) -> tuple[Row, ...]:
    """Rows of the library's (attributes, delimiter, name) triples, whatever types it made of them."""
    return tuple(Row(_attributes(a), _text(d), _wire(n)) for a, d, n in parsed)


def _attributes(value: object) -> frozenset[str]:
    return frozenset(_text(a).lower() for a in value) if isinstance(value, tuple) else frozenset()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return "" if value is None else str(value)


def _wire(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8")
