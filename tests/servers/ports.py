"""Free ports and waiting for a port: what every server of the tests needs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def wait_for_banner(port: int, alive: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether something on ``port`` said a line before ``alive`` turned false or time ran out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as sock:
                if sock.recv(1):
                    return True
        except OSError:
            pass
        time.sleep(0.02)
    return False
