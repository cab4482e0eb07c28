"""Who speaks first on a port: a server that waits for TLS is silent, all others of mail greet.

Looked at only after a line did not come about, on a line of its own on which we say nothing but a
handshake: the silence of a server that is busy must be told from a wrong setting.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Literal

GREETING = 2.0
"""Seconds within which a server greets that did not wait for us."""

_HANDSHAKE = 5.0


def first_byte(host: str, port: int) -> Literal["tls", "plain"] | None:
    """``plain`` where the server greets, ``tls`` where it takes a handshake instead; None: nobody knows."""
    with suppress(OSError), socket.create_connection((host, port), timeout=_HANDSHAKE) as line:
        line.settimeout(GREETING)
        with suppress(TimeoutError):
            return "plain" if line.recv(1) else None
        line.settimeout(_HANDSHAKE)
        return "tls" if _takes_handshake(line, host) else None
    return None


def _takes_handshake(line: socket.socket, host: str) -> bool:
    try:
        with ssl.create_default_context().wrap_socket(line, server_hostname=host):
            return True
    except ssl.SSLCertVerificationError:
        # Whoever shows a certificate speaks TLS; whether it is a good one, the real line will say.
        return True
