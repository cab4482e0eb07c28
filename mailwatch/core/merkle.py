"""Merkle tree hash of RFC 6962 section 2.1. The hash of a ledger entry is a leaf of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree head over ``leaves``, which are leaf hashes, in one pass with a logarithmic stack.

    The stack holds the roots of complete subtrees, sizes falling: the binary
    digits of the number of leaves so far.
    """
    peaks: list[tuple[int, bytes]] = []
    for hashed in leaves:
        size, current = 1, hashed
        while peaks and peaks[-1][0] == size:
            current = node(peaks.pop()[1], current)
            size *= 2
        peaks.append((size, current))
    return _fold([hashed for _, hashed in peaks])


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY
    current = peaks[-1]
    for peak in reversed(peaks[:-1]):
        current = node(peak, current)
    return current
