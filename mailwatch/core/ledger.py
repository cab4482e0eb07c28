"""The ledger: entries sealed into a hash chain, whose links are leaves of RFC 6962 at once.

An entry is hashed over its canonical bytes, which hold the hash of the entry
before it: ``hash = SHA-256(0x00 || canonical)``. Everything here is values in,
values out; salts and times come from the caller.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.canonical import (
    Malformed,
    canonical,
    integer,
    parse_object,
    parse_rfc3339,
    rfc3339,
    string,
    to_milliseconds,
)
from mailwatch.core.entries import Entry
from mailwatch.core.entrycodec import Commit, Lookup, decode, encode

FORMAT = 1
"""The ``v`` of every entry."""

GENESIS = "0" * 64
"""The ``prev`` of the first entry."""

# ── entries ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the last seq and its hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every entry says beside its body. ``ledger`` is the ledger's UUID, ``sw`` our version."""

    ledger: str
    sw: str
    ts: datetime
    actor: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """One link of the chain: the bytes that count, and their hash."""

    seq: int
    hash: str
    canonical: bytes

    @property
    def head(self) -> Head:
        """The chain's end after this link."""
        return Head(self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry read back, with what was sealed around it. ``entry`` is None for an unknown type."""

    seq: int
    prev: str
    type: str
    ledger: str
    sw: str
    ts: datetime
    actor: str
    at: datetime | None
    entry: Entry | None


def link_hash(data: bytes) -> str:
    """SHA-256(0x00 || canonical) in hex: chain link and RFC 6962 leaf in one."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


def link(head: Head, entry: Entry, stamp: Stamp, commit: Commit) -> Sealed:
    """Seal ``entry`` as the next link after ``head``."""
    body = encode(entry, commit)
    seq = head.seq + 1
    body |= {
        "v": FORMAT,
        "ledger": stamp.ledger,
        "seq": seq,
        "prev": head.hash,
        "ts": rfc3339(stamp.ts),
        "actor": stamp.actor,
        "sw": stamp.sw,
    }
    if stamp.at is not None and to_milliseconds(stamp.at) != to_milliseconds(stamp.ts):
        body["at"] = rfc3339(stamp.at)
    data = canonical(body)
    return Sealed(seq, link_hash(data), data)


def unlink(data: bytes, lookup: Lookup) -> Recorded:
    """Read canonical bytes back.

    Raises:
        ValueError: the bytes are no entry, or of a format that this version does not know.
    """
    body = parse_object(data)
    if body.get("v") != FORMAT:
        raise Malformed(f"format {body.get('v')!r} is not known")
    at = body.get("at")
    return Recorded(
        seq=integer(body, "seq"),
        prev=string(body, "prev"),
        type=string(body, "type"),
        ledger=string(body, "ledger"),
        sw=string(body, "sw"),
        ts=parse_rfc3339(string(body, "ts")),
        actor=string(body, "actor"),
        at=None if at is None else parse_rfc3339(string(body, "at")),
        entry=decode(body, lookup),
    )


def month(moment: datetime) -> str:
    """``yyyy-mm`` of a time in UTC: the journal file it is filed in."""
    return rfc3339(moment)[:7]


# ── checking ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain does not hold.

    ``code`` is entry-changed | chain-broken | entry-missing | entry-unreadable.
    """

    seq: int
    code: str


def chain_faults(links: Iterable[Sealed]) -> Iterator[tuple[Sealed, tuple[Fault, ...]]]:
    """Walk a chain from its first entry: each link, and in what it does not hold.

    ``hash`` of a link is what is stored beside the bytes; it is computed again
    from the bytes. The chain goes on with the stored hash, so that one changed
    entry is one fault.
    """
    head = Head()
    for sealed in links:
        yield sealed, tuple(_faults(head, sealed))
        head = sealed.head


def _faults(head: Head, sealed: Sealed) -> Iterator[Fault]:
    follows = sealed.seq == head.seq + 1
    if not follows:
        yield Fault(head.seq + 1, "entry-missing")
    if link_hash(sealed.canonical) != sealed.hash:
        yield Fault(sealed.seq, "entry-changed")
        return
    try:
        seq, prev = seq_and_prev(sealed.canonical)
    except Malformed:
        yield Fault(sealed.seq, "entry-unreadable")
        return
    if seq != sealed.seq or (follows and prev != head.hash):
        yield Fault(sealed.seq, "chain-broken")


def seq_and_prev(data: bytes) -> tuple[int, str]:
    """What an entry says about its own place; ValueError where it cannot be read."""
    body = parse_object(data)
    return integer(body, "seq"), string(body, "prev")
