"""What kind of mail it is: written by a machine, signed, encrypted."""

from __future__ import annotations

import re

from mailwatch.core.message import Automatic
from mailwatch.mime.fields import Header
from mailwatch.mime.headers import decode_text
from mailwatch.mime.part import Part

# What auto-responders write in front of the subject they answer, in the languages of Exchange and Gmail.
_REPLY_SUBJECT = re.compile(
    r"(?:\[[^\]\n]{1,20}\] ?)?"
    r"(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|"
    r"자동 ?회신|자동 ?응답|부재 ?중|"
    r"自動応答|自動返信|不在通知|自动答复|自动回复|自動回覆|automatische antwort|abwesenheitsnotiz|"
    r"réponse automatique|respuesta automática)(?:[ \t]*[:：]|\b)",
    re.IGNORECASE,
)
_REPLY_FIELDS = frozenset(
    {b"x-autoreply", b"x-autorespond", b"x-autoresponder", b"x-auto-reply", b"x-mail-autoreply"}
)
_ROBOTS = re.compile(r"(?:mailer-daemon|postmaster)@?", re.IGNORECASE)


def automatic(header: Header, root: Part, subject: str, sender: str) -> Automatic:
    """Whether and why a mail counts as written by a machine (RFC 3834, RFC 3464).

    X-Auto-Response-Suppress proves nothing: Exchange sets it on mail of people, too.
    """
    if root.kind == "multipart/report" or _ROBOTS.match(sender):
        return Automatic.REPORT
    submitted = _keyword(header.first(b"auto-submitted"))
    precedence = _keyword(header.first(b"precedence"))
    names = {f.name.lower() for f in header.fields}
    if submitted == "auto-replied" or precedence == "auto_reply" or not names.isdisjoint(_REPLY_FIELDS):
        return Automatic.REPLY
    if _REPLY_SUBJECT.match(subject):
        return Automatic.REPLY
    if submitted not in {"", "no"} or precedence in {"bulk", "list", "junk"} or b"list-id" in names:
        return Automatic.GENERATED
    return Automatic.NO


def _keyword(value: bytes | None) -> str:
    """The word before any parameters or comment."""
    return re.split(r"[;(\s]", decode_text(value or b"").lower(), maxsplit=1)[0]


def signed(root: Part, text: str) -> bool:
    """S/MIME or PGP, detached, opaque or inline: a new subject must not look like part of what was signed."""
    kinds = [part.kind for part in _all(root)]
    if "multipart/signed" in kinds or any(k.endswith(("pkcs7-signature", "pgp-signature")) for k in kinds):
        return True
    return "-----BEGIN PGP SIGNED MESSAGE-----" in text or any(_smime(p) == "signed-data" for p in _all(root))


def encrypted(root: Part, text: str) -> bool:
    """S/MIME or PGP, as a part or inline. Opaque S/MIME whose type is not told counts as encrypted."""
    parts = _all(root)
    if any(p.kind in {"multipart/encrypted", "application/pgp-encrypted"} for p in parts):
        return True
    opaque = {_smime(p) for p in parts} - {"", "signed-data"}
    return bool(opaque) or "-----BEGIN PGP MESSAGE-----" in text


def _smime(part: Part) -> str:
    if not part.kind.endswith("pkcs7-mime"):
        return ""
    return part.parameter("smime-type") or "unknown"


def _all(root: Part) -> list[Part]:
    found: list[Part] = []
    stack = [root]
    while stack:
        part = stack.pop()
        found.append(part)
        stack.extend(part.children)
    return found
