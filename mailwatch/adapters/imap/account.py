"""How to reach one mailbox: frozen settings, and whether plain text is allowed to go there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path


class Tls(StrEnum):
    """How the line is protected. ``none`` is for loopback, see ``ImapAccount.insecure_plain``."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """One mailbox on one server.

    ``name`` is the mailbox's name in the ledger. ``password`` is asked at every
    log-in and never kept. ``ca_file`` holds the PEM certificates that are trusted
    instead of the system's. ``insecure_plain`` allows ``tls: none`` beyond loopback:
    password and mail then travel readable by everyone on the way. Timeouts are in seconds.
    """

    name: str
    host: str
    port: int
    username: str
    password: Callable[[], str] = field(repr=False)
    tls: Tls = Tls.IMPLICIT
    ca_file: Path | None = None
    insecure_plain: bool = False
    connect_timeout: float = 20.0
    read_timeout: float = 90.0

    @property
    def plain_refused(self) -> bool:
        """Whether plain text would leave this machine without having been allowed to."""
        return self.tls is Tls.NONE and not self.insecure_plain and not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine whatever a name server says (RFC 6761 section 6.3)."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
