"""The demo's two servers, in this process and on loopback alone: pymap for IMAP, a sink for SMTP.

pymap cannot be embedded through public API: what is used of it stands in
``_Mailboxes`` alone, and pyproject.toml names its version exactly.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from argparse import Namespace
from collections.abc import Coroutine, Generator, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pymap.backend.dict import DictBackend, Identity
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

from mailwatch.demo.letter import Letter

_T = TypeVar("_T")
_Work: TypeAlias = Generator[Any, None, _T] | Coroutine[Any, Any, _T]
_START_SECONDS = 20


def free_port() -> int:
    """A port of the loopback interface that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class MailServer:
    """An IMAP server in a thread of its own; mail lives in memory and ends with it.

    ``password`` is made anew for every server and opens all of its users.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.password = secrets.token_urlsafe(12)
        self._loop = asyncio.new_event_loop()
        self._loop.set_task_factory(_TaskKeeper())
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-imap", daemon=True)
        self._mailboxes = _Mailboxes(self.port, self.password)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._mailboxes.start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._mailboxes.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    def fill(self, letters: Iterable[Letter]) -> None:
        """Put letters into the mailboxes of their users, with their dates and flags."""
        for letter in letters:
            self._do(self._mailboxes.add(letter))

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)


class _Mailboxes:
    """All that is used of pymap's inside."""

    def __init__(self, port: int, password: str) -> None:
        self._args = Namespace(
            host="127.0.0.1",
            port=port,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            inherited_sockets=None,
            demo_data=False,
            demo_user="nobody",
            demo_password=secrets.token_urlsafe(12),
        )
        self._password = password
        self._stack = AsyncExitStack()
        self._backend: Any = None
        self._users: set[str] = set()

    async def start(self) -> None:
        self._backend, config = await DictBackend.init(self._args, hash_context=Cleartext())
        config.apply_context()
        await self._backend.start(self._stack)
        await IMAPService(self._backend, config).start(self._stack)

    async def stop(self) -> None:
        # Connections first: since Python 3.12.1 a closing server waits for them.
        await _end_tasks()
        await self._stack.aclose()
        await _end_tasks()

    async def add(self, letter: Letter) -> None:
        identity = Identity(letter.mailbox, self._backend.login, None, frozenset())
        if letter.mailbox not in self._users:
            await self._add_user(identity)
        async with identity.new_session() as session:
            mailboxes = session.mailbox_set
            if letter.folder not in [entry.name for entry in (await mailboxes.list_mailboxes()).list()]:
                await mailboxes.add_mailbox(letter.folder)
            folder = await mailboxes.get_mailbox(letter.folder)
            flags = frozenset(Flag(flag.encode("ascii")) for flag in letter.flags)
            await folder.append(AppendMessage(letter.raw, letter.arrived, flags))

    async def _add_user(self, identity: Any) -> None:
        config = self._backend.config
        password = await Passwords(config).hash_password(self._password)
        await identity.set(UserMetadata(config, identity.name, password=password))
        self._users.add(identity.name)


class _TaskKeeper:
    """Makes tasks and holds them until they are done.

    A loop holds its tasks weakly. pymap keeps none of those that serve its
    connections, so the collector took some in the middle of a command.
    """

    def __init__(self) -> None:
        self._kept: set[asyncio.Future[Any]] = set()

    def __call__(
        self, loop: asyncio.AbstractEventLoop, work: _Work[_T], /, **options: Any
    ) -> asyncio.Task[_T]:
        task = asyncio.Task(work, loop=loop, **options)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)
        return task


async def _end_tasks() -> None:
    """Cancel everything but ourselves; a connection that cleans up first is asked again."""
    for _ in range(5):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if not tasks:
            return
        await asyncio.wait(tasks, timeout=1)


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail that the sink took."""

    recipient: str
    raw: bytes


@dataclass
class _Sink:
    mailed: list[Mailed] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds the hook by this name.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        assert isinstance(raw, bytes)
        self.mailed.extend(Mailed(recipient, raw) for recipient in envelope.rcpt_tos)
        return "250 OK"


@contextmanager
def smtp_sink() -> Iterator[tuple[int, list[Mailed]]]:
    """An SMTP server that keeps what it is given: its port, and the list that fills."""
    sink, port = _Sink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, server_hostname="localhost")
    controller.start()
    try:
        yield port, sink.mailed
    finally:
        controller.stop()
