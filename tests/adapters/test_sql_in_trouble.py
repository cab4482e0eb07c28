from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from fakes.books import Ticking, fetched, message, open_store, sha, url_of
from fakes.sqlite import beside
from sqlalchemy import Connection, inspect, text

from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql import SqlStore, engine, migrate, schema
from mailwatch.adapters.sql.migrate import upgrade
from mailwatch.adapters.sql.migrations.names import include_name
from mailwatch.adapters.sql.projections import VERSION
from mailwatch.adapters.sql.tables import metadata
from mailwatch.core.entries import MessageKept, Watch
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError
from mailwatch.ports import Cursor, JournalLine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def note(store: SqlStore, count: int = 1) -> None:
    with store.writing() as tx:
        for _ in range(count):
            tx.ledger.record(Watch("first-good-poll", "support"))


def change(data: Path, statement: str) -> list[Any]:
    """Let any other program run one statement; the rows it gives."""
    with beside(data) as connection:
        return connection.execute(statement).fetchall()


def journal_lines(data: Path) -> list[bytes]:
    return list(FileJournal(data).entries())


# ── the database itself ───────────────────────────────────────────────────────


def test_the_files_of_the_database_are_for_their_owner_alone(data: Path) -> None:
    """Also the write-ahead log and its index."""
    store = open_store(data)
    with store.writing() as tx:
        tx.ledger.record(Watch("first-good-poll", "support"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir() if path.is_file()}
    assert set(modes.values()) == {0o600}
    assert "mailwatch.db-wal" in modes


def test_each_connection_is_set_up_for_the_ledger(data: Path) -> None:
    """WAL, every commit on disk, foreign keys, and no silent REPLACE."""
    open_store(data)
    with engine.reader(engine.connect(url_of(data))) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30_000,
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET hash = 'x'",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT seq, 'x', canonical FROM ledger WHERE seq = 1",
        "INSERT OR REPLACE INTO ledger SELECT 99, hash, canonical FROM ledger WHERE seq = 1",
    ],
)
def test_the_ledger_refuses_to_be_changed(data: Path, statement: str) -> None:
    """The last two conflict on the key and on the hash: without recursive triggers they would delete."""
    store = open_store(data)
    note(store)
    with (
        pytest.raises(Exception, match="append-only"),
        engine.writer(engine.connect(url_of(data))) as connection,
    ):
        connection.exec_driver_sql(statement)
    assert len(store.evidence().links(0, 10)) == 2


def test_a_newer_database_is_refused(data: Path) -> None:
    """Writing with old rules into new tables would break both."""
    open_store(data).close()
    change(data, "UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(ConfigError, match="newer mailwatch"):
        open_store(data)


def test_projections_of_another_version_must_be_made_again(data: Path) -> None:
    """Only reindex and verify open them."""
    open_store(data).close()
    change(data, f"UPDATE settings SET value = '{VERSION + 1}' WHERE name = 'version'")
    with pytest.raises(ConfigError, match="another version") as caught:
        open_store(data)
    assert "mailwatch reindex" in str(caught.value.mend)
    journal = FileJournal(data)
    SqlStore.open(
        url_of(data), journal=journal, clock=Ticking(), software_version="x", upgrade=upgrade, stale=True
    ).close()


def test_migrations_go_up_and_down_and_leave_nothing(data: Path) -> None:
    """Every step is walked both ways; at the end the tables are those the code speaks of."""
    data.mkdir()
    made = engine.connect(url_of(data))
    migrate.upgrade(made)
    with engine.reader(made) as connection:
        assert schema.revision(connection) == schema.HEAD
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": include_name}
        )
        assert compare_metadata(context, metadata) == []
    migrate.downgrade(made, "base")
    with engine.reader(made) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate.upgrade(made)


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DDL and version stand in one transaction."""
    data.mkdir()
    made = engine.connect(url_of(data))

    def fail(_connection: object) -> None:
        raise ConfigError("no")

    monkeypatch.setattr(migrate, "_check_foreign_keys", fail)
    with pytest.raises(ConfigError):
        migrate.upgrade(made)
    with engine.reader(made) as connection:
        assert inspect(connection).get_table_names() == []


def test_a_database_of_the_first_version_goes_on_working(data: Path) -> None:
    """Its folders are read where they were left; how much is left is counted by the next pass."""
    data.mkdir()
    migrate.upgrade(engine.connect(url_of(data)), "0001")
    with beside(data) as old:
        old.execute("INSERT INTO cursors VALUES ('support', 'INBOX', 7, 400, 900, 0, NULL)")
    with open_store(data).writing() as tx:
        assert tx.desk.cursor("support", "INBOX") == Cursor("support", "INBOX", 7, 400, 900, backfilled=False)


NEXT = f"""
from alembic import op

