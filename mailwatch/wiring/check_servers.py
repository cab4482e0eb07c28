"""``check`` of what lies beyond this machine: mailboxes, the way mail leaves, and their certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from mailwatch.adapters.certificates import Certificate
from mailwatch.adapters.imap.connection import certificate
from mailwatch.adapters.imap.probe import probe_connection
from mailwatch.adapters.smtp import SmtpSender
from mailwatch.config.digest import SmtpConfig
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.soundness import certificate_is_good, days_left
from mailwatch.errors import MailwatchError, Words, counted
from mailwatch.jobs.folders import choose
from mailwatch.ports import Clock, Folder
from mailwatch.wiring import assemble, digests
from mailwatch.wiring.findings import CheckRow, Inquiry, red, within

PATIENCE = 60.0
"""Seconds for all servers together; each is asked by a thread of its own."""

ANSWER = 15.0
"""Seconds for one answer of a server: a person waits, so that less patience is right than at night."""


def servers(config: Config, clock: Clock) -> tuple[CheckRow, ...]:
    """Ask every server of the configuration. Changes nothing on any of them, and sends no mail."""
    ways = (("smtp", config.smtp), ("alerts.smtp", config.alerts.smtp))
    return within(
        (
            *(Inquiry(m.name, partial(_mailbox, m, clock)) for m in config.mailboxes),
            *(Inquiry(name, partial(_smtp, config, name, smtp, clock)) for name, smtp in ways if smtp),
        ),
        PATIENCE,
    )


# ── mailboxes ─────────────────────────────────────────────────────────────────


def _mailbox(mailbox: MailboxConfig, clock: Clock) -> Iterator[CheckRow]:
    account = assemble.account(mailbox)
    hasty = replace(
        account,
        connect_timeout=min(account.connect_timeout, ANSWER),
        read_timeout=min(account.read_timeout, ANSWER),
    )
    for row in probe_connection(hasty):
        yield CheckRow(f"{mailbox.name}: {row.check}", row.ok, row.detail, row.mend)
        if row.folders:
            yield from _missing(mailbox, row.folders)
        if row.check == "connection":
            yield from _certificate(mailbox.name, partial(certificate, hasty), clock(), told=not row.ok)
    if mailbox.trust_anchor is None:
        yield CheckRow(
            f"{mailbox.name}: senders",
            None,
            Words("no trust_anchor: who writes from a support address is believed without proof"),
            Words("set trust_anchor to your server's authserv-id, see docs/configuration.md"),
        )


def _missing(mailbox: MailboxConfig, folders: Sequence[Folder]) -> Iterator[CheckRow]:
    """Folders that shall be read, and that the server does not have."""
    names = ", ".join(folder.name for folder in folders if folder.selectable)
    for words in choose(folders, assemble.wishes(mailbox), sent=False)[1]:
        mend = Words(
            "correct folders of the mailbox {mailbox}; the server has: {names}",
            {"mailbox": mailbox.name, "names": names},
        )
        yield CheckRow(f"{mailbox.name}: folders", ok=False, detail=words, mend=mend)


# ── the way mail leaves ───────────────────────────────────────────────────────


def _smtp(config: Config, name: str, smtp: SmtpConfig, clock: Clock) -> Iterator[CheckRow]:
    settings = digests.settings(smtp)
    sender = SmtpSender(replace(settings, timeout=min(settings.timeout, ANSWER)))
    us = digests.sender_address(config, smtp)
    try:
        sender.try_out(us)
    except MailwatchError as error:
        yield red(name, error)
        yield from _certificate(name, partial(sender.certificate, us), clock(), told=True)
        return
    values = {"host": smtp.host, "port": smtp.port, "user": smtp.username}
    signed_in = "{host}:{port} takes mail; signed in as {user}; none was sent"
    open_to_us = "{host}:{port} takes mail without sign-in; none was sent"
    yield CheckRow(name, ok=True, detail=Words(signed_in if smtp.username else open_to_us, values))
    yield from _certificate(name, partial(sender.certificate, us), clock(), told=False)


# ── certificates ──────────────────────────────────────────────────────────────


def _certificate(
    name: str, look: partial[Certificate | None], now: datetime, *, told: bool
) -> Iterator[CheckRow]:
    """``told``: a row before this one is red already, and says the same of a server that is away."""
    try:
        shown = look()
    except MailwatchError as error:
        if not told:
            yield red(f"{name}: certificate", error)
        return
    if shown is not None:
        yield judged(name, shown, now)


def judged(name: str, shown: Certificate, now: datetime) -> CheckRow:
    """How long a certificate is good for, and whether that is long enough."""
    days = days_left(shown.until, now)
    ok = certificate_is_good(days)
    values = {"until": shown.until.strftime("%Y-%m-%d"), "issuer": shown.issuer}
    good = counted(
        "good for {n} day, until {until}; signed by {issuer}",
        "good for {n} days, until {until}; signed by {issuer}",
        max(days, 0),
        **values,
    )
    over = Words("expired on {until}; signed by {issuer}", values)
    mend = (
        "whoever runs the server must renew its certificate: once it has expired, "
        "mailwatch can neither read nor send there"
    )
    return CheckRow(
        f"{name}: certificate",
        ok=ok,
        detail=good if shown.until > now else over,
        mend=Words("" if ok else mend),
    )
