"""Stores on disk for tests: a real SQLite file with its journal, and a clock that ticks."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql import SqlStore
from mailwatch.adapters.sql.engine import connect
from mailwatch.adapters.sql.migrate import upgrade
from mailwatch.core.message import Address, Automatic, Message, Segment
from mailwatch.core.place import Place
from mailwatch.ports import Fetched

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that moves by one second each time it is asked."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@cache
def _made() -> sqlite3.Connection:
    """An empty database of today's form, in memory, made by the real migrations once a process."""
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(url_of(Path(folder)))
        try:
            upgrade(engine)
            with engine.connect() as connection:
                made = sqlite3.connect(":memory:", check_same_thread=False)
                _driver(connection).backup(made)
                return made
        finally:
            engine.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def made(engine: Engine) -> None:
    """As ``upgrade``, and much faster for an SQLite database that is empty: tests make thousands."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            driver = _driver(connection)
            if driver.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                _made().backup(driver)
                return
    upgrade(engine)


def url_of(data: Path) -> str:
    return f"sqlite:///{data / 'mailwatch.db'}"


def open_store(
    data: Path,
    clock: Ticking | None = None,
    version: str = "mailwatch test",
    url: str | None = None,
    *,
    stale: bool = False,
) -> SqlStore:
    """A store in the folder ``data``, made where it is missing; ``url``: its database, else SQLite there."""
    data.mkdir(mode=0o700, exist_ok=True)
    return SqlStore.open(
        url or url_of(data),
        journal=FileJournal(data),
        clock=clock or Ticking(),
        software_version=version,
        stale=stale,
        upgrade=made,
    )


BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
"""For tests of what every database must do: parameters of a fixture that asks ``url_on``."""


def url_on(request: pytest.FixtureRequest, data: Path) -> str:
    """An empty database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        return url_of(data)
    url: str = request.getfixturevalue("postgresql").new_database()
    return url


def open_archive(data: Path) -> FileArchive:
    data.mkdir(mode=0o700, exist_ok=True)
    return FileArchive(data / "archive")


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def fetched(raw: bytes, uid: int = 1, folder: str | None = "INBOX", mailbox: str = "support") -> Fetched:
    return Fetched(
        place=Place(mailbox, folder, 1, uid),
        content=raw,
        sha256=sha(raw),
        size=len(raw),
        internaldate=START,
        server="mail.example",
    )


def message(
    raw: bytes,
    *,
    message_id: str | None = "m1@example",
    answers: Sequence[str] = (),
    subject: str = "Hello",
    text: str = "Hello",
    sender: str = "support@microsoft.com",
    to: Sequence[str] = ("us@contoso.example",),
    date: datetime | None = START,
) -> Message:
    return Message(
        sha256=sha(raw),
        size=len(raw),
        message_id=message_id,
        thread_key=message_id or f"nomid:{sha(raw)}",
        in_reply_to=tuple(answers[-1:]),
        references=tuple(answers),
        subject=subject,
        raw_subject=subject,
        subject_fields=1,
        sender=Address("", sender),
        to=tuple(Address("", addr) for addr in to),
        cc=(),
        date=date,
        segments=(Segment(0, 0, text, quoted=False),),
        attachments=(),
        automatic=Automatic.NO,
        signed=False,
        encrypted=False,
        mailwatch_fields=(),
        original=None,
        digest_id=None,
        authentication_results=(),
        body_hash=sha(text.encode()),
        own_hash=sha(text.encode()),
    )
