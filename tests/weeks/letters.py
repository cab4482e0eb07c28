"""The mails of the simulated weeks, each with what must become of it: written from the promises."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from itertools import count
from typing import Any

ENGINEER = "support@mail.support.microsoft.com"
SUPPORT = "support@contoso.example"
KIM = "kim@contoso.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail.

    ``number`` is the case under which it must be filed, None for none; ``kept`` says whether its
    bytes must be in the archive; ``renamed`` whether it must get the standard subject, in folders
    where that is wanted.
    """

    message_id: str
    raw: bytes
    number: str | None = None
    kept: bool = True
    renamed: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass
class Case:
    """A case at the vendor.

    ``number`` is what it is filed under, ``token`` what the vendor writes, ``root`` the mail that
    it began with, ``thread`` those that carry the number in their subject.
    """

    number: str
    token: str
    topic: str
    owner: str
    root: str | None = None
    thread: list[str] = field(default_factory=list)


TOPICS = (
    "메일 흐름 중단",
    "Licences are missing",
    "공유 사서함 권한",
    "Sign-in loop after update",
    "인증서 갱신 실패",
)
NOISE = (
    ("Lunch?", "At noon."),
    ("Juniper SRX300 special offer", "SRX300 from 299, SRX1500 on request."),
    ("점심 메뉴", "김치찌개 어떠세요?"),
    ("Sequence data", "Accession SRX11133 is public now."),
    ("Your receipt", "Card 2402 2200 1000 2574 was charged."),
)


class Post:
    """Writes letters at the times it is given. The same seed writes the same bytes."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._ids = count(1)

    def case(self, kind: str, now: datetime, owner: str) -> Case:
        """A new case: ``tracking`` (TrackingID#), ``reg`` or ``srx``."""
        serial = self._random.randrange(10**6)
        topic = f"{self._random.choice(TOPICS)} ({next(self._ids)})"
        day = f"{now:%y%m%d}"
        if kind == "tracking":
            number = f"{day}0010{serial:06}"
            return Case(number, f"TrackingID#{number}", topic, owner)
        if kind == "reg":
            number = f"1{day}{serial:08}"
            return Case(number, f"REG:{number}", topic, owner)
        number = f"SRX{1_700_000_000 + serial}"
        return Case(number, f"{number}ID", topic, owner)

    # ── mail of a case ────────────────────────────────────────────────────────

    def before_the_number(self, case: Case, now: datetime) -> Letter:
        """What we wrote before there was a number: adopted later, left as it is."""
        letter = self._write(
            now, case.topic, "도와주세요.", sender=case.owner, to=ENGINEER, number=case.number
        )
        case.root = letter.message_id
        return letter

    def opening(self, case: Case, now: datetime) -> Letter:
        """The vendor's first mail with the number."""
        answers = () if case.root is None else (case.root,)
        subject = f"RE: {case.topic} - {case.token}"
        letter = self._of(case, now, subject, "We have opened a case for you.", renamed=True, answers=answers)
        case.thread.append(letter.message_id)
        return letter

    def follow_up(self, case: Case, now: datetime) -> Letter:
        """With the number in its subject, in one of the ways they write it."""
        subject = self._random.choice(
            (
                f"RE: {case.topic} - {case.token}",
                f"[{case.token}] {case.topic}",
                f"{case.token} / Contoso / {case.topic}",
                f"[EXTERNAL] 회신: {case.topic} - {case.token}",
            )
        )
        # A subject that has the standard form already needs no rename.
        renamed = not subject.startswith("[" + case.token)
        answers = tuple(case.thread[-3:])
        letter = self._of(case, now, subject, "Send us the log?", renamed=renamed, answers=answers)
        case.thread.append(letter.message_id)
        return letter

    def lost_number(self, case: Case, now: datetime) -> Letter:
        """An answer to the opening without the number: the thread tells, and so it is renamed."""
        return self._of(
            case, now, f"답장: {case.topic}", "번호 없이.", renamed=True, answers=(case.thread[0],)
        )

    def number_in_text(self, case: Case, now: datetime) -> Letter:
        """Its own text alone names the case, behind a label: filed, left as it is."""
        return self._of(case, now, "진행 상황 안내", f"지원 요청 번호: {case.token.rpartition('#')[2]}")

    def automatic(self, case: Case, now: datetime) -> Letter:
        """An answering machine: filed, left as it is."""
        subject = f"Automatic reply: {case.topic} - {case.token}"
        return self._of(case, now, subject, "I am away.", more="Auto-Submitted: auto-replied\r\n")

    def phishing(self, case: Case, now: datetime) -> Letter:
        """A stranger who knows the number: filed, left as it is."""
        sender = "support@rnicrosoft.example"
        return self._of(case, now, f"Urgent: {case.token} is closed", "http://phish.example/", sender=sender)

    def our_answer(self, case: Case, now: datetime, subject: str) -> Letter:
        """Ours, in the Sent folder, under the subject that stands in the mailbox."""
        return self._write(
            now,
            f"RE: {subject}",
            "로그를 보내드립니다.",
            sender=case.owner,
            to=ENGINEER,
            number=case.number,
            answers=(case.thread[-1],),
        )

    def _of(self, case: Case, now: datetime, subject: str, text: str, **more: Any) -> Letter:
        return self._write(now, subject, text, to=case.owner, number=case.number, **more)

    # ── other mail ────────────────────────────────────────────────────────────

    def unnumbered(self, to: str, now: datetime) -> Letter:
        """From the support desk, about no case: kept, and shown."""
        return self._write(now, "Your recent request", "We will call you.", to=to)

    def noise(self, to: str, now: datetime) -> Letter:
        """Nobody's business: private mail, offers, look-alikes."""
        subject, text = self._random.choice(NOISE)
        return self._write(now, subject, text, sender="shop@fabrikam.example", to=to, kept=False)

    def _write(
        self,
        now: datetime,
        subject: str,
        text: str,
        *,
        to: str,
        sender: str = ENGINEER,
        answers: tuple[str, ...] = (),
        more: str = "",
        number: str | None = None,
        kept: bool = True,
        renamed: bool = False,
    ) -> Letter:
        message_id = f"<{next(self._ids)}.{now:%Y%m%d%H%M}@{sender.rpartition('@')[2]}>"
        raw = "".join(
            (
                *_fields(sender, to, subject, now=now, message_id=message_id, answers=answers),
                more,
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
                f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
            )
        )
        return Letter(message_id, raw.encode(), number, kept, renamed)


def by_another_way(letter: Letter) -> Letter:
    """The same mail as another server took it in: one Received field more, so other bytes."""
    received = (
        b"Received: from mx2.contoso.example by mail.contoso.example; Mon, 16 Mar 2026 00:00:00 +0000\r\n"
    )
    return Letter(letter.message_id, received + letter.raw, letter.number, letter.kept, letter.renamed)


def _fields(
    sender: str, to: str, subject: str, *, now: datetime, message_id: str, answers: tuple[str, ...]
) -> Iterator[str]:
    words = subject if subject.isascii() else Header(subject, "utf-8").encode(linesep="\r\n")
    yield f"From: {sender}\r\nTo: {to}\r\nSubject: {words}\r\n"
    yield f"Message-ID: {message_id}\r\nDate: {format_datetime(now)}\r\n"
    if answers:
        yield f"In-Reply-To: {answers[-1]}\r\nReferences: {' '.join(answers)}\r\n"
