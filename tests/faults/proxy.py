"""A proxy between mailwatch and an IMAP server that does one thing wrong, at the command that a test names.

It reads both sides as IMAP, so that it knows where a command and its answer begin and end. It runs on a
loop in a thread of its own. Commands are numbered over all connections, from 0, as they come.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_LIMIT = 1 << 26
START = 20.0


class Cut(Exception):
    """The line ends after these bytes."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__()
        self.last = last


SILENCE = None
"""In place of an answer: nothing more is said, and the line stays open."""


@dataclass(frozen=True)
class End:
    """One end of a line."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, words: bytes) -> None:
        self.writer.write(words)
        await self.writer.drain()


@dataclass(frozen=True)
class Turn:
    """One command. ``ask`` lets the server carry it out, and gives its whole answer."""

    number: int
    name: str
    tag: bytes
    command: bytes
    ask: Callable[[], Awaitable[bytes]]

    def tagged(self, text: str) -> bytes:
        return self.tag + b" " + text.encode() + b"\r\n"


Fault = Callable[[Turn], Awaitable[bytes | None]]
"""What is answered; ``SILENCE`` or ``Cut``."""


async def honest(turn: Turn) -> bytes | None:
    """No fault."""
    return await turn.ask()


@dataclass
class Proxy:
    """Running from ``start`` to ``close``; ``set`` between two runs of a command.

    ``said`` are the names of the commands that came, ``lines`` counts the connections. ``visit`` is called
    with the number of a command before it is passed on, in another thread: somebody else at the mailbox.
    """

    upstream: int
    said: list[str] = field(default_factory=list)
    lines: int = 0
    port: int = 0
    _fault: Fault = honest
    _at: Callable[[Turn], bool] = lambda _turn: False
    _shown: Callable[[bytes], bytes] = lambda answer: answer
    _visit: Callable[[int], None] | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._visitors = ThreadPoolExecutor(1)

    def start(self) -> Proxy:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(START)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START)
        self._loop.close()
        self._visitors.shutdown()

    def set(
        self,
        fault: Fault = honest,
        at: Callable[[Turn], bool] = lambda _turn: False,
        *,
        shown: Callable[[bytes], bytes] = lambda answer: answer,
        visit: Callable[[int], None] | None = None,
    ) -> None:
        """What goes wrong from now on; without arguments, nothing. ``shown`` changes every answer."""
        self._fault, self._at, self._shown, self._visit = fault, at, shown, visit
        self.said, self.lines = [], 0

    # ── within ────────────────────────────────────────────────────────────────

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LIMIT)

    async def _end(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        near = End(reader, writer)
        far = End(*await asyncio.open_connection("127.0.0.1", self.upstream, limit=_LIMIT))
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            try:
                await near.say(self._shown(await far.reader.readline()))
                while await self._turn(near, far):
                    pass
            except Cut as cut:
                await near.say(cut.last)
            finally:
                near.writer.close()
                far.writer.close()

    async def _turn(self, near: End, far: End) -> bool:
        pieces = await _command(near)
        if not pieces:
            return False
        tag, name = _named(pieces[0])
        number = len(self.said)
        self.said.append(name)
        if self._visit is not None:
            await self._loop.run_in_executor(self._visitors, self._visit, number)
        if name == "IDLE":
            return await _idle(tag, pieces, near, far)

        async def ask() -> bytes:
            return self._shown(await _asked(tag, pieces, far))

        turn = Turn(number, name, tag, b"".join(pieces), ask)
        answer = await (self._fault if self._at(turn) else honest)(turn)
        if answer is SILENCE:
            await near.reader.read()
            return False
        await near.say(answer)
        return name != "LOGOUT"


def _named(line: bytes) -> tuple[bytes, str]:
    """Tag and name of a command."""
    tag, *words = line.split()
    first = words[0].upper().decode() if words else ""
    return tag, f"UID {words[1].upper().decode()}" if first == "UID" else first


async def _command(near: End) -> list[bytes]:
    """A command in pieces, each but the last up to a literal; nothing at the end of the line."""
    pieces: list[bytes] = []
    while line := await near.reader.readline():
        literal = _LITERAL.search(line)
        if literal is None:
            return [*pieces, line]
        if not literal[2]:
            await near.say(b"+ go ahead\r\n")
        pieces += [line, await near.reader.readexactly(int(literal[1]))]
    return []


async def _asked(tag: bytes, pieces: list[bytes], far: End) -> bytes:
    """What the server says to a command; a refusal may come where a literal is announced."""
    said = b""
    for piece in pieces:
        await far.say(piece)
        literal = _LITERAL.search(piece)
        if literal is not None and not literal[2]:
            while not (line := await _response(far.reader)).startswith(b"+"):
                said += line
                if line.startswith(tag + b" ") or not line:
                    return said
    while line := await _response(far.reader):
        said += line
        if line.startswith(tag + b" "):
            break
    return said


async def _response(reader: asyncio.StreamReader) -> bytes:
    """One response with its literals."""
    said = b""
    while line := await reader.readline():
        said += line
        literal = _LITERAL.search(line)
        if literal is None:
            break
        said += await reader.readexactly(int(literal[1]))
    return said


async def _idle(tag: bytes, pieces: list[bytes], near: End, far: End) -> bool:
    """Both sides speak at once, until the near one says DONE."""

    async def back() -> None:
        while line := await far.reader.readline():
            await near.say(line)
            if line.startswith(tag + b" "):
                return

    await far.say(b"".join(pieces))
    telling = asyncio.ensure_future(back())
    done = await near.reader.readline()
    await far.say(done)
    await telling
    return bool(done)
