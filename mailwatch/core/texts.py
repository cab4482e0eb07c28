"""Free text beside the ledger: salted commitments, so that words can be erased and the chain still holds."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from mailwatch.core.canonical import Malformed, canonical, parse_object, string

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text beside the ledger. ``salt`` and ``value`` are None once it was erased."""

    commit: str
    salt: bytes | None
    value: str | bytes | None

    @property
    def true(self) -> bool:
        """Whether salt and text are what the commitment promised. Erased: nothing to contradict."""
        if self.salt is None or self.value is None:
            return self.salt is self.value
        return commitment(self.salt, self.value) == self.commit


def commitment(salt: bytes, value: str | bytes) -> str:
    """SHA-256(salt || UTF-8) in hex."""
    return hashlib.sha256(salt + _bytes(value)).hexdigest()


def _bytes(value: str | bytes) -> bytes:
    # A lone surrogate is no UTF-8; its bytes are then kept as bytes.
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def commit_text(value: str | bytes, salt: bytes) -> TextRow:
    """A text with its commitment."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    value = readable(_bytes(value))
    return TextRow(commitment(salt, value), salt, value)


def readable(raw: bytes) -> str | bytes:
    """The text that ``raw`` is the UTF-8 of, or ``raw`` itself where it is none."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def as_words(value: str | bytes) -> str:
    """The text for people: what is no UTF-8 is shown by replacement characters."""
    text = readable(_bytes(value))
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def text_line(row: TextRow) -> bytes:
    """The canonical bytes of one line of the texts journal; an erased text is its commitment alone."""
    if row.salt is None or row.value is None:
        return canonical({"commit": row.commit})
    text = row.value if isinstance(row.value, str) else {"b64": base64.b64encode(row.value).decode("ascii")}
    return canonical({"commit": row.commit, "salt": row.salt.hex(), "text": text})


def parse_text_line(line: bytes) -> TextRow:
    """The reverse of ``text_line``; ValueError for anything else."""
    body = parse_object(line)
    commit = string(body, "commit")
    if len(body) == 1:
        return TextRow(commit, None, None)
    return TextRow(commit, bytes.fromhex(string(body, "salt")), _parsed_text(body.get("text")))


def _parsed_text(text: object) -> str | bytes:
    if isinstance(text, str):
        return text
    if isinstance(text, Mapping) and isinstance(text.get("b64"), str):
        return base64.b64decode(text["b64"], validate=True)
    raise Malformed("a text is a string or {b64}")
