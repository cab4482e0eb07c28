"""The subject of a mail alone: a daemon may ask for it and holds no reader of bodies and addresses."""

from __future__ import annotations

import hashlib

from mailwatch.mime import fields, headers
from mailwatch.mime.fields import Header
from mailwatch.mime.limits import DEFAULT, Limits
from mailwatch.mime.part import Part
from mailwatch.mime.tree import grow


def subject_of(raw: bytes, *, limits: Limits = DEFAULT) -> str:
    """What ``parse`` says is the subject of ``raw``. Raises ``UnreadableMessage``, too."""
    header = fields.split(raw, limits)
    grown = grow(raw, header, f"cut-{hashlib.sha256(raw).hexdigest()}-".encode(), limits)
    return subject(header, charset_hint(grown.root))


def subject(header: Header, hint: str | None) -> str:
    """The first Subject field as text; empty where there is none."""
    return headers.decode_text(header.first(b"subject") or b"", hint)


def charset_hint(root: Part) -> str | None:
    """The charset of the mail's first text, which its raw header bytes most likely share."""
    labels = (leaf.parameter("charset") for leaf in root.leaves() if leaf.kind.startswith("text/"))
    return next((label for label in labels if label), None)
