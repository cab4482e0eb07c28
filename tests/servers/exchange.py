"""An Exchange in memory: mails are kept as properties, and written anew when somebody fetches them.

What it does and a plain IMAP server does not:

- What is fetched after an APPEND are other bytes: fields respelled and folded anew, another transfer
  encoding, another boundary, a field of its own. Sender, subject, Message-ID and text are the same.
- Each fetch may write another boundary (``unsteady``), and a banner may be put above each text (``banner``).
- No keywords: PERMANENTFLAGS without a star.
- A mail that it cannot convert (``sick``) is fetched as a letter that says so, without Date and Message-ID.
- It asks for patience in words of its own (``answer``, ``bad``).
"""

from __future__ import annotations

import base64
import re
from email import policy
from email.message import Message as Part
from email.parser import BytesParser
from itertools import count
from typing import Any, ClassVar

from pymap.backend.dict.mailbox import Message
from pymap.flags import FlagOp
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag, get_system_flags
from servers.odd_pymap import OddFolder, OddServer, OddSet, Says

NAMES = (b"UNSELECT", b"CHILDREN", b"NAMESPACE", b"CLIENTACCESSRULES")
THROTTLED = "Request is throttled. Suggested Backoff Time: 299984 milliseconds"
NOT_CONNECTED = "User is authenticated but not connected."
BANNER = "[EXTERNAL] This mail came from outside."
_SPELLED = {"message-id": "Message-ID", "mime-version": "MIME-Version", "dkim-signature": "DKIM-Signature"}


class Item(OddFolder):
    """One folder. ``home`` is the mailbox, an ``Exchange``."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return (get_system_flags() | {Flag(b"$MDNSent")}) - {Flag(rb"\Recent")}

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        raw = rendered(bytes(append_msg.literal), "000", banner=self.home.banner)
        when, flags = append_msg.when, append_msg.flag_set & self.permanent_flags
        return await super().append(AppendMessage(raw, when, flags), recent=recent)

    async def get(self, uid: int, cached_msg: Any) -> Message:
        message = await super().get(uid, cached_msg)
        if uid in self.home.sick:
            message = Message.copy(message)
            message._content = MessageContent.parse(placeholder(uid))
        elif self.home.unsteady and not message.expunged:
            turn = f"{next(self.home.turns):03}"
            message = Message.copy(message)
            message._content = MessageContent.parse(rendered(bytes(message._content), turn))
        return message

    async def update(self, uid: int, cached_msg: Any, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        """On what is kept, not on what is written of it."""
        message = await super().get(uid, cached_msg)
        message.permanent_flags = mode.apply(message.permanent_flags, flag_set)
        self._mod_sequences.update([uid])
        self._updated.set()
        return message


class Exchange(OddSet):
    """One mailbox. ``answer`` is said in place of anything that concerns a folder, ``bad`` as a BAD."""

    kind = Item
    uses: ClassVar = {
        "Sent Items": "Sent",
        "Drafts": "Drafts",
        "Deleted Items": "Trash",
        "Junk Email": "Junk",
    }

    def __init__(self) -> None:
        super().__init__()
        self.unsteady = False
        self.banner = False
        self.sick: set[int] = set()
        self.answer: str | None = None
        self.bad = False
        self.asked = 0
        self.turns = count(1)

    async def get_mailbox(self, name: str) -> Any:
        self._speak()
        return await super().get_mailbox(name)

    async def list_mailboxes(self) -> Any:
        self._speak()
        return await super().list_mailboxes()

    def _speak(self) -> None:
        self.asked += 1
        if self.answer is not None:
            raise Says(self.answer, bad=self.bad)


def rendered(raw: bytes, turn: str, *, banner: bool = False) -> bytes:
    """The mail as it is written anew; ``turn`` makes its boundary."""
    part = BytesParser(policy=policy.compat32).parsebytes(raw)
    if part["X-MS-Exchange-Organization-SCL"] is None:
        part["X-MS-Exchange-Organization-SCL"] = "-1"
    head, body = _written(part, turn, banner=banner)
    return head + b"\r\n" + body


def _written(part: Part, turn: str, *, banner: bool) -> tuple[bytes, bytes]:
    fields = [
        (name, str(value))
        for name, value in part.raw_items()
        if name.lower() not in {"content-type", "content-transfer-encoding"}
    ]
    head = b"".join(_field(name, value) for name, value in fields)
    if part.is_multipart():
        line = f"_{turn}_exchange_"
        pieces = [b"\r\n".join(_written(p, turn + "x", banner=banner)) for p in part.get_payload()]
        kind = f'{part.get_content_type()};\r\n\tboundary="{line}"'
        body = b"".join(b"--" + line.encode() + b"\r\n" + piece for piece in pieces)
        return head + _field("Content-Type", kind), body + b"--" + line.encode() + b"--\r\n"
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    if banner and part.get_content_type() == "text/plain" and BANNER.encode() not in data:
        data = BANNER.encode() + b"\r\n" + data
    kind = f'{part.get_content_type()}; charset="{part.get_content_charset("us-ascii")}"'
    head += _field("Content-Type", kind) + _field("Content-Transfer-Encoding", "base64")
    return head, base64.encodebytes(data).replace(b"\n", b"\r\n")


def _field(name: str, value: str) -> bytes:
    spelled = _SPELLED.get(name.lower(), "-".join(word.capitalize() for word in name.split("-")))
    text = re.sub(r"[\r\n]+[ \t]+", " ", value) if not name.lower().startswith("content") else value
    return f"{spelled}: {text.strip()}\r\n".encode("utf-8", "surrogateescape")


def placeholder(uid: int) -> bytes:
    """What Exchange gives in place of a mail; the real one's subject and sender stand in its text."""
    return (
        'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="us-ascii"\r\n'
        "From: Microsoft Exchange Server 2010\r\nTo: Kim <kim@contoso.example>\r\n"
        f"Subject: Retrieval using the IMAP4 protocol failed for the following\r\n message: {uid}\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "The server couldn't retrieve the following message:\r\n\r\n"
        'Subject: "Your question"\r\nFrom: "Support" ("support@mail.support.microsoft.com")\r\n'
        "Sent date: 11/2/2026 9:30:00 AM\r\n\r\nThe message hasn't been deleted. You might be able to view "
        "it using either Outlook or Outlook=\r\n Web App.\r\n"
    ).encode()


def exchange_server() -> OddServer:
    return OddServer(Exchange, NAMES)
