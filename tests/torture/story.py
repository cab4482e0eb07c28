"""Six mails with what must become of them, written from the promises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime

US = "kim@contoso.example"
ENGINEER = "support@mail.support.microsoft.com"
TRACKING, REG = "2611020010002574", "126110211539142"


@dataclass(frozen=True, slots=True)
class Letter:
    """``number``: the case under which it must be filed. ``renamed``: it gets the standard subject."""

    name: str
    raw: bytes
    number: str | None
    renamed: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def message_id(self) -> str:
        return f"<{self.name}@torture.example>"


def letter(
    name: str,
    subject: str,
    body: str,
    *,
    sender: str = ENGINEER,
    number: str | None = TRACKING,
    renamed: bool = True,
    answers: str | None = None,
) -> Letter:
    said = subject if subject.isascii() else Header(subject, "utf-8").encode(linesep="\r\n")
    more = f"References: <{answers}@torture.example>\r\n" if answers else ""
    raw = (
        f"From: {sender}\r\nTo: {US}\r\nSubject: {said}\r\nMessage-ID: <{name}@torture.example>\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\n{more}MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{body}\r\n"
    ).encode()
    return Letter(name, raw, number, renamed)


def opening() -> Letter:
    """The mail that lies there, filed and renamed, before the others come."""
    return letter("opening", f"메일 흐름 중단 - TrackingID#{TRACKING}", "안녕하세요")


def arriving() -> list[Letter]:
    """An answer without a number, one of ours, another case, a private mail, a forgery."""
    return [
        letter("answer", "RE: 메일 흐름 중단", "회신드립니다", answers="opening"),
        letter("ours", f"Fwd: a question TrackingID#{TRACKING}", "Hello", sender=US),
        letter("other", f"Licences are missing [REG:{REG}]", "Hello", number=REG),
        letter("lunch", "Lunch?", "At noon", sender="lee@fabrikam.example", number=None, renamed=False),
        letter("forged", f"Pay TrackingID#{TRACKING}", "Click", sender="x@rnicrosoft.example", renamed=False),
    ]
