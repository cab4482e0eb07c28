"""pymap, an IMAP server in pure Python, in a thread of the test process: plain text on loopback."""

from __future__ import annotations

import asyncio
import threading
import uuid
from argparse import Namespace
from contextlib import AsyncExitStack

from pymap.backend.dict import Config, DictBackend, Identity
from pymap.imap import IMAPService
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext
from servers.mailuser import MailUser
from servers.ports import free_ports, wait_for_banner

PASSWORD = "s3cret-pass"


class PymapServer:
    """A running server. It keeps mail in memory and forgets keywords when a connection ends."""

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pymap", daemon=True)
        self._stack = AsyncExitStack()
        self._backend: DictBackend | None = None

    def start(self) -> PymapServer:
        self._thread.start()
        (self.port,) = free_ports(1)
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(timeout=30)
        if not wait_for_banner(self.port, self._thread.is_alive):
            raise RuntimeError("pymap does not answer")
        return self

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop.close()

    def new_user(self, name: str | None = None, *, password: str = PASSWORD) -> MailUser:
        """A user with an empty mailbox."""
        name = name or f"u{uuid.uuid4().hex[:12]}"
        asyncio.run_coroutine_threadsafe(self._add(name, password), self._loop).result(timeout=30)
        return MailUser(name, password, "localhost", self.port, None, None)

    async def _serve(self) -> None:
        args = Namespace(
            host="127.0.0.1",
            port=self.port,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            inherited_sockets=None,
            demo_data=False,
            demo_user="nobody-logs-in",
            demo_password=uuid.uuid4().hex,
        )
        self._backend, config = await DictBackend.init(args, hash_context=Cleartext())
        config.apply_context()
        await self._backend.start(self._stack)
        await IMAPService(self._backend, config).start(self._stack)

    async def _add(self, name: str, password: str) -> None:
        assert self._backend is not None
        config: Config = self._backend.config
        hashed = await Passwords(config).hash_password(password)
        identity = Identity(name, self._backend.login, None, frozenset())
        await identity.set(UserMetadata(config, name, password=hashed))

    async def _end(self) -> None:
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stack.aclose()
