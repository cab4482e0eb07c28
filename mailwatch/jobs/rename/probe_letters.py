"""The mails of a probe: made by us from its id alone, so that they are known again, byte for byte."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailwatch.jobs.rename.proof import alike, carries, message_id
from mailwatch.mime.resubject import resubject

WHEN = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
"""The INTERNALDATE they are stored with: long past, so that a server's own clock shows."""

_NAME = re.compile(r"([0-9a-f]{32})(?:\.deleted)?@mailwatch\.invalid")
_TOKEN = "[TrackingID#2402220010002574] mailwatch 시험 편지"

_HEAD = """\
Received: from probe.mailwatch.invalid by mailbox.mailwatch.invalid;\r
\tSat, 03 Feb 2001 04:05:06 +0000\r
DKIM-Signature: v=1; a=rsa-sha256; d=mailwatch.invalid; s=none;\r
  h=From:Subject ; b={long}\r
from: "mailwatch, probe" <probe@mailwatch.invalid>\r
To:probe@mailwatch.invalid\r
Subject: a probe of mailwatch, removed at once: {which}\r
Message-ID: <{name}@mailwatch.invalid>\r
Date: Sat,  3 Feb 2001 04:05:06 +0000 (UTC)\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: 8bit\r
X-Empty:\r
"""
_BODY = """\
mailwatch stores this mail to learn what the server makes of it.\r
제목만 바꾼 사본이 그대로 남는지 확인합니다.\r
spaces at the end:  \t \r
.\r
From here on {long}\r
\r
\r
{which}\r
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of a probe; ``plan`` stands in its Mailwatch-Original field."""

    plan: str
    raw: bytes

    @property
    def message_id(self) -> str:
        """Without angle brackets."""
        return message_id(self.raw) or ""

    def wrote(self, raw: bytes) -> bool:
        """Whether ``raw`` is this mail, as it was made or as a server altered it."""
        return raw == self.raw or (carries(raw, self.plan) and alike(raw, self.raw))


def letters(probe: str) -> tuple[Letter, Letter, Letter]:
    """The probe's mails, in the form of renamed copies.

    A plain one, one with the same Message-ID and raw 8-bit bytes in its header, and
    one to be marked as deleted.
    """
    odd = b"X-Alt-Name: " + "홍길동".encode("euc-kr") + b"\r\n"
    return (
        _letter(probe, "plain", probe),
        _letter(probe, "odd", probe, odd),
        _letter(probe, "deleted", f"{probe}.deleted"),
    )


def author(raw: bytes, ours: Sequence[Letter]) -> int | None:
    """Which of ``ours`` a fetched mail is; None where it is none of them."""
    return next((n for n, letter in enumerate(ours) if letter.wrote(raw)), None)


def is_probe(raw: bytes) -> bool:
    """Whether a mail is of any probe, also of one whose books were lost: its Message-ID tells the id."""
    named = _NAME.fullmatch(message_id(raw) or "")
    return named is not None and author(raw, letters(named[1])) is not None


def _letter(probe: str, which: str, name: str, odd: bytes = b"") -> Letter:
    plan = hashlib.sha256(f"{probe}/{which}".encode()).hexdigest()[:32]
    head = _HEAD.format(long="x" * 900, which=which, name=name).encode()
    raw = head + odd + b"\r\n" + _BODY.format(long="y" * 900, which=which).encode()
    sha256 = hashlib.sha256(raw).hexdigest()
    return Letter(plan, resubject(raw, f"{_TOKEN} {which}", sha256=sha256, plan=plan))
