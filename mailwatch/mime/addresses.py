"""Addresses where no strict reader finds any, and the form we keep them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.utils import getaddresses

from mailwatch.core.message import Address
from mailwatch.mime.headers import decode_text
from mailwatch.mime.identity import ADDRESS, lower_domain

_ANGLE = re.compile(r"<[^<>]{1,256}>")
_GROUP = re.compile(r"undisclosed[ -]recipients?", re.IGNORECASE)


def by_stdlib(text: str) -> list[tuple[str, str]]:
    """(name, address) as the standard library reads them; the first address-like word where it finds none.

    A sender without a domain (``nsb``, ``Moderator-Address``) is a sender still.
    """
    if not text.strip() or _GROUP.search(text):
        return []
    try:
        found = [(name, addr) for name, addr in getaddresses([text]) if ADDRESS.fullmatch(addr)]
    except Exception:  # noqa: BLE001 - it recurses into comments and indexes past the end on hostile text
        found = []
    if found:
        return found
    bare = ADDRESS.search(text) or _ANGLE.search(text)
    return [("", (bare[0] if bare else text).strip(" <>"))]


def tidy(found: Iterable[tuple[str, str]]) -> Iterator[Address]:
    """Names decoded where they were quoted encoded words, domains in lower case, no halves of addresses."""
    for name, addr in found:
        bare = addr.strip()
        if bare == bare.strip("@") and any(map(str.isalnum, bare)):
            yield Address(decode_text(name.encode()), lower_domain(bare))
