"""Digests of the configuration, with the way each of them leaves the house."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.catalog import catalog
from mailwatch.adapters.locks import post_lock
from mailwatch.adapters.smtp import SmtpSender, SmtpSettings
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.adapters.templates import Templates
from mailwatch.config.digest import DigestConfig, RecipientConfig, SmtpConfig
from mailwatch.config.model import Config
from mailwatch.core.place import Place
from mailwatch.core.reminders import DigestSpec, Recipient
from mailwatch.errors import ConfigError, TemporaryError, UnreadableMessage
from mailwatch.jobs.alarm import Alarms
from mailwatch.jobs.remind import MailboxSender, OtherWay, Reminder, Turn
from mailwatch.ports import CaseStates, Clock, Fetched, Mailbox, OutboxItem, Parser, Sender
from mailwatch.wiring import assemble

STALE_AFTER = timedelta(hours=1)
"""How long a folder may stay unread before a digest says so, where it is not polled less often than that."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def reminder(
    config: Config,
    chosen: DigestConfig,
    store: SqlStore,
    archive: FileArchive,
    *,
    clock: Clock,
    body_hash: Callable[[bytes], str],
    states: CaseStates,
) -> Reminder:
    """The job for one digest."""
    watched = _watched(config, archive)
    return Reminder(
        store,
        _sender(config, chosen, watched),
        Templates(catalog, config.templates_folder),
        clock,
        watched=watched,
        mailboxes=frozenset(mailbox.name for mailbox in config.mailboxes),
        body_hash=body_hash,
        states=states,
        turn=_turn(config),
    )


def _turn(config: Config) -> Turn:
    """One sender at a time for each kind of mail to each reader: daemon, command line, old house and new."""

    def turn(item: OutboxItem) -> AbstractContextManager[bool]:
        # Alarms have the moment in their names, and there is no end of moments.
        return post_lock(config.data / "locks", item.name.partition(" ")[0], item.recipient)

    return turn


def hashed_by(parser: Parser) -> Callable[[bytes], str]:
    """The hash of a mail's body, by workers: a daemon holds nothing that reads mail."""

    def body_hash(raw: bytes) -> str:
        mail = Fetched(Place("digest"), raw, hashlib.sha256(raw).hexdigest(), len(raw), None)
        (found,) = parser.parse([mail])
        if isinstance(found, UnreadableMessage):
            raise TemporaryError("the digest that was written cannot be read back ({why})", why=found.why)
        return found.body_hash

    return body_hash


def choose(config: Config, name: str | None) -> DigestConfig:
    """The digest of this name, or the first.

    Raises:
        ConfigError: there is none of this name, or none at all.
    """
    digests = config.all_digests
    found = next((d for d in digests if name is None or d.name == name), None)
    if found is None and name is not None:
        names = ", ".join(d.name for d in digests) or "-"
        raise ConfigError(
            "there is no digest {name}; there are: {names}",
            mend="name one of them, or none for the first",
            name=name,
            names=names,
        )
    if found is None:
        raise ConfigError("no digest is configured", mend="add a mailbox, or digests, to the configuration")
    return found


def spec(config: Config, digest: DigestConfig) -> DigestSpec:
    """The digest as the rules know it."""
    sender = config.smtp.sender if config.smtp else None
    return DigestSpec(
        name=digest.name,
        sender=sender or (config.mailboxes[0].address if config.mailboxes else digest.to[0].address),
        recipients=tuple(_reader(config, digest, reader) for reader in digest.to),
        at=digest.at,
        weekdays=weekdays(digest),
        silent_after=max(1, digest.silent_after.days),
        # Two rounds: one look that comes late, or went wrong once, is no interruption.
        stale_after=max(STALE_AFTER, 2 * config.poll),
    )


def weekdays(digest: DigestConfig) -> frozenset[int]:
    """The ISO weekdays on which a digest is sent."""
    return frozenset(_WEEKDAYS.index(day) + 1 for day in digest.days)


def sender_address(config: Config, smtp: SmtpConfig | None) -> str:
    """The address that mail through ``smtp`` comes from."""
    first = config.mailboxes[0].address if config.mailboxes else ""
    return (smtp.sender if smtp else None) or first


def alarms(config: Config, store: SqlStore, archive: FileArchive, clock: Clock) -> Alarms:
    """The job that tells of mailboxes that are not being watched."""
    smtp = config.alerts.smtp or config.smtp
    first = config.mailboxes[0].address if config.mailboxes else ""
    mailboxes = MailboxSender(_watched(config, archive))
    other_way = partial(OtherWay, mailboxes=mailboxes, pulse=time.monotonic, chance=random.random)
    readers = tuple(_reader(config, None, reader) for reader in config.alert_readers)
    reached = not first or any(mailboxes.reaches(reader.address) for reader in readers)
    watched = tuple(Recipient(m.address, config.language, config.timezone) for m in config.mailboxes)
    return Alarms(
        store,
        sender=other_way(SmtpSender(settings(smtp))) if smtp else mailboxes,
        readers=readers,
        last_resort=() if reached else (Recipient(first, config.language, config.timezone),),
        from_addr=sender_address(config, smtp),
        catalog=catalog,
        clock=clock,
        stand_ins=() if smtp else watched,
        turn=_turn(config),
    )


def alarms_by_smtp(config: Config) -> bool:
    """Whether alarms leave by SMTP, and not into a watched mailbox, which may be what is down."""
    return (config.alerts.smtp or config.smtp) is not None


def _reader(config: Config, digest: DigestConfig | None, reader: RecipientConfig) -> Recipient:
    language = reader.language or (digest.language if digest else None) or config.language
    return Recipient(reader.address, language, reader.timezone or config.timezone, reader.customers)


def _watched(config: Config, archive: FileArchive) -> Mapping[str, Callable[[], Mailbox]]:
    return {m.address.lower(): partial(assemble.connection, m, archive) for m in config.mailboxes}


def _sender(config: Config, digest: DigestConfig, watched: Mapping[str, Callable[[], Mailbox]]) -> Sender:
    if config.delivery(digest) == "imap":
        return MailboxSender(watched)
    if config.smtp is None:
        raise ConfigError("the digest {name} goes out by smtp, which is not configured", name=digest.name)
    return SmtpSender(settings(config.smtp))


def settings(smtp: SmtpConfig) -> SmtpSettings:
    """How to reach the server that takes outgoing mail; the password is fetched at each log-in."""
    username, password = smtp.username, smtp.password
    return SmtpSettings(
        host=smtp.host,
        port=smtp.port,
        tls=smtp.tls,
        ca_file=smtp.ca_file,
        insecure_plain=smtp.insecure_plain,
        timeout=smtp.timeout.total_seconds(),
        login=(lambda: (username, password.reveal())) if username and password else None,
    )
