"""The mails of the demo as values, and how their bytes are made."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from mailwatch.core.filing import Rule, Verdict

MX = "mx.hanbit.example"
"""Our own mail server: only its Authentication-Results fields prove anything (RFC 8601)."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What one mail of the story shows, in the two languages of the product."""

    ko: str
    en: str

    def say(self, language: str) -> str:
        """The caption in ``language``, English where there is no other."""
        return self.ko if language == "ko" else self.en


@dataclass(frozen=True, slots=True)
class Expect:
    """What must become of a mail.

    ``verdict`` is None for a mail that cannot be read. ``renamed`` is true where
    its subject must read differently in the mailbox afterwards.
    """

    verdict: Verdict | None
    number: str | None = None
    rule: Rule | None = None
    related: tuple[str, ...] = ()
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: where it lies, when it arrived (aware), its bytes, and what it is there for."""

    key: str
    mailbox: str
    folder: str
    arrived: datetime
    raw: bytes
    shows: Caption
    expect: Expect
    flags: tuple[str, ...] = (r"\Seen",)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes. ``vouches`` is what our server says of mail from here: pass, fail or none."""

    name: str
    addr: str
    vouches: str = "pass"

    def field(self, charset: str) -> str:
        """The address as it stands in a field."""
        return formataddr((self.name, self.addr), charset)

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.addr.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it is bytes. ``answers`` names other mails by their keys, oldest first.

    ``fields`` are further header fields, ``content`` a finished body with its
    own Content-* fields instead of ``text``. ``checked`` is false for mail of
    our own that never passed a mail server's gate.
    """

    key: str
    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    at: datetime
    cc: tuple[Person, ...] = ()
    answers: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    charset: str = "utf-8"
    label: str | None = None
    content: bytes | None = None
    checked: bool = True
    route: str = "mail-out.example"
    raw_subject: str | None = None

    def to_bytes(self) -> bytes:
        """The mail as it lies on the server, lines ended by CRLF."""
        lines = [f"{name}: {value}" for name, value in (*self._gate(), *self._head(), *self.fields)]
        head = "\n".join(lines).encode("ascii") + b"\n"
        return (head + (self.content or self._body())).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _gate(self) -> tuple[tuple[str, str], ...]:
        """What our own server put on top when the mail came in."""
        if not self.checked:
            return ()
        stamp = format_datetime(self.at)
        return (
            (
                "Authentication-Results",
                f"{MX};\n dmarc={self.sender.vouches} header.from={self.sender.domain}",
            ),
            ("Received", f"from {self.route} by {MX} with ESMTPS;\n {stamp}"),
        )

    def _head(self) -> tuple[tuple[str, str], ...]:
        fields = [
            ("From", self.sender.field(self._label)),
            ("To", ",\n ".join(person.field(self._label) for person in self.to)),
            ("Subject", self.raw_subject or encoded(self.subject, self.charset, self._label)),
            ("Date", format_datetime(self.at)),
            ("Message-ID", f"<{message_id(self.key)}>"),
            ("MIME-Version", "1.0"),
        ]
        if self.cc:
            fields.append(("Cc", ",\n ".join(person.field(self._label) for person in self.cc)))
        if self.answers:
            ids = [f"<{message_id(key)}>" for key in self.answers]
            fields += [("In-Reply-To", ids[-1]), ("References", "\n ".join(ids))]
        return tuple(fields)

    def _body(self) -> bytes:
        return text_part(self.text, self.charset, self._label)

    @property
    def _label(self) -> str:
        return self.label or self.charset


def filed(number: str, rule: Rule, *related: str, renamed: bool = False) -> Expect:
    """Filed under ``number`` by ``rule``, with ``related`` numbers beside it."""
    return Expect(Verdict.FILED, number, rule, related, renamed)


def arriving(
    draft: Draft, expect: Expect, ko: str, en: str, *, mailbox: str = "support", folder: str = "INBOX"
) -> Letter:
    """The letter of a draft, come in (or sent) at the draft's own time."""
    return Letter(draft.key, mailbox, folder, draft.at, draft.to_bytes(), Caption(ko, en), expect)


def message_id(key: str) -> str:
    """The Message-ID, without brackets, of the mail called ``key``."""
    return f"{key}@story.example"


def encoded(text: str, charset: str, label: str) -> str:
    """A field's text as it stands in the mail (RFC 2047), labelled ``label`` whatever wrote its bytes."""
    if text.isascii():
        return Header(text, "us-ascii", maxlinelen=76, header_name="Subject").encode()
    if charset == label:
        return Header(text, charset, maxlinelen=76, header_name="Subject").encode()
    words = [text[start : start + 16] for start in range(0, len(text), 16)]
    return "\n ".join(
        f"=?{label}?B?{base64.b64encode(word.encode(charset)).decode('ascii')}?=" for word in words
    )


def text_part(text: str, charset: str, label: str) -> bytes:
    """Content fields, empty line and body of a plain text."""
    data = base64.encodebytes(text.encode(charset))
    fields = f"Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: base64\n\n"
    return fields.encode("ascii") + data


def multipart(kind: str, *parts: bytes) -> bytes:
    """A multipart body of ``kind`` (with its parameters) with its own Content-Type field."""
    boundary = b"=_story_" + kind.split(";", maxsplit=1)[0].encode("ascii")
    body = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    head = b"Content-Type: multipart/" + kind.encode("ascii") + b'; boundary="' + boundary + b'"\n\n'
    return head + body + b"--" + boundary + b"--\n"


def nested(depth: int, text: str) -> bytes:
    """Multiparts in multiparts, ``depth`` of them: no honest mail looks like this."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\n\n--n%d\n' % (level, level) for level in range(depth)
    )
    closing = b"".join(b"\n--n%d--\n" % level for level in reversed(range(depth)))
    return opening + text_part(text, "utf-8", "utf-8") + closing
