"""Fixtures for everybody: servers, shared data, and an environment without surprises."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from servers.dovecot import DovecotServer, find_dovecot
from servers.mailuser import MailUser
from servers.postgresql import PostgresqlServer, find_postgresql
from servers.pymap_server import PymapServer
from servers.shared import require_all, shared_folder
from servers.smtp import SmtpSink

# Facts, not speed, are what tests state: a busy machine must not make one of them false.
settings.register_profile("facts", deadline=None)
settings.load_profile("facts")

_NO_POSTGRESQL = "PostgreSQL 15 or later is not installed (Debian: apt install postgresql)"
_KEPT = {"MAILWATCH_SHARED", "MAILWATCH_REQUIRE_ALL"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first: one that starts last keeps one of two workers waiting for the other."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests that lack what they need skip on a user's machine and fail where all is required."""
    if item.get_closest_marker("server") and find_dovecot() is None:
        _missing("Dovecot is not installed (Debian: apt install dovecot-imapd)")
    if item.get_closest_marker("postgresql") and find_postgresql() is None:
        _missing(_NO_POSTGRESQL)
    if item.get_closest_marker("shared") and not shared_folder().is_dir():
        _missing(f"the shared test data are not at {shared_folder()} (set MAILWATCH_SHARED)")


def _missing(what: str) -> None:
    if require_all():
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def clean_environment() -> Iterator[None]:
    """No test sees the settings, credentials, user config or time zone of whoever runs it."""
    before = dict(os.environ)
    for name in before:
        if (name.startswith("MAILWATCH_") and name not in _KEPT) or name in {"CREDENTIALS_DIRECTORY", "TZ"}:
            del os.environ[name]
    os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    if "TZ" in before:
        time.tzset()
    yield
    os.environ.clear()
    os.environ.update(before)
    time.tzset()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The shared test data; ask for it together with ``@pytest.mark.shared``."""
    folder = shared_folder()
    if not folder.is_dir():
        _missing(f"the shared test data are not at {folder} (set MAILWATCH_SHARED)")
    return folder


@pytest.fixture(scope="session")
def dovecot() -> Iterator[DovecotServer]:
    """One Dovecot for the whole run, with the users alice (1 GiB), bob (200 KiB) and carol."""
    if find_dovecot() is None:
        _missing("Dovecot is not installed (Debian: apt install dovecot-imapd)")
    server = DovecotServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """One PostgreSQL for the whole run; ask for it together with ``@pytest.mark.postgresql``."""
    server = PostgresqlServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def own_postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL for this test alone, which may therefore kill and restart it."""
    server = PostgresqlServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def dovecot_user(dovecot: DovecotServer) -> MailUser:
    """A user of that Dovecot whom no other test knows; his mailbox is empty."""
    return dovecot.new_user()


@pytest.fixture
def own_dovecot() -> Iterator[DovecotServer]:
    """A Dovecot for this test alone, which may therefore kill and restart it."""
    if find_dovecot() is None:
        _missing("Dovecot is not installed (Debian: apt install dovecot-imapd)")
    server = DovecotServer()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="session")
def pymap() -> Iterator[PymapServer]:
    """One pymap for the whole run, in a thread of this process."""
    server = PymapServer().start()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def pymap_user(pymap: PymapServer) -> MailUser:
    """A user of that pymap whom no other test knows; his mailbox is empty."""
    return pymap.new_user()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A sink without TLS and without log-in."""
    sink = SmtpSink().start()
    yield sink
    sink.close()


@pytest.fixture
def smtp_sink_tls() -> Iterator[SmtpSink]:
    """A sink that offers STARTTLS and asks for a log-in."""
    sink = SmtpSink(starttls=True, auth=True).start()
    yield sink
    sink.close()
