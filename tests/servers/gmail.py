r"""A Gmail in memory: one store of mails, and labels that are shown as folders.

What it does and a plain IMAP server does not:

- An APPEND of a Message-ID that is held already stores nothing: the answer names the mail that is there, its
  bytes, date and flags stay, and it gets the folder's label.
- A mail lies in All Mail and in each folder whose label it has; its flags are the same in all of them.
- \Deleted, as soon as it is set, takes the label away: the mail is archived, not removed. Only what lies in
  the bin is removed for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from pymap.backend.dict.mailbox import Message
from pymap.flags import FlagOp
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Deleted, Flag, Wildcard, get_system_flags
from servers.odd_pymap import OddFolder, OddServer, OddSet

ALL, BIN, SPAM = "[Gmail]/All Mail", "[Gmail]/Bin", "[Gmail]/Spam"
_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
NAMES = (b"X-GM-EXT-1", b"SPECIAL-USE", b"UNSELECT", b"NAMESPACE")


class Label(OddFolder):
    """One label. ``home`` is the store, a ``Gmail``."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return get_system_flags() | {Wildcard}

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        twin = self.home.held(append_msg.literal)
        if twin is not None:
            return await self.show(twin, recent=recent)
        message = await super().append(append_msg, recent=recent)
        if self.name not in (ALL, BIN, SPAM):
            await self.home.folder(ALL).show(message)
        return message

    async def show(self, message: Message, *, recent: bool = False) -> Message:
        """The mail in this folder, given its label where it has none yet."""
        here = self.shown(message)
        if here is not None:
            return here
        async with self.messages_lock.write_lock():
            self._max_uid += 1
            here = Message.copy(message, uid=self._max_uid, recent=recent)
            self._messages[here.uid] = here
            self._mod_sequences.update([here.uid])
            self._updated.set()
        if self.name not in (ALL, BIN, SPAM):
            # Whatever gets a label is out of the bin again.
            await self.home.folder(BIN).hide(message)
            await self.home.folder(ALL).show(message)
        return here

    def shown(self, message: Message) -> Message | None:
        return next((one for one in self._messages.values() if one.email_id == message.email_id), None)

    async def hide(self, message: Message) -> None:
        here = self.shown(message)
        if here is not None:
            await super().delete([here.uid])

    async def copy(self, uid: int, destination: Any, *, recent: bool = False) -> int | None:
        message = self._messages.get(uid)
        return None if message is None else (await destination.show(message, recent=recent)).uid

    async def move(self, uid: int, destination: Any, *, recent: bool = False) -> int | None:
        message = self._messages.get(uid)
        if message is None:
            return None
        if destination.name in (BIN, SPAM):
            for folder in self.home.folders():
                await folder.hide(message)
        else:
            await self.hide(message)
        return (await destination.show(message, recent=recent)).uid

    async def update(self, uid: int, cached_msg: Any, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        for folder in self.home.folders():
            other = folder.shown(message)
            if other is not None:
                other.permanent_flags = message.permanent_flags - {Deleted}
                folder._mod_sequences.update([other.uid])
                folder._updated.set()
        if Deleted in flag_set and mode is not FlagOp.DELETE and uid in self._messages:
            await self.delete([uid])
            message = Message.copy(message, expunged=True)
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        """The label goes; in All Mail, nothing does."""
        if self.name != ALL:
            await super().delete(list(uids))


class Gmail(OddSet):
    """One user's store."""

    kind = Label
    uses: ClassVar = {
        ALL: "All",
        BIN: "Trash",
        SPAM: "Junk",
        "[Gmail]/Sent Mail": "Sent",
        "[Gmail]/Drafts": "Drafts",
    }

    def folders(self) -> list[Label]:
        return [self._inbox, *self._set.values()]

    def folder(self, name: str) -> Label:
        return self._set[name]

    def held(self, raw: bytes) -> Message | None:
        """The mail with the Message-ID of ``raw``, wherever it lies, the bin included."""
        wanted = _name_of(raw)
        for folder in self.folders() if wanted else ():
            for message in folder._messages.values():
                if _name_of(bytes(message._content)) == wanted:
                    return message
        return None


def _name_of(raw: bytes) -> bytes | None:
    found = _MESSAGE_ID.search(raw.split(b"\r\n\r\n", 1)[0])
    return found[1] if found else None


def gmail_server() -> OddServer:
    return OddServer(Gmail, NAMES)
