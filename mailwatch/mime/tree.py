"""The MIME tree: what parts a mail has, without reading them.

The tree is the standard library's (mail-parser hands structure to the same
parser). Two things are done before: parts are counted, and big bodies of parts
that are no text are cut out of the working copy, because that parser reads line
by line and would spend all its time on attachments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes

from mailwatch.errors import UnreadableMessage
from mailwatch.mime import fields
from mailwatch.mime.limits import Limits
from mailwatch.mime.part import Part

# What structure hangs on. The other fields of the root are read by ``fields``.
_ROOT_FIELDS = frozenset(
    {b"content-type", b"content-transfer-encoding", b"content-disposition", b"mime-version"}
)
_BOUNDARY = re.compile(
    rb"\bboundary[ \t]*=[ \t\r\n]*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE
)
# It starts with what it looks for, and only then looks back at the line's start: the engine skips all else.
_DELIMITER = re.compile(rb"--(?<![^\r\n]--)([^\r\n]{1,204})(?:\r\n|\n|\r|\Z)")
_CUTTABLE = re.compile(rb"[ \t\r\n]*(?:application|image|audio|video|font|model)/", re.IGNORECASE)
_SECTION_HEADER = 32 * 1024
_MADE_OF_PARTS = frozenset({"multipart", "message"})


@dataclass(frozen=True, slots=True)
class Grown:
    """The tree of a mail. ``cuts`` maps the marker that stands for a body cut out to its decoded size."""

    root: Part
    cuts: dict[bytes, int]

    def size(self, part: Part) -> int:
        """The decoded size of a part's body in bytes."""
        cut = self.cuts.get(part.octets().strip()) if self.cuts else None
        return len(part.content()) if cut is None else cut


def grow(raw: bytes, header: fields.Header, marker: bytes, limits: Limits) -> Grown:
    """The tree of ``raw``. UnreadableMessage ``too-many-parts`` or ``too-deep`` over the limits.

    ``marker`` starts the markers of cuts and must not occur in the mail: it is
    made of the mail's hash.
    """
    top = _root_header(header) + b"\r\n"
    alone = _build(top)
    if alone.get_content_maintype() not in _MADE_OF_PARTS:
        # The standard library would take the body apart line by line and put it together again.
        alone.set_payload(raw[header.body :].decode("ascii", "surrogateescape"))
        return Grown(alone, {})
    sections = _sections(raw, header.body, limits)
    slim, cuts = _slim(raw, header.body, sections, marker, limits)
    root = _build(top + slim)
    if cuts and any(marker in leaf.octets() for leaf in root.leaves() if leaf.kind.startswith("text/")):
        # MIME source quoted as text was taken for parts; a cut must never change text.
        cuts = {}
        root = _build(top + raw[header.body :])
    _check(root, limits)
    return Grown(root, cuts)


def _build(raw: bytes) -> Part:
    try:
        return message_from_bytes(raw, _class=Part)
    except RecursionError:
        raise UnreadableMessage("too-deep") from None


def _root_header(header: fields.Header) -> bytes:
    wanted = set(_ROOT_FIELDS)
    lines: list[bytes] = []
    for field in header.fields:
        name = field.name.lower()
        if name in wanted:
            wanted.discard(name)  # The first of each counts.
            lines.append(name + b":" + field.value + b"\r\n")
    return b"".join(lines)


def _sections(raw: bytes, body: int, limits: Limits) -> list[tuple[int, int]]:
    """Stretches between delimiter lines of declared boundaries, whatever their nesting."""
    declared = _boundaries(raw)
    stops: list[tuple[int, int]] = []
    for line in _DELIMITER.finditer(raw, body) if declared else ():
        name = line[1].rstrip(b" \t")
        if name in declared or name.removesuffix(b"--") in declared:
            stops.append(line.span())
            if len(stops) > 2 * limits.parts:
                raise UnreadableMessage("too-many-parts")
    ends = [start for start, _ in stops[1:]] + [len(raw)]
    return [(after, end) for (_, after), end in zip(stops, ends, strict=False)]


def _boundaries(raw: bytes) -> set[bytes]:
    """Every boundary that a field may declare. The word is found first: folding case is slow."""
    lower = raw.lower()
    found: set[bytes] = set()
    at = lower.find(b"boundary")
    while at >= 0:
        declared = _BOUNDARY.match(raw, at)
        if declared:
            found.add(declared[1] or declared[2])
        at = lower.find(b"boundary", declared.end() if declared else at + 1)
    return found


def _slim(
    raw: bytes, at: int, sections: list[tuple[int, int]], marker: bytes, limits: Limits
) -> tuple[bytes, dict[bytes, int]]:
    """The body from ``at`` on with big bodies that are no text replaced by markers."""
    pieces: list[bytes] = []
    cuts: dict[bytes, int] = {}
    for start, end in sections:
        if end - start <= limits.cut:
            continue
        inner = fields.split(raw[start : min(end, start + _SECTION_HEADER)])
        if not _CUTTABLE.match(inner.first(b"content-type") or b""):
            continue
        token = marker + str(len(cuts)).encode()
        body = raw[start + inner.body : end]
        cuts[token] = _decoded_size(body, inner.first(b"content-transfer-encoding") or b"")
        pieces += [raw[at : start + inner.body], token + b"\r\n"]
        at = end
    return b"".join([*pieces, raw[at:]]), cuts


def _decoded_size(data: bytes, encoding: bytes) -> int:
    if b"base64" not in encoding.lower():
        return len(data.removesuffix(b"\n").removesuffix(b"\r"))
    characters = len(data) - sum(data.count(c) for c in (b"\r", b"\n", b" ", b"\t", b"="))
    return characters * 3 // 4


def _check(root: Part, limits: Limits) -> None:
    stack = [(root, 0)]
    parts = 0
    while stack:
        node, depth = stack.pop()
        parts += 1
        if depth > limits.depth:
            raise UnreadableMessage("too-deep")
        if parts > limits.parts:
            raise UnreadableMessage("too-many-parts")
        stack += [(child, depth + 1) for child in node.children]
