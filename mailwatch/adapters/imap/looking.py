"""Which mails lie in a folder and what they are like, without their bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from imapclient import IMAPClient

from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.requests import chunks, quoted, uid_range
from mailwatch.adapters.imap.responses import bare_id, flag_names, in_utc, message_ids
from mailwatch.adapters.imap.session import Session
from mailwatch.ports import Listed

WINDOW = 20_000
"""UIDs asked for by one SEARCH. imaplib dies at a line of 1,000,000 bytes, about 150,000 numbers."""

_LIST_ITEMS = ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]


# ── which mails are there ─────────────────────────────────────────────────────


def search(session: Session, low: int, high: int, since: date | None) -> tuple[int, ...]:
    """The UIDs within [low, high], ascending."""
    low = max(low, 1)
    session.look()
    found: set[int] = set()
    for start, end in _windows(session, low, high):
        found.update(ask(session, uid_range(start, end, since)))
    return tuple(sorted(uid for uid in found if low <= uid <= high))


def _windows(session: Session, low: int, high: int) -> Iterator[tuple[int, int]]:
    if low > high:
        return
    if session.opened.exists <= WINDOW:
        yield low, high  # The answer is bounded by what the folder holds.
        return
    # "*" is the last mail, whatever its number, so no window needs to lie above it.
    high = min(high, max(ask(session, b"UID *"), default=0))
    for start in range(low, high + 1, WINDOW):
        yield start, min(start + WINDOW - 1, high)


def ask(session: Session, criteria: bytes) -> list[int]:
    """UID SEARCH. ``criteria`` is sent as it stands: quote before."""
    return session.call(_ask, criteria)


def _ask(client: IMAPClient, criteria: bytes) -> list[int]:
    # Within the call, which tells of an answer that makes no sense.
    return _numbers(beneath.search(client, criteria))


def _numbers(lines: Iterable[bytes | None]) -> list[int]:
    """The UIDs in SEARCH responses; a MODSEQ in brackets (RFC 7162) is left out."""
    words = b" ".join(line.split(b"(")[0] for line in lines if line).split()
    return [int(word) for word in words]


def find(session: Session, message_id: str) -> tuple[int, ...]:
    """The UIDs whose Message-ID is exactly this one; the server's substring search only narrows down."""
    wanted = bare_id(message_id)
    if not wanted or not wanted.isascii() or not wanted.isprintable():
        return ()
    session.look()
    found = ask(session, b"HEADER Message-ID " + quoted(wanted))
    headers = header_field(session, sorted(found), "MESSAGE-ID")
    return tuple(uid for uid, header in headers.items() if wanted in message_ids(header))


def header_field(session: Session, uids: Sequence[int], name: str) -> Mapping[int, bytes]:
    """One header field of each mail, with its name; empty where a mail has none."""
    wanted = f"BODY.PEEK[HEADER.FIELDS ({name})]"
    found: dict[int, bytes] = {}
    for part in chunks(uids):
        rows = session.call(IMAPClient.fetch, part, [wanted])
        found |= {uid: item(rows[uid], b"BODY[HEADER.FIELDS") or b"" for uid in part if uid in rows}
    return found


# ── what they are like ────────────────────────────────────────────────────────


def listing(session: Session, uids: Sequence[int]) -> dict[int, Listed]:
    """Flags, size and date of those of ``uids`` that exist, in the order asked for."""
    found: dict[int, Listed] = {}
    for part in chunks(uids):
        found |= _rows(session, part)
        # A server may leave out a mail that is there; asking again tells it from one that is gone.
        absent = [uid for uid in part if uid not in found]
        found |= _rows(session, absent) if absent else {}
    return {uid: found[uid] for uid in uids if uid in found}


def _rows(session: Session, uids: Sequence[int]) -> dict[int, Listed]:
    rows = session.call(IMAPClient.fetch, uids, _LIST_ITEMS)
    return {
        uid: Listed(uid, row[b"RFC822.SIZE"], flag_names(row.get(b"FLAGS")), in_utc(row.get(b"INTERNALDATE")))
        for uid, row in rows.items()
        if isinstance(row.get(b"RFC822.SIZE"), int)
    }


def item(row: Mapping[bytes, Any], prefix: bytes) -> bytes | None:
    """The value of the item whose name starts so: servers write field lists and offsets in their own way."""
    value = next((value for key, value in row.items() if key.startswith(prefix)), None)
    if isinstance(value, int):
        return str(value).encode("ascii")  # The library makes numbers of atoms that are digits.
    return value if isinstance(value, bytes) else None
