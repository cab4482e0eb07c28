"""Patterns of mail addresses, and whether an address fits one.

A look-alike never fits: domains are compared in their ASCII form (IDNA), and a
domain that only becomes ASCII by normalisation is kept as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 320
"""RFC 3696 errata 1690: 64 octets, the sign, 255 octets. Anything longer fits nothing."""


def fits(addr: str, patterns: Iterable[str]) -> bool:
    """Whether an addr-spec fits one of ``patterns``, in any case of letters.

    A pattern is an address, in which ``*`` stands for any run of characters but
    the ``@``, or a domain, which stands for everybody in it. ``*`` in a domain
    stands for one label or more: ``*@*.microsoft.com`` is anybody below
    microsoft.com, and nobody in it.
    """
    local, at, domain = addr.rpartition("@")
    if not (local and at and domain) or len(addr) > LONGEST:
        return False
    who, where = local.casefold(), ascii_domain(domain)
    return any(_fits(who, where, pattern) for pattern in patterns)


def _fits(local: str, domain: str, pattern: str) -> bool:
    wanted_local, _, wanted_domain = pattern.rpartition("@")
    return _glob(wanted_local.casefold() or "*", local) and _domain_fits(ascii_domain(wanted_domain), domain)


def _domain_fits(pattern: str, domain: str) -> bool:
    if "*" not in pattern:
        return pattern == domain
    labels = domain.split(".")
    return all(labels) and _glob(pattern, domain) and len(labels) >= pattern.count(".") + 1


def _glob(pattern: str, text: str) -> bool:
    """Whether ``pattern`` covers all of ``text``; each piece at its first place: linear."""
    first, *rest = pattern.split("*")
    if not rest:
        return first == text
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def ascii_domain(domain: str) -> str:
    """The domain in lower case, labels of other scripts in ASCII form (RFC 3490) if they have one."""
    return ".".join(map(_ascii_label, domain.lower().split(".")))


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        made = label.encode("idna").decode("ascii")
    except UnicodeError:
        return label
    # Full-width letters become plain ASCII and an ideographic full stop becomes
    # a dot; only a label that needs the coding may take part.
    return made if made.startswith("xn--") and "." not in made else label