revision, down_revision = "9999", "{schema.HEAD}"

def upgrade():
    op.execute("CREATE TABLE later (id INTEGER)")
"""


def install_next_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on it is a mailwatch to come, with one migration more."""
    folder.mkdir()
    (folder / "9999_next.py").write_text(NEXT)
    ours = migrate.configuration

    def configuration(connection: Connection) -> Config:
        config = ours(connection)
        known = Path(migrate.__file__).parent / "migrations/versions"
        config.set_main_option("version_locations", f"{known}{os.pathsep}{folder}")
        return config

    monkeypatch.setattr(migrate, "configuration", configuration)


def test_a_database_is_copied_before_it_is_migrated(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed but still in the log is in the copy; it is one file, for its owner alone."""
    store = open_store(data)
    note(store, 3)
    install_next_version(tmp_path / "versions", monkeypatch)
    migrate.upgrade(engine.connect(url_of(data)))
    copy = data / f"mailwatch.db.before-{schema.HEAD}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("SELECT count(*) FROM ledger").fetchone() == (4,)
        assert found.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        assert found.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert change(data, "SELECT count(*) FROM later") == [(0,)]
    assert list(data.glob("*.part")) == []


def test_nothing_is_copied_where_nothing_is_migrated(data: Path) -> None:
    """Neither at the first start nor at any later one of the same version."""
    open_store(data).close()
    open_store(data).close()
    migrate.upgrade(engine.connect(url_of(data)))
    assert list(data.glob("*.before-*")) == []


def test_nothing_is_migrated_where_there_is_no_room_for_the_copy(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way back comes first. A folder in the copy's place stands for a disk that fails."""
    open_store(data).close()
    (data / f"mailwatch.db.before-{schema.HEAD}").mkdir()
    install_next_version(tmp_path / "versions", monkeypatch)
    with pytest.raises(TemporaryError, match="could not be copied"):
        migrate.upgrade(engine.connect(url_of(data)))
    with engine.reader(engine.connect(url_of(data))) as connection:
        assert schema.revision(connection) == schema.HEAD
    assert list(data.glob("*.part")) == []


def test_a_migration_that_leaves_rows_pointing_nowhere_is_taken_back(data: Path) -> None:
    """Foreign keys are off while it runs, so they are checked at its end."""
    data.mkdir()
    with beside(data) as connection:
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE child (id INTEGER REFERENCES parent)")
        connection.execute("INSERT INTO child VALUES (1)")
    with pytest.raises(ConfigError, match="point nowhere"):
        open_store(data)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "nosuch://x", "sqlite:////no/such/folder/x.db"]
)
def test_an_address_that_is_no_database_is_one_line(data: Path, url: str) -> None:
    """A person mends the config."""
    with pytest.raises(ConfigError):
        SqlStore.open(url, journal=FileJournal(data), clock=Ticking(), software_version="x", upgrade=upgrade)


def test_a_file_that_is_no_database_is_told(data: Path) -> None:
    """The way out is in the message."""
    data.mkdir()
    (data / "mailwatch.db").touch(mode=0o600)
    (data / "mailwatch.db").write_bytes(b"no database at all, but long enough to be one" * 100)
    with pytest.raises(ConfigError, match="damaged") as caught:
        open_store(data)
    assert "mailwatch reindex --from" in str(caught.value.mend)


