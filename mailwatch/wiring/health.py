"""``status``: is mail being watched. ``check``: does everything work that must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch.adapters.imap.probe import probe_connection
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.errors import MailwatchError, Words, counted
from mailwatch.jobs.folders import choose
from mailwatch.ports import Folder
from mailwatch.wiring import assemble, digests

_NOTHING = Words("")


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """How far one folder was read. ``last_good`` is the end of its last good pass, UTC."""

    mailbox: str
    folder: str
    last_good: datetime | None
    backfilled: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How the watching goes, and what waits."""

    folders: tuple[FolderStatus, ...]
    messages: int
    cases: int
    quarantined: int
    open_plans: int
    unsent: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One line of ``check``: ``ok`` is None for what works but should be known."""

    check: str
    ok: bool | None
    detail: Words
    mend: Words = _NOTHING


def status(config: Config, store: SqlStore) -> Status:
    """Read from the database alone; no server is asked."""
    with store.digesting() as (library, shelf):
        folders, _ = shelf.watch(0)
        cases = len(library.cases())
        originals = shelf.tally().originals
    with store.writing() as tx:
        plans = sum(len(tx.plans.open(mailbox.name)) for mailbox in config.mailboxes)
        held, unsent = len(tx.quarantine.held()), len(tx.outbox.unsent())
    return Status(
        folders=tuple(FolderStatus(f.mailbox, f.folder, f.last_good, f.backfilled) for f in folders),
        messages=originals,
        cases=cases,
        quarantined=held,
        open_plans=plans,
        unsent=unsent,
    )


def check(config: Config, store: SqlStore) -> tuple[CheckRow, ...]:
    """Look at configuration, database, digests and every mailbox. Changes nothing on a server."""
    return (
        *_configuration(config),
        *_database(store),
        *_digests(config),
        *(row for mailbox in config.mailboxes for row in _mailbox(mailbox)),
    )


def _configuration(config: Config) -> Iterator[CheckRow]:
    watched = counted("{n} mailbox", "{n} mailboxes", len(config.mailboxes))
    words = Words("{mailboxes}, data in {data}", {"mailboxes": watched, "data": config.data})
    yield CheckRow("configuration", ok=True, detail=words)
    if config.not_yet_used:
        keys = {"keys": ", ".join(config.not_yet_used)}
        yield CheckRow("configuration", None, Words("{keys}: kept, and used from a later version on", keys))


def _database(store: SqlStore) -> Iterator[CheckRow]:
    try:
        head = store.evidence().settle()
    except MailwatchError as error:
        yield CheckRow("database", ok=False, detail=error.message, mend=error.mend)
        return
    words = counted(
        "{n} ledger entry in {place}", "{n} ledger entries in {place}", head.seq, place=store.place
    )
    yield CheckRow("database", ok=True, detail=words)


def _digests(config: Config) -> Iterator[CheckRow]:
    for digest in config.all_digests:
        words = counted(
            "{name}: to {n} reader by {delivery}",
            "{name}: to {n} readers by {delivery}",
            len(digests.spec(config, digest).recipients),
            name=digest.name,
            delivery=config.delivery(digest),
        )
        yield CheckRow("digest", ok=True, detail=words)


def _mailbox(mailbox: MailboxConfig) -> Iterator[CheckRow]:
    for row in probe_connection(assemble.account(mailbox)):
        yield CheckRow(f"{mailbox.name}: {row.check}", row.ok, row.detail, row.mend)
        if row.folders:
            yield from _missing(mailbox, row.folders)
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
