"""Accounts and mailboxes of mailwatch for users of the test servers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from servers.mailuser import MailUser

from mailwatch.adapters.imap import ImapAccount, ImapMailbox, Tls


def account_of(user: MailUser, tls: Tls = Tls.NONE, **changes: Any) -> ImapAccount:
    """Settings that reach a user's mailbox; ``changes`` are fields of the account."""
    settings: dict[str, Any] = {
        "name": "support",
        "host": user.host,
        "port": user.tls_port if tls is Tls.IMPLICIT else user.port,
        "username": user.name,
        "password": lambda: user.password,
        "tls": tls,
        "ca_file": user.ca_file,
    }
    return ImapAccount(**{**settings, **changes})


def account_at(port: int, **changes: Any) -> ImapAccount:
    """Settings for a scripted server."""
    settings: dict[str, Any] = {
        "name": "support",
        "host": "127.0.0.1",
        "port": port,
        "username": "anna@contoso.example",
        "password": lambda: "pa55-w0rd",
        "tls": Tls.NONE,
        "connect_timeout": 10.0,
        "read_timeout": 10.0,
    }
    return ImapAccount(**{**settings, **changes})


def spool_in(folder: Path) -> Callable[[], Path]:
    """Fresh paths in a folder."""
    numbers = count()
    return lambda: folder / f"spool-{next(numbers)}"


def mailbox_of(user: MailUser, folder: Path, tls: Tls = Tls.NONE, **changes: Any) -> ImapMailbox:
    """A mailbox over IMAP for a user, big mails spooled to ``folder``."""
    return ImapMailbox(account_of(user, tls, **changes), spool_in(folder))
