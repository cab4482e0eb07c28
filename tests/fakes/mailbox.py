"""A true fake of ``ports.Mailbox``: one connection to a server in memory.

The contract tests in ``tests/contract/test_mailbox.py`` hold it to what real servers do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from fakes.mailserver import FakeFolder, FakeMail, FakeServer, field_of

from mailwatch.core.place import Place
from mailwatch.errors import ConfigError, Refused
from mailwatch.ports import Capabilities, Fetched, Folder, FolderState, Listed, Role

_PLAN = re.compile(r"plan=([0-9a-f]{32})")
_BATCH = 250


def _bare(message_id: str) -> str:
    return message_id.strip().removeprefix("<").removesuffix(">")


class FakeMailbox:
    """One connection; ``name`` is the mailbox's name in the ledger."""

    def __init__(self, server: FakeServer, name: str = "support") -> None:
        self.server = server
        self.name = name
        self.closed = False
        self._open: FakeFolder | None = None
        self._writable = False

    # reading

    def folders(self) -> tuple[Folder, ...]:
        found = sorted(self.server.folders.values(), key=lambda f: (f.role is not Role.INBOX, f.name))
        return tuple(Folder(f.name, f.role, self.server.delimiter) for f in found)

    def examine(self, folder: str) -> FolderState:
        return self._enter(folder, writable=False)

    def search(self, low: int, high: int, *, since: date | None = None) -> tuple[int, ...]:
        start = datetime.combine(since or date.min, time(), UTC)
        mails = self._folder.mails
        return tuple(
            u for u in sorted(mails) if low <= u <= high and (since is None or mails[u].internaldate >= start)
        )

    def batches(self, uids: Sequence[int]) -> Iterator[tuple[Fetched, ...]]:
        for start in range(0, len(uids), _BATCH):
            found = tuple(self._fetched(u) for u in uids[start : start + _BATCH] if u in self._folder.mails)
            if found:
                yield found

    def find(self, message_id: str) -> tuple[int, ...]:
        return tuple(
            uid
            for uid, mail in sorted(self._folder.mails.items())
            if _bare(field_of(mail.raw, "Message-ID") or "") == _bare(message_id)
        )

    # looking at one folder

    def capabilities(self) -> Capabilities:
        s = self.server
        return Capabilities(
            server=s.host,
            move=s.move,
            uidplus=s.uidplus,
            idle=False,
            special_use=True,
            append_limit=s.append_limit,
            names=s.names,
        )

    def select(self, folder: str, *, create: bool = False) -> FolderState:
        if create and folder not in self.server.folders:
            if self.server.no_folders is not None:
                raise self.server.no_folders
            if self.server.prefix and not folder.startswith(self.server.prefix):
                raise Refused("no-permission", "the server does not allow the folder {folder}", folder=folder)
            self.server.make(folder)
        return self._enter(folder, writable=True)

    def list(self, uids: Sequence[int]) -> Mapping[int, Listed]:
        mails = self._folder.mails
        return {
            u: Listed(u, self.server.size_of(mails[u].raw), frozenset(mails[u].flags), mails[u].internaldate)
            for u in uids
            if u in mails
        }

    def copies(self, low: int) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for uid, mail in sorted(self._folder.mails.items()):
            claim = field_of(mail.raw, "Mailwatch-Original")
            if uid >= low and claim is not None:
                match = _PLAN.search(claim)
                found[uid] = match[1] if match else ""
        return found

    def read(self, uids: Sequence[int]) -> Mapping[int, Fetched]:
        return {u: self._fetched(u) for u in uids if u in self._folder.mails}

    # changing

    def append(
        self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime | None
    ) -> tuple[int, int] | None:
        target = self._target(folder)
        self._room_for(raw)
        if target.read_only:
            raise Refused("read-only", "the folder {folder} is read-only", folder=folder)
        if "append" in self.server.deaf:
            return None
        twin = self._twin(raw) if self.server.merges else None
        if twin is not None:
            return twin if self._tells else None
        stored = self.server.alter(raw) if self.server.alter else raw
        when = None if self.server.loses_dates else internaldate
        kept = () if self.server.loses_flags else flags
        mail = FakeMail(stored, self._permitted(target, kept), when or datetime.now(UTC))
        if self.server.late is not None:
            self.server.late.append((folder, mail))
            return None
        uid = target.add(mail)
        return (target.uidvalidity, self._told(uid)) if self._tells else None

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, tuple[int, int]]:
        if not self.server.move:
            raise ConfigError("the server has no MOVE")
        target = self._target(folder)
        self._check_writable()
        if "move" in self.server.deaf:
            return {}
        moved = {
            u: (target.uidvalidity, self._told(target.add(self._folder.mails.pop(u))))
            for u in sorted(uids)
            if u in self._folder.mails
        }
        return moved if self._tells else {}

    def remove(self, uids: Sequence[int]) -> None:
        if not self.server.uidplus:
            raise ConfigError("the server has no UIDPLUS")
        self._check_writable()
        if "remove" not in self.server.deaf:
            mails = self._folder.mails
            others = [u for u, mail in mails.items() if r"\Deleted" in mail.flags]
            for uid in (*uids, *(others if self.server.expunges_all else ())):
                mails.pop(uid, None)

    def set_flags(self, uid: int, add: Sequence[str], drop: Sequence[str]) -> None:
        self._check_writable()
        if self.server.no_flags:
            raise Refused("refused", "the server takes no flags")
        mail = self._folder.mails.get(uid)
        if mail and "set_flags" not in self.server.deaf:
            mail.flags |= self._permitted(self._folder, add)
            mail.flags -= set(drop)

    def close(self) -> None:
        self.closed = True

    # within

    @property
    def _folder(self) -> FakeFolder:
        assert self._open is not None, "no folder is open"
        return self._open

    def _told(self, uid: int) -> int:
        return uid + 1000 if self.server.lies else uid

    @property
    def _tells(self) -> bool:
        return self.server.uidplus and self.server.tells_uids

    def _enter(self, name: str, *, writable: bool) -> FolderState:
        if name in self.server.closed:
            raise Refused("no-permission", "the folder {folder} may not be opened", folder=name)
        self._open = self._target(name)
        self._writable = writable and not self._open.read_only
        return FolderState(
            folder=name,
            uidvalidity=self._open.uidvalidity,
            uidnext=self._open.uidnext if self.server.tells_uidnext else None,
            exists=len(self._open.mails),
            read_write=self._writable,
            permanent_flags=self._open.permanent_flags if self._writable else frozenset(),
        )

    def _target(self, name: str) -> FakeFolder:
        assert not self.closed, "the connection is closed"
        if name not in self.server.folders:
            raise ConfigError("there is no folder {folder}", folder=name)
        return self.server.folders[name]

    def _check_writable(self) -> None:
        if not self._writable:
            raise Refused("read-only", "the folder {folder} is read-only", folder=self._folder.name)

    def _room_for(self, raw: bytes) -> None:
        s = self.server
        if s.append_limit is not None and len(raw) > s.append_limit:
            raise Refused("too-big", "the server takes no mail of {size} bytes", size=len(raw))
        if s.quota is not None and s.used() + len(raw) > s.quota:
            raise Refused("over-quota", "the mailbox is full", mend="Make room in the mailbox.")

    def _twin(self, raw: bytes) -> tuple[int, int] | None:
        wanted = field_of(raw, "Message-ID")
        for folder in self.server.folders.values():
            for uid, mail in folder.mails.items():
                if wanted and field_of(mail.raw, "Message-ID") == wanted:
                    return folder.uidvalidity, uid
        return None

    @staticmethod
    def _permitted(folder: FakeFolder, flags: Sequence[str]) -> set[str]:
        anything = r"\*" in folder.permanent_flags
        return {f for f in flags if f in folder.permanent_flags or (anything and not f.startswith("\\"))}

    def _fetched(self, uid: int) -> Fetched:
        mail, folder = self._folder.mails[uid], self._folder
        return Fetched(
            place=Place(self.name, folder.name, folder.uidvalidity, uid),
            content=mail.raw,
            sha256=hashlib.sha256(mail.raw).hexdigest(),
            size=len(mail.raw),
            internaldate=mail.internaldate,
            flags=frozenset(mail.flags),
            outgoing=folder.role is Role.SENT,
            server=self.server.host,
        )
