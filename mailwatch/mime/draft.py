"""A reply as a file that a mail program opens as a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.errors import MessageError
from email.headerregistry import Address as Field
from email.message import EmailMessage
from email.policy import SMTP

from mailwatch.core.display import one_line
from mailwatch.core.message import Address
from mailwatch.core.reply import Reply

_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
"""An addr-spec of RFC 5322 without quotes or comments; others cannot be written to safely."""


def to_eml(reply: Reply, sender: str | None, subject: str, text: str) -> bytes:
    """The mail, CRLF. It has neither Date nor Message-ID: whoever sends it gives it both.

    ``X-Unsent`` makes Outlook open it for writing (MS-OXCMAIL leaves it to the program).
    """
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    if sender:
        mail["From"] = Field(addr_spec=sender)
    for name, people in (("To", writable(reply.to)), ("Cc", writable(reply.cc))):
        if people:
            mail[name] = [_field(one) for one in people]
    mail["Subject"] = one_line(subject)
    if reply.in_reply_to:
        mail["In-Reply-To"] = f"<{reply.in_reply_to}>"
    if reply.references:
        mail["References"] = " ".join(f"<{one}>" for one in reply.references)
    mail.set_content(text, cte="base64")
    return mail.as_bytes()


def writable(people: Iterable[Address]) -> tuple[Address, ...]:
    """Those whose address can stand in a field; strangers write what they like into theirs."""
    return tuple(one for one in people if _PLAIN.fullmatch(one.addr) and _sound(one.addr))


def _sound(addr: str) -> bool:
    try:
        Field(addr_spec=addr)
    except (MessageError, ValueError, IndexError):
        return False
    return True


def _field(one: Address) -> Field:
    return Field(one_line(one.name), addr_spec=one.addr)