def test_a_database_that_another_program_holds_is_busy(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried again later, not a crash."""
    store = open_store(data)
    monkeypatch.setattr(engine, "_PRAGMAS", ("PRAGMA busy_timeout = 10",))
    with beside(data) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporaryError, match="busy"):
            note(store)


def test_a_database_that_cannot_be_written_to_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only disk."""
    store = open_store(data)
    monkeypatch.setattr(engine, "_PRAGMAS", ("PRAGMA query_only = ON",))
    with pytest.raises(ConfigError, match="cannot be written to"):
        note(store)


def test_a_full_disk_is_told_and_nothing_is_half_done(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of pages stands for the disk."""
    store = open_store(data)
    ((pages,),) = change(data, "PRAGMA page_count")
    monkeypatch.setattr(engine, "_PRAGMAS", (f"PRAGMA max_page_count = {pages}",))
    with pytest.raises(TemporaryError, match="full"):
        note(store, 5000)
    assert store.evidence().links(0, 10) == []


def test_a_defect_of_ours_is_no_trouble_of_the_world(data: Path) -> None:
    """A wrong statement must show its traceback."""
    open_store(data)
    with (
        pytest.raises(Exception, match="no such table") as caught,
        engine.reader(engine.connect(url_of(data))) as connection,
    ):
        connection.execute(text("SELECT * FROM missing_table"))
    assert not isinstance(caught.value, MailwatchError)


# ── the journal beside it ─────────────────────────────────────────────────────


class Failing(FileJournal):
    """A journal whose disk fails after the commit: ``parts`` says how much of it is still written."""

    parts = 0

    def append(self, entries: Sequence[JournalLine], texts: Sequence[JournalLine]) -> None:
        if self.parts:
            super().append([], texts)
        raise TemporaryError("the disk failed")


@pytest.mark.parametrize("parts", [0, 1])
def test_a_crash_between_commit_and_journal_is_made_good(data: Path, parts: int) -> None:
    """What the database has and the journal has not is appended before the next writing, once."""
    store = open_store(data)
    note(store)
    failing = Failing(data)
    failing.parts = parts
    broken = SqlStore.open(
        url_of(data), journal=failing, clock=Ticking(), software_version="x", upgrade=upgrade
    )
    mail = fetched(b"x")
    with pytest.raises(TemporaryError, match="the disk failed"), broken.writing() as tx:
        tx.ledger.record(
            MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server), message(b"x")
        )
    assert len(journal_lines(data)) == 2
    again = open_store(data)
    note(again)
    assert journal_lines(data) == [link.canonical for link in again.evidence().links(0, 10)]
    texts = list(FileJournal(data).texts())
    assert len(texts) == len(set(texts)) == 1
    with again.writing() as tx:
        assert tx.trees.kept(frozenset({sha(b"x")})) == {sha(b"x")}


def test_a_crash_in_the_middle_of_a_line_is_made_good(data: Path) -> None:
    """The half line is cut, the entry is written again whole."""
    store = open_store(data)
    note(store, 2)
    (path,) = (data / "ledger").iterdir()
    raw = path.read_bytes()
    path.write_bytes(raw[:-20])
    note(store)
    assert path.read_bytes().startswith(raw)
    assert len(journal_lines(data)) == 4


def test_a_database_behind_its_journal_is_refused(data: Path) -> None:
    """Lost, or set back to a backup: going on would fork the ledger. Nothing is written."""
    store = open_store(data)
    note(store)
    store.close()
    backup = (data / "mailwatch.db").read_bytes()
    note(store, 3)
    store.close()
    for name in ("mailwatch.db-wal", "mailwatch.db-shm"):
        (data / name).unlink(missing_ok=True)
    (data / "mailwatch.db").write_bytes(backup)
    with pytest.raises(ConfigError, match="lost or set back") as caught:
        open_store(data)
    assert "mailwatch reindex --from" in str(caught.value.mend)
    with pytest.raises(ConfigError, match="lost or set back"):
        note(store)
    (data / "mailwatch.db").unlink()
    with pytest.raises(ConfigError, match="lost or set back"):
        open_store(data)


def test_a_journal_that_tells_another_story_stops_the_writing(data: Path) -> None:
    """Same number, other bytes: a person must look."""
    store = open_store(data)
    note(store, 2)
    (path,) = (data / "ledger").iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1].replace(b"first-good-poll", b"folder-is-gone!"))
    with pytest.raises(ConfigError, match="not the same") as caught:
        note(store)
    assert "mailwatch verify" in str(caught.value.mend)


def test_a_journal_of_rubbish_can_be_looked_at_and_not_written_to(data: Path) -> None:
    """Opened for verify alone; whoever writes is refused there, too."""
    note(open_store(data), 2)
    (path,) = (data / "ledger").iterdir()
    path.write_bytes(b"rubbish\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        open_store(data)
    store = SqlStore.open(
        url_of(data),
        journal=FileJournal(data),
        clock=Ticking(),
        software_version="x",
        upgrade=upgrade,
        looking=True,
    )
    assert store.evidence().head().seq == 3
    with pytest.raises(ConfigError, match="cannot be read"):
        note(store)
    assert (store.evidence().head().seq, path.read_bytes()) == (3, b"rubbish\n")


ENDS = {
    "half a line that is not ours": lambda lines: b'{"half',
    "rubbish": lambda lines: b"rubbish\n",
    "zeros, as a power cut leaves them": lambda lines: b"\0" * 4096 + b"\n",
    "the last line once more": lambda lines: lines[-1],
    "an old line": lambda lines: lines[1],
    "old lines": lambda lines: lines[0] + lines[2],
    "an old line, changed": lambda lines: lines[1].replace(b"first-good-poll", b"folder-is-gone!"),
    "the last line, changed": lambda lines: lines[-1].replace(b"first-good-poll", b"folder-is-gone!"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_stands_at_the_journals_end_is_kept_and_nothing_is_written_twice(
    data: Path, end: Callable[[list[bytes]], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Writing goes on behind it; every true entry stands there once, and a log line tells of the rest."""
    store = open_store(data)
    note(store, 3)
    (path,) = (data / "ledger").iterdir()
    before = path.read_bytes()
    foreign = end(before.splitlines(keepends=True))
    path.write_bytes(before + foreign)
    note(store)
    (link,) = store.evidence().links(4, 1)
    assert path.read_bytes() == before + foreign.removesuffix(b"\n") + b"\n" + link.canonical + b"\n"
    if foreign != before.splitlines(keepends=True)[-1]:
        # The last line once more is where the last line belongs; ``verify`` alone sees two.
        assert "mailwatch verify" in caplog.text


@pytest.mark.parametrize("end", [b"rubbish\n", b'{"half', b""])
def test_a_tail_that_is_missing_is_written_again(data: Path, end: bytes) -> None:
    """Set back by a disk or a hand: what the database knows beyond it comes back, once, in order."""
    store = open_store(data)
    note(store, 4)
    (path,) = (data / "ledger").iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + end)
    note(store)
    links = [link.canonical for link in store.evidence().links(0, 10)]
    assert [line for line in journal_lines(data) if line in links] == links
    assert path.read_bytes().startswith(b"".join(lines[:3]) + end)


def test_texts_that_cannot_be_read_do_not_keep_the_others_from_coming_back(data: Path) -> None:
    """A crash with rubbish in the journal of texts beside it is made good all the same."""
    store = open_store(data)
    note(store)
    failing = Failing(data)
    broken = SqlStore.open(
        url_of(data), journal=failing, clock=Ticking(), software_version="x", upgrade=upgrade
    )
    mail = fetched(b"x")
    with pytest.raises(TemporaryError, match="the disk failed"), broken.writing() as tx:
        tx.ledger.record(
            MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server), message(b"x")
        )
    (data / "texts" / "2026-01.jsonl").write_bytes(b"rubbish\n")
    note(store)
    assert len(list(FileJournal(data).texts())) == 2
    assert journal_lines(data) == [link.canonical for link in store.evidence().links(0, 10)]


def test_two_stores_on_one_database_write_one_chain(data: Path) -> None:
    """Daemon and command line take turns; each goes on where the other ended."""
    first, second = open_store(data), open_store(data)
    for store in (first, second, first, second):
        note(store)
    links = first.evidence().links(0, 10)
    assert [link.seq for link in links] == [1, 2, 3, 4, 5]
    assert journal_lines(data) == [link.canonical for link in links]
