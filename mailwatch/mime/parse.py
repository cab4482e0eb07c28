"""Bytes to ``Message``. The only module that knows mail-parser.

mail-parser reads the addresses of a mail better than the standard library
(``purchasing@x <do-not-reply@y>`` is y's). What it is known to get wrong is done
here: subject, ids and times come from ``headers``, text from ``body``, and it
never sees a byte that it would drop, a label that it would take literally, or an
attachment that it would decode for nothing. Should it raise, the standard
library's address parser steps in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from email.message import Message as Envelope

from mailparser import MailParser

from mailwatch.core.findable import findable
from mailwatch.core.message import Address, Message, OriginalClaim, Segment
from mailwatch.errors import UnreadableMessage
from mailwatch.mime import addresses, body, fields, headers, identity, nature
from mailwatch.mime import subject as subjects
from mailwatch.mime.charsets import decode
from mailwatch.mime.fields import Header
from mailwatch.mime.limits import DEFAULT, Limits
from mailwatch.mime.tree import Grown, grow

_PLACEHOLDER = "Retrieval using the IMAP4 protocol failed"
_ORIGINAL = re.compile(r"sha256=([0-9a-f]{64}); ?plan=([0-9a-f]{32})")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")
_STRUCTURE = {
    "NoBoundaryInMultipartDefect": "no-boundary",
    "StartBoundaryNotFoundDefect": "boundary-not-found",
    "CloseBoundaryNotFoundDefect": "not-closed",
}


def parse(raw: bytes, *, limits: Limits = DEFAULT) -> Message:
    """Read one mail. Raises ``UnreadableMessage`` and nothing else, whatever ``raw`` is."""
    try:
        message = _parse(raw, limits)
        return replace(message, tokens=findable(message))
    except UnreadableMessage:
        raise
    except (RecursionError, MemoryError) as error:
        raise UnreadableMessage("too-deep" if isinstance(error, RecursionError) else "memory") from None
    except Exception as error:
        # A defect of ours or of a library costs this mail, never the line behind it.
        raise UnreadableMessage("parse-failed", type(error).__name__) from error


def _parse(raw: bytes, limits: Limits) -> Message:
    sha256 = hashlib.sha256(raw).hexdigest()
    header = fields.split(raw, limits)
    grown = grow(raw, header, f"cut-{sha256}-".encode(), limits)
    hint = subjects.charset_hint(grown.root)
    people = _people(header, hint, limits)
    read = body.read(grown, hint, limits)
    text, own = _texts(read.segments)
    body_hash = _fold_hash(text)
    subject = _no_placeholder(header, subjects.subject(header, hint), text)
    in_reply_to, references = identity.answers(header, limits.references)
    sender = next(iter(people["from"]), None)
    return Message(
        sha256=sha256,
        size=len(raw),
        message_id=identity.message_id(header),
        thread_key=identity.thread_key(header, raw),
        in_reply_to=in_reply_to,
        references=references,
        subject=subject,
        raw_subject=decode(header.first(b"subject") or b"").text,
        subject_fields=len(header.all(b"subject")),
        sender=sender,
        to=people["to"],
        cc=people["cc"],
        date=headers.date(header.first(b"date")),
        segments=read.segments,
        attachments=read.attachments,
        automatic=nature.automatic(header, grown.root, subject, sender.addr if sender else ""),
        signed=nature.signed(grown.root, text),
        encrypted=nature.encrypted(grown.root, text),
        mailwatch_fields=_mailwatch_fields(header),
        original=_original(header),
        digest_id=_digest_id(header),
        authentication_results=_authentication_results(header),
        body_hash=body_hash,
        own_hash=body_hash if own == text else _fold_hash(own),
        from_count=len(people["from"]),
        defects=_defects(header, grown, read.defects),
    )


def _texts(segments: Sequence[Segment]) -> tuple[str, str]:
    """All that is said, and what the writer says himself."""
    text = "\n".join(s.text for s in segments)
    return text, "\n".join(s.text for s in segments if not s.quoted)


def _people(header: Header, hint: str | None, limits: Limits) -> dict[str, tuple[Address, ...]]:
    """The addresses of From, To and Cc, those of repeated fields joined."""
    lines = {
        "from": header.all(b"from"),
        "to": header.all(b"to"),
        "cc": header.all(b"cc"),
    }
    values = {n: b", ".join(headers.canonical_words(v, hint) for v in vs) for n, vs in lines.items()}
    texts = {n: decode(v).text for n, v in values.items() if v}
    found = _read_addresses(texts)
    return {
        name: (_tidy(found.get(name, [])) or _tidy(addresses.by_stdlib(texts.get(name, ""))))[
            : limits.addresses
        ]
        for name in lines
    }


def _tidy(found: list[tuple[str, str]]) -> tuple[Address, ...]:
    return tuple(addresses.tidy(found))


_Named = list[tuple[str, str]]
_MOST_KNOWN = 1024
_LONGEST_KNOWN = 400
_known: dict[str, _Named] = {}
"""What mail-parser read in these values: it is slow, and few people write most of a mailbox's mail."""


