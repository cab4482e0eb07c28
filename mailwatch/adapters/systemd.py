"""The service manager's protocol (sd_notify(3)): words over a datagram socket; silence without one."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

from mailwatch.errors import TemporaryError


class Notifier:
    """Tells the service manager how we are. Does nothing where nobody listens (``NOTIFY_SOCKET``)."""

    def __init__(self, env: Mapping[str, str], pid: int) -> None:
        address = env.get("NOTIFY_SOCKET", "")
        # "@" stands for the zero byte of an abstract socket.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog = _watchdog(env, pid)

    def ready(self, status: str) -> None:
        """Started, or the configuration was read again."""
        self._tell(f"READY=1\nSTATUS={_one_line(status)}\nMAINPID={os.getpid()}")

    def reloading(self) -> None:
        """The configuration is being read again."""
        micros = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={micros}")

    def stopping(self, status: str) -> None:
        """The end has begun."""
        self._tell(f"STOPPING=1\nSTATUS={_one_line(status)}")

    def status(self, status: str) -> None:
        """One line for ``systemctl status``."""
        self._tell(f"STATUS={_one_line(status)}")

    def alive(self) -> None:
        """Feed the watchdog."""
        if self.watchdog is not None:
            self._tell("WATCHDOG=1")

    def _tell(self, words: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(1)
                line.sendto(words.encode(), self._address)
        except OSError as error:
            raise TemporaryError(
                "the service manager cannot be reached: {reason}", reason=error.strerror or error
            ) from error


def _watchdog(env: Mapping[str, str], pid: int) -> float | None:
    """Seconds within which a sign of life is expected, or None where none is (sd_watchdog_enabled(3))."""
    micros, meant = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not micros.isascii() or not micros.isdigit() or int(micros) == 0:
        return None
    return int(micros) / 1e6 if meant in {"", str(pid)} else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
