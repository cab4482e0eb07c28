"""A digest as a mail: what it must carry so that no robot answers it and no mailwatch files it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime

from mailwatch.core.digest import DigestContent
from mailwatch.core.reminders import Recipient
from mailwatch.jobs.remind.gather import Previous

POSITION = "Mailwatch-Ledger"
"""Up to which ledger entry a digest knew: the next one starts after it."""

_LOST = "Mailwatch-Lost"


@dataclass(frozen=True, slots=True)
class Words:
    """A digest in one language."""

    subject: str
    text: str
    html: str


def letter(
    digest_id: str, sender: str, reader: Recipient, content: DigestContent, words: Words
) -> tuple[str, bytes]:
    """Message-ID (without brackets) and the whole mail, CRLF, 7-bit.

    Auto-Submitted (RFC 3834) and X-Auto-Response-Suppress (MS-OXCMAIL 2.2.3.2.14)
    keep robots from answering; List-Id (RFC 2919) keeps the rest quiet. The
    text is in base64: no relay finds a reason to change it, so that the body's hash
    still holds when we meet the mail in a mailbox.
    """
    domain = sender.rpartition("@")[2]
    message_id = f"{digest_id}@{domain}"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("mailwatch", addr_spec=sender)
    mail["To"] = Address(addr_spec=reader.address)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(content.now.astimezone(reader.zone))
    mail["Message-ID"] = f"<{message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"mailwatch digest <digest.mailwatch.{domain}>"
    mail["Mailwatch-Digest"] = digest_id
    mail[POSITION] = str(content.tally.position)
    mail.set_content(words.text, cte="base64")
    mail.add_alternative(words.html, subtype="html", cte="base64")
    mail.set_boundary(f"={digest_id}=")
    return message_id, mail.as_bytes()


def stand_in(digest_id: str, message_id: str, at: datetime, position: int) -> bytes:
    """What ``made`` asks of a digest whose words were lost with the database. It is never sent."""
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}>"
    mail["Mailwatch-Digest"] = digest_id
    mail[POSITION] = str(position)
    mail[_LOST] = "yes"
    return mail.as_bytes()


def is_stand_in(raw: bytes) -> bool:
    """Whether ``raw`` is no digest, but what ``stand_in`` wrote."""
    return BytesHeaderParser().parsebytes(raw)[_LOST] is not None


def made(raw: bytes) -> Previous:
    """When a digest of ours was made, and what it knew; ``raw`` is a mail that ``letter`` wrote."""
    header = BytesHeaderParser().parsebytes(raw)
    return Previous(_date(str(header["Date"])), int(str(header[POSITION])))


def _date(value: str) -> datetime:
    return parsedate_to_datetime(value)
