"""Read Authentication-Results (RFC 8601) as far as DMARC goes.

A server that we trust writes what it found when the mail came in. Anybody can
put such a field into a mail, so only one field may speak: the topmost one of the
server that is named, or, for Exchange Online, which names no server, the topmost
one at all. What is written below it is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.addresses import ascii_domain

TOPMOST = "topmost"
"""The trust anchor of servers that write no authserv-id."""

LONGEST_FIELD = 16_384
"""Code points of a field that are read; what a border server writes is a tenth of it."""


class Anchor(StrEnum):
    """What the mailbox's trust anchor says of the sender: DMARC passed, failed, or nothing."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: ``method=result`` and its properties, all in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One field. ``server`` is the authserv-id in lower case, or None where the field has none."""

    server: str | None
    findings: tuple[Finding, ...]


def verdict(fields: Sequence[str], anchor: str | None, domain: str) -> Anchor:
    """What ``anchor`` says of a From in ``domain``.

    Args:
        fields: Authentication-Results field bodies, topmost first.
        anchor: an authserv-id, ``TOPMOST``, or None where none is configured.
        domain: the domain of the one From address.
    """
    if anchor is None:
        return Anchor.NONE
    for field in fields:
        results = read_results(field)
        if anchor == TOPMOST:
            return _of_domain(results, domain) if results.server is None else Anchor.NONE
        if results.server == anchor.lower():
            return _of_domain(results, domain)
    return Anchor.NONE


def _of_domain(results: Results, domain: str) -> Anchor:
    """Pass needs every result for this domain to pass; one that names another domain says nothing."""
    said = {f.result for f in results.findings if f.method == "dmarc" and _speaks_of(f, domain)}
    if "fail" in said:
        return Anchor.FAIL
    return Anchor.PASS if said == {"pass"} else Anchor.NONE


def _speaks_of(finding: Finding, domain: str) -> bool:
    named = [value.rpartition("@")[2] for key, value in finding.properties if key == "header.from"]
    return all(ascii_domain(name) == ascii_domain(domain) for name in named)


# ── the grammar of RFC 8601 section 2.2 ───────────────────────────────────────

_PART = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*(?:"|\Z))|(?P<sign>[;=()])|(?P<space>\s+)|(?P<word>[^\s;="()\\]+)|(?P<other>\\?.)""",
    re.DOTALL,
)


def read_results(field: str) -> Results:
    """Read one field body. Never raises: what does not follow the grammar says nothing."""
    first, *rest = _statements(field[:LONGEST_FIELD])
    if not first or "=" in first:
        # No authserv-id: the first statement is a result already (Exchange Online).
        return Results(None, tuple(filter(None, map(_finding, [first, *rest]))))
    return Results(first[0].lower(), tuple(filter(None, map(_finding, rest))))


def _statements(field: str) -> list[list[str]]:
    """The words and equals signs between semicolons; comments and blanks are left out."""
    statements: list[list[str]] = [[]]
    depth = 0
    for part in _PART.finditer(field):
        kind, text = part.lastgroup, part[0]
        if text in {"(", ")"}:
            depth = max(0, depth + (1 if text == "(" else -1))
        elif depth or kind == "space":
            continue
        elif text == ";":
            statements.append([])
        elif kind == "quoted":
            statements[-1].append(re.sub(r"\\(.)", r"\1", text.strip('"')))
        else:
            statements[-1].append(text)
    return statements


def _finding(words: list[str]) -> Finding | None:
    """``method [/ version] = result`` and then ``property = value`` pairs."""
    pairs = [
        (words[i - 1].lower(), words[i + 1].lower()) for i in range(1, len(words) - 1) if words[i] == "="
    ]
    if not pairs:
        return None
    (method, result), *properties = pairs
    return Finding(method.partition("/")[0], result, tuple(properties))
