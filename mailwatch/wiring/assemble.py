"""From the configuration to the values and adapters that the jobs work with."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.imap.account import ImapAccount, Tls
from mailwatch.adapters.imap.mailbox import ImapMailbox
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql.schema import Upgrade as Upgrade
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.mailbox import FolderConfig, MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.casenumber import Digits
from mailwatch.core.cues import CUES
from mailwatch.core.customer import spelled
from mailwatch.core.standing import SenderPolicy
from mailwatch.core.told import fingerprint
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.folders import FolderWish, Watched
from mailwatch.jobs.ingest import Ingest
from mailwatch.jobs.progress import Progress
from mailwatch.jobs.reading import Rules
from mailwatch.jobs.rename import RenameFolder, Renamer
from mailwatch.jobs.retention import Retention
from mailwatch.jobs.understand import Hearing
from mailwatch.ports import Archive, Clock, Parser, Store

SOFTWARE = f"mailwatch/{version('mailwatchd')}"
"""Stands in every ledger entry (``sw``)."""


def utc_now() -> datetime:
    """The time, for everything that is recorded."""
    return datetime.now(UTC)


def rules(config: Config) -> Rules:
    """What reading and filing go by. A user's pattern may fit anything, so nothing is screened out then."""
    return Rules(
        schemes=config.all_schemes,
        screening=all(isinstance(scheme.written, Digits) for scheme in config.all_schemes),
        keep_everything=config.keep == "everything",
    )


def retention(config: Config) -> Retention:
    """How long the rows of the work tables stay."""
    keep = config.retention
    return Retention(keep.sightings, keep.plans, keep.digests)


def policy_of(config: Config, name: str) -> SenderPolicy:
    """Whom the mailbox of this name trusts; what came from files trusts like one without an anchor."""
    return config.policy(next((m for m in config.mailboxes if m.name == name), None))


def hearing(config: Config) -> Hearing:
    """By which rules filed mails are read for what they tell of their cases."""
    policies = {m.name: repr(config.policy(m)) for m in config.mailboxes}
    customers = tuple(customer.customer() for customer in config.customers)
    decides = (
        repr(config.policy()),
        repr(sorted(policies.items())),
        config.timezone.key,
        *(spelled(customer) for customer in customers),
    )
    return Hearing(
        fingerprint(CUES, *decides), partial(policy_of, config), config.timezone, customers=customers
    )


def watching(config: Config, mailbox: MailboxConfig, now: datetime) -> Watching:
    """What to watch in one mailbox."""
    return Watching(
        name=mailbox.name,
        wishes=wishes(mailbox),
        policy=config.policy(mailbox),
        sent=mailbox.outgoing == "sent",
        since=config.since_day(now),
    )


def wishes(mailbox: MailboxConfig) -> tuple[FolderWish, ...]:
    """The folders that shall be read."""
    return tuple(_wish(folder) for folder in mailbox.folders)


def _wish(folder: FolderConfig) -> FolderWish:
    return FolderWish(folder.name, folder.rename, folder.outgoing)


def rename_folders(watched: Iterable[Watched]) -> list[RenameFolder]:
    """The same folders as the rename job knows them."""
    return [RenameFolder(one.folder.name, one.folder.role.value, one.rename) for one in watched]


def ingest(
    config: Config, *, store: Store, archive: Archive, parser: Parser, clock: Clock, progress: Progress
) -> Ingest:
    """The job that reads mail and files it."""
    return Ingest(
        store=store, archive=archive, parser=parser, rules=rules(config), clock=clock, progress=progress
    )


def renamer(config: Config, store: Store, archive: Archive, clock: Clock) -> Renamer:
    """The job that gives mails the standard subject."""
    return Renamer(store, archive, clock, lambda: secrets.token_hex(16), config.all_schemes)


def account(mailbox: MailboxConfig) -> ImapAccount:
    """How to reach one mailbox; the password is fetched at each log-in."""
    imap = mailbox.imap
    return ImapAccount(
        name=mailbox.name,
        host=imap.host,
        port=imap.port,
        username=mailbox.user,
        password=mailbox.password.reveal,
        tls=Tls(imap.tls),
        ca_file=imap.ca_file,
        insecure_plain=imap.insecure_plain,
        read_timeout=imap.timeout.total_seconds(),
    )


def connection(mailbox: MailboxConfig, archive: FileArchive) -> ImapMailbox:
    """A connection to one mailbox, made when it is first used."""
    return ImapMailbox(account(mailbox), archive.spool)


def open_store(
    config: Config,
    clock: Clock,
    upgrade: Upgrade,
    *,
    stale: bool = False,
    looking: bool = False,
    reading: bool = False,
) -> SqlStore:
    """The database with its journal. The rest: see ``SqlStore.open``."""
    return SqlStore.open(
        config.database_url(),
        journal=FileJournal(config.data),
        clock=clock,
        software_version=SOFTWARE,
        upgrade=upgrade,
        schemes=config.all_schemes,
        stale=stale,
        looking=looking,
        reading=reading,
    )
