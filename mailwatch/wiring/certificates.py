"""Until when the certificates of all servers are good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mailwatch.adapters.certificates import Certificate
from mailwatch.adapters.imap.connection import certificate
from mailwatch.adapters.smtp import SmtpSender
from mailwatch.config.model import Config
from mailwatch.errors import MailwatchError
from mailwatch.wiring import assemble, digests

Look = Callable[[], Certificate | None]


def certificates(
    config: Config, go_on: Callable[[], bool] = lambda: True
) -> Iterator[tuple[str, Certificate]]:
    """By what they are for: a mailbox's name, ``smtp`` or ``alerts.smtp``. Each server is asked once.

    A server that is away is left out: its polls and digests tell of it. ``go_on`` is asked before each
    server; no other one is asked once it says no.
    """
    seen: dict[tuple[str, int], Certificate | None] = {}
    for name, server, look in _looks(config):
        if server not in seen:
            if not go_on():
                return
            seen[server] = _shown(look)
        shown = seen[server]
        if shown is not None:
            yield name, shown


def _looks(config: Config) -> Iterator[tuple[str, tuple[str, int], Look]]:
    for mailbox in config.mailboxes:
        account = assemble.account(mailbox)
        yield mailbox.name, (account.host, account.port), partial(certificate, account)
    for name, smtp in (("smtp", config.smtp), ("alerts.smtp", config.alerts.smtp)):
        if smtp is not None:
            us = digests.sender_address(config, smtp)
            look = partial(SmtpSender(digests.settings(smtp)).certificate, us)
            yield name, (smtp.host, smtp.port), look


def _shown(look: Look) -> Certificate | None:
    try:
        return look()
    except MailwatchError:
        return None
