"""What the fetched bytes of a mail prove: the original, our copy of it, or neither."""

from __future__ import annotations

import hashlib
import re
from email import policy
from email.message import Message as Part
from email.parser import BytesParser

from mailwatch.core.rename_sight import Proof
from mailwatch.core.renaming import Direction, Plan
from mailwatch.mime.resubject import restore

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^Message-ID[ \t]*:((?:.*\r?\n)(?:[ \t].*\r?\n)*)", re.IGNORECASE | re.MULTILINE)
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
# What the standard library's parser is known to raise on broken mail.


def copy_plan(plan: Plan) -> str:
    """The plan id that the copy carries: the rename's, also where this plan undoes it."""
    return plan.undoes or plan.id if plan.direction is Direction.UNDO else plan.id


def prove(raw: bytes, plan: Plan, original: bytes) -> Proof:
    """Judge ``raw`` against the archived ``original`` of ``plan``."""
    if raw == original:
        return Proof.ORIGINAL
    if not carries(raw, copy_plan(plan)):
        return Proof.FOREIGN
    if restore(raw) == original:
        return Proof.COPY
    return Proof.ALIKE if alike(raw, original) else Proof.FOREIGN


def message_id(raw: bytes) -> str | None:
    """The Message-ID without angle brackets, or None."""
    found = _MESSAGE_ID.search(_head(raw))
    if found is None:
        return None
    return found[1].decode("latin-1").strip().removeprefix("<").removesuffix(">") or None


def sha256(raw: bytes) -> str:
    """64 lowercase hex digits."""
    return hashlib.sha256(raw).hexdigest()


def alike(one: bytes, other: bytes) -> bool:
    """Same Message-ID and equal decoded bodies: what stays when a server renders a mail anew."""
    known = message_id(one)
    if known is None or known != message_id(other):
        return False
    try:
        return _leaves(one) == _leaves(other)
    except _BROKEN:
        return False


def carries(raw: bytes, plan: str) -> bool:
    """Whether a Mailwatch-Original field names ``plan`` (32 hex digits)."""
    field = rb"^Mailwatch-Original[ \t]*:(?:[^\n]|\n[ \t])*plan=" + plan.encode("ascii") + rb"[^0-9a-f]"
    return re.search(field, _head(raw), re.IGNORECASE | re.MULTILINE) is not None


def _head(raw: bytes) -> bytes:
    end = _HEAD_END.search(raw)
    return raw[: end.start()] + b"\r\n" if end else raw


def _leaves(raw: bytes) -> list[tuple[str, bytes]]:
    """Content type and decoded bytes of each part that holds no others."""
    whole = BytesParser(policy=policy.compat32).parsebytes(raw)
    return [(p.get_content_type(), _decoded(p)) for p in whole.walk() if not p.is_multipart()]


def _decoded(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_content_maintype() != "text":
        return data
    return b"\n".join(line.rstrip() for line in data.splitlines()).rstrip()
