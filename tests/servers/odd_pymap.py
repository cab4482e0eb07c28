"""pymap with mailboxes of another kind: what Gmail and Exchange make of the same commands.

All that these fakes use of pymap's inside stands here and in ``mailwatch.demo.servers``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pymap.backend.dict import Config, DictBackend, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.config import BackendCapability
from pymap.exceptions import ResponseError
from pymap.imap import IMAPService
from pymap.listtree import ListEntry, ListTree
from pymap.parsing.response import ResponseBad, ResponseNo
from pysasl.hashing import Cleartext
from servers.mailuser import MailUser
from servers.ports import wait_for_banner

from mailwatch.demo.servers import MailServer, _Mailboxes


class OddFolder(MailboxData):
    """A folder that knows its mailbox and its name."""

    def __init__(self, home: Any, name: str) -> None:
        super().__init__(home._content_cache, home._thread_cache)
        self.home = home
        self.name = name


class OddSet(MailboxSet):
    """A mailbox of ``kind`` folders, those of ``uses`` (special uses, RFC 6154, by name) from the start."""

    kind: type[OddFolder] = OddFolder
    uses: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self._inbox = self.kind(self, "INBOX")
        self._set = {name: self.kind(self, name) for name in self.uses}

    async def add_mailbox(self, name: str) -> Any:
        made = await super().add_mailbox(name)
        self._set[name] = folder = self.kind(self, name)
        return folder.mailbox_id if made else made

    async def list_mailboxes(self) -> ListTree:
        return _UsesTold(self.delimiter, self.uses).update("INBOX", *self._set)


class _UsesTold(ListTree):
    __slots__ = ["_uses"]

    def __init__(self, delimiter: str, uses: dict[str, str]) -> None:
        super().__init__(delimiter)
        self._uses = uses

    def list_matching(self, ref_name: str, filter_: str) -> Iterable[ListEntry]:
        for one in super().list_matching(ref_name, filter_):
            entry = _Used(one.name, one.exists, one.marked, one.has_children)
            object.__setattr__(entry, "use", self._uses.get(one.name))
            yield entry


@dataclass(frozen=True)
class _Used(ListEntry):
    use: str | None = None

    @property
    def attributes(self) -> Sequence[bytes]:
        own = [self.use.encode()] if self.use else []
        return [*super().attributes, *own]


class Says(ResponseError):
    """What a server answers in place of doing what it was asked."""

    def __init__(self, text: str, *, bad: bool = False) -> None:
        super().__init__(text)
        self._answer = ResponseBad if bad else ResponseNo
        self._text = text.encode()

    def get_response(self, tag: bytes) -> Any:
        return self._answer(tag, self._text)


class OddServer:
    """A running server whose users have mailboxes of ``kind``; ``names`` are its further capabilities."""

    def __init__(self, kind: Callable[[], OddSet], names: Sequence[bytes]) -> None:
        self._server = MailServer()
        self._kind = kind
        self._boxes = _OddMailboxes(self._server.port, self._server.password, names)
        self._server._mailboxes = self._boxes

    def start(self) -> OddServer:
        self._server.__enter__()
        assert wait_for_banner(self._server.port, lambda: True), "pymap does not answer"
        return self

    def close(self) -> None:
        self._server.__exit__()

    def new_user(self) -> tuple[MailUser, Any]:
        """A user with an empty mailbox, and the mailbox."""
        name = f"u{uuid.uuid4().hex[:12]}"
        self._server._do(self._boxes._add_user(Identity(name, self._boxes._backend.login, None, frozenset())))
        box = self._server._do(self._made(name))
        return MailUser(name, self._server.password, "localhost", self._server.port, None, None), box

    async def _made(self, name: str) -> OddSet:
        box = self._kind()
        self._boxes._backend.config.set_cache[name] = (box, FilterSet())
        return box


class _OddMailboxes(_Mailboxes):
    def __init__(self, port: int, password: str, names: Sequence[bytes]) -> None:
        super().__init__(port, password)
        self._names = names

    async def start(self) -> None:
        config = _OddConfig.from_args(self._args, hash_context=Cleartext())
        config.names = self._names
        login = Login(config)
        await DictBackend._add_demo_user(config, login)
        self._backend = DictBackend(login, config)
        config.apply_context()
        await self._backend.start(self._stack)
        await IMAPService(self._backend, config).start(self._stack)


class _OddConfig(Config):
    names: Sequence[bytes] = ()

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=False, multi_append=False, custom=self.names)
