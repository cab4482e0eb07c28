"""An IMAP server that says what a test tells it to: for every way in which real servers are odd.

A script maps a command (``UID SEARCH``, ``LOGIN`` …) to the bytes of its answer, or
to a function from the command's arguments to them. ``TAG`` in an answer stands
for the command's tag. ``HANG_UP`` cuts the line, ``SILENCE`` leaves it open without a word.
``LITERAL`` answers a command that announces a literal, in place of the invitation to send it.
"""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any, Self

Answer = bytes | Callable[[str], bytes]

HANG_UP = b"\0hang up"
SILENCE = b"\0silence"
OK = b"TAG OK done\r\n"

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_OPENED = (
    b"* FLAGS (\\Seen \\Deleted)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n"
    b"* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] ok\r\n* OK [UIDVALIDITY 77] ok\r\n* OK [UIDNEXT 4] ok\r\n"
)
DEFAULTS: Mapping[str, Answer] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE\r\nTAG OK done\r\n",
    "LOGIN": OK,
    "NOOP": OK,
    "LOGOUT": b"* BYE bye\r\nTAG OK done\r\n",
    "LIST": b'* LIST () "/" INBOX\r\nTAG OK done\r\n',
    "EXAMINE": _OPENED + b"TAG OK [READ-ONLY] done\r\n",
    "SELECT": _OPENED + b"TAG OK [READ-WRITE] done\r\n",
}


class ScriptedServer:
    """Running from ``start`` to ``close``; ``said`` holds all commands that came in, tags in ``tags``."""

    def __init__(
        self,
        script: Mapping[str, Answer] | None = None,
        *,
        greeting: bytes = b"* OK hello\r\n",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script = {**DEFAULTS, **(script or {})}
        self.greeting = greeting
        self.tls = tls
        self.said: list[str] = []
        self.tags: list[bytes] = []
        self.literals: list[bytes] = []
        self.connections = 0
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.master = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> ScriptedServer:
        self._thread.start()
        return self

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self) -> None:
        self._over.wait(timeout=60)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    master: ScriptedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in mid-sentence is what many tests are about."""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        master = self.server.master
        master.connections += 1
        if master.tls is not None:
            self.request = master.tls.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        if self._say(master, master.greeting, b"*"):
            while self._answer(master):
                pass

    def finish(self) -> None:
        try:
            self.rfile.close()
            self.wfile.close()
            self.request.close()
        except OSError:
            pass

    def _answer(self, master: ScriptedServer) -> bool:
        line = self.rfile.readline()
        if not line:
            return False
        line = self._with_literals(master, line)
        tag, _, rest = line.strip().partition(b" ")
        text = rest.decode("utf-8", "replace")
        master.said.append(text)
        master.tags.append(tag)
        verb, arguments = self._split(master, text)
        unsent = "LITERAL" in master.script and _LITERAL.search(line) is not None
        answer = master.script.get("LITERAL" if unsent else verb, b"TAG BAD unknown command\r\n")
        said = answer(arguments) if callable(answer) else answer
        return self._say(master, said, tag) and verb != "LOGOUT"

    def _with_literals(self, master: ScriptedServer, line: bytes) -> bytes:
        while match := _LITERAL.search(line):
            if not match[2] and "LITERAL" in master.script:
                return line  # Refused before it is sent.
            if not match[2]:
                self.wfile.write(b"+ go on\r\n")
            master.literals.append(self.rfile.read(int(match[1])))
            line = line[: match.start()] + b"<literal>" + self.rfile.readline()
        return line

    @staticmethod
    def _split(master: ScriptedServer, text: str) -> tuple[str, str]:
        words = text.split(" ", 2)
        if words[0].upper() == "UID":
            return " ".join(words[:2]).upper(), words[2] if len(words) > 2 else ""
        return words[0].upper(), text[len(words[0]) + 1 :]

    def _say(self, master: ScriptedServer, said: bytes, tag: bytes) -> bool:
        before, hang_up, _ = said.partition(HANG_UP)
        before, silence, _ = before.partition(SILENCE)
        self.wfile.write(before.replace(b"TAG ", tag + b" "))
        if silence:
            master.wait()
        if hang_up:
            self.request.shutdown(socket.SHUT_RDWR)
        return not (hang_up or silence)