def _read_addresses(texts: dict[str, str]) -> dict[str, _Named]:
    """What mail-parser reads of each field; ``texts`` by its name."""
    found = {name: _known[text] for name, text in texts.items() if text in _known}
    fresh = _by_mail_parser({name: text for name, text in texts.items() if name not in found})
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update({texts[name]: value for name, value in fresh.items() if len(texts[name]) <= _LONGEST_KNOWN})
    return found | fresh


def _by_mail_parser(texts: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    if not texts:
        return {}
    envelope = Envelope()
    for name, text in texts.items():
        envelope[name] = text
    try:
        parser = MailParser(envelope)
        return {name: list(getattr(parser, name.replace("from", "from_"))) for name in texts}
    except Exception:  # noqa: BLE001 - whatever it stumbles over, the standard library's parser comes next
        return {}


def _no_placeholder(header: Header, subject: str, text: str) -> str:
    """The subject of a mail, unless Exchange gave a letter of its own in place of one that it cannot convert.

    Its subject says so, and it has neither Message-ID nor Date. Who asks what these words mean has both, and
    does not begin with them.
    """
    written = header.first(b"message-id") is not None or header.first(b"date") is not None
    if text.lstrip().startswith(_PLACEHOLDER) or (not written and subject.startswith(_PLACEHOLDER)):
        raise UnreadableMessage("placeholder")
    return subject


def _mailwatch_fields(header: Header) -> tuple[str, ...]:
    names = (f.name for f in header.fields if f.name.lower().startswith(b"mailwatch-"))
    return tuple(name.decode("ascii") for name in names)


def _original(header: Header) -> OriginalClaim | None:
    value = header.first(b"mailwatch-original")
    claim = _ORIGINAL.fullmatch(headers.decode_text(value)) if value is not None else None
    return OriginalClaim(claim[1], claim[2]) if claim else None


def _digest_id(header: Header) -> str | None:
    value = headers.decode_text(header.first(b"mailwatch-digest") or b"").lower()
    return value if _UUID.fullmatch(value) else None


def _authentication_results(header: Header) -> tuple[str, ...]:
    return tuple(decode(headers.unfold(v)).text for v in header.all(b"authentication-results"))


def _fold_hash(text: str) -> str:
    """SHA-256 of a text whose white space and composition (NFC) transport may change."""
    folded = _fold_ascii(text) if text.isascii() else " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(folded.encode()).hexdigest()


_BLANKS = dict.fromkeys((n for n in range(128) if chr(n).isspace()), " ")


def _fold_ascii(text: str) -> str:
    """``" ".join(text.split())`` without an object for every word: several times faster."""
    folded = text.translate(_BLANKS)
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded.strip(" ")


def _defects(header: Header, grown: Grown, of_body: tuple[str, ...]) -> tuple[str, ...]:
    """Enumerated words, each once, in a fixed order of discovery."""
    found = [
        word
        for word, there in (("header-broken", header.broken), ("header-truncated", header.truncated))
        if there
    ]
    found += [_STRUCTURE[type(d).__name__] for d in grown.root.defects if type(d).__name__ in _STRUCTURE]
    return tuple(dict.fromkeys((*found, *of_body)))
