"""What is PostgreSQL's own: the ledger's guard, turns of writers, and whose fault a failure is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes.books import fetched, message, open_archive, open_store, sha
from hypothesis import given
from hypothesis import strategies as st
from servers.postgresql import PostgresqlServer
from sqlalchemy import Engine, inspect

from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql import SqlStore, engine, migrate, schema, search_postgres
from mailwatch.adapters.sql.columns import LONGEST_KEY
from mailwatch.adapters.sql.migrations.names import include_name
from mailwatch.adapters.sql.tables import metadata
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import FiledEntry, MessageKept, Watch
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.search import cut
from mailwatch.core.standing import Standing
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.jobs.verify import verify
from mailwatch.ports import Sighting

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    return postgresql.new_database()


@pytest.fixture
def bare(url: str) -> Iterator[Engine]:
    """The database as any other program sees it."""
    made = engine.connect(url)
    yield made
    made.dispose()


@pytest.fixture
def store(tmp_path: Path, url: str) -> Iterator[SqlStore]:
    opened = open_store(tmp_path / "data", url=url)
    yield opened
    opened.close()


def note(store: SqlStore) -> None:
    with store.writing() as tx:
        tx.ledger.record(Watch("first-good-poll", "support"))


def keep(store: SqlStore, raw: bytes, text: str, message_id: str = "m1@example") -> None:
    mail = fetched(raw)
    with store.writing() as tx:
        tx.ledger.record(
            MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server),
            message(raw, text=text, message_id=message_id),
        )


def found(store: SqlStore, wanted: str) -> list[str]:
    with store.reading() as library:
        return [hit.sha256 for hit in library.search(wanted)]


# ── the database itself ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET hash = 'x'", "DELETE FROM ledger", "TRUNCATE ledger"]
)
def test_the_ledger_refuses_to_be_changed(store: SqlStore, bare: Engine, statement: str) -> None:
    """Rows are added and nothing else, whoever is connected."""
    note(store)
    with (
        pytest.raises(Exception, match="append-only"),
        engine.writer(bare) as connection,
    ):
        connection.exec_driver_sql(statement)
    assert len(store.evidence().links(0, 10)) == 2


def test_migrations_go_up_and_down_and_leave_nothing(bare: Engine) -> None:
    """The tables are those the code speaks of, and the guard's function goes with its table."""
    made = bare
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


def test_two_writers_take_turns(store: SqlStore, tmp_path: Path, url: str) -> None:
    """An advisory lock: whoever comes second reads what the first has committed, and the chain is one."""
    # Another machine has another journal folder, so that the file lock of the journal cannot help.
    other = open_store(tmp_path / "other", url=url)
    threads = [threading.Thread(target=note, args=(one,)) for one in (store, other) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    links = store.evidence().links(0, 100)
    assert [link.seq for link in links] == list(range(1, 12))


def test_a_writer_that_waits_too_long_says_so(
    store: SqlStore, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried again later, not a crash."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    other = open_store(tmp_path / "other", url=url)
    with store.writing(), pytest.raises(TemporaryError, match="busy"):
        note(other)
    other.close()


def test_two_programs_may_make_the_tables_at_once(tmp_path: Path, url: str) -> None:
    """Daemon and command line on the first day: one of them waits."""
    failures: list[Exception] = []

    def start(name: str) -> None:
        try:
            open_store(tmp_path / name, url=url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must fail
            failures.append(error)

    threads = [threading.Thread(target=start, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_password_is_never_shown(store: SqlStore) -> None:
    """Neither where the database is told, nor in what an object says of itself."""
    assert store.place.startswith("postgresql://mailwatch:***@127.0.0.1:")


# ── trouble ───────────────────────────────────────────────────────────────────


def test_a_wrong_password_is_for_a_person(postgresql: PostgresqlServer, url: str, tmp_path: Path) -> None:
    """Trying again would not help, and the line does not repeat the password."""
    name = url.rpartition("/")[2]
    with pytest.raises(ConfigError, match="does not let us in") as caught:
        open_store(tmp_path / "data", url=postgresql.url(name, password="wrong-one"))
    assert "wrong-one" not in str(caught.value)


def test_a_database_that_is_missing_is_for_a_person(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """The name in the config is wrong, or nobody made it yet."""
    with pytest.raises(ConfigError, match="does not let us in"):
        open_store(tmp_path / "data", url=postgresql.url("nowhere"))


def test_a_server_that_is_away_is_waited_for(own_postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """Between transactions and in the middle of one; it comes back, and work goes on without a restart."""
    store = open_store(tmp_path / "data", url=own_postgresql.new_database())
    note(store)
    with pytest.raises(TemporaryError, match="cannot be reached"), store.writing():
        own_postgresql.kill()
    with pytest.raises(TemporaryError, match="cannot be reached"):
        note(store)
    own_postgresql.restart()
    note(store)
    assert [link.seq for link in store.evidence().links(0, 10)] == [1, 2, 3]
    store.close()


def test_a_database_in_another_encoding_is_refused(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """Korean mail would fail on the first day, or worse, later."""
    latin = postgresql.new_database(
        "ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    with pytest.raises(ConfigError, match="LATIN1"):
        open_store(tmp_path / "data", url=latin)


def test_tables_of_another_program_are_left_alone(
    postgresql: PostgresqlServer, url: str, tmp_path: Path
) -> None:
    """A database of its own is asked for; nothing is half made."""
    name = url.rpartition("/")[2]
    postgresql.run(name, "CREATE TABLE settings (id int)")
    with pytest.raises(ConfigError, match="another program"):
        open_store(tmp_path / "data", url=url)
    assert postgresql.run(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1\n"


def test_a_user_without_rights_is_told_what_to_do(
    postgresql: PostgresqlServer, url: str, tmp_path: Path
) -> None:
    """Since PostgreSQL 15 nobody but its owner may make tables in a database."""
    name = url.rpartition("/")[2]
    postgresql.run(name, f"CREATE ROLE guest_{name} LOGIN PASSWORD 'guest'")
    with pytest.raises(ConfigError, match="cannot be written to") as caught:
        open_store(tmp_path / "data", url=postgresql.url(name, user=f"guest_{name}", password="guest"))
    assert "OWNER" in str(caught.value.mend)


def test_a_role_that_is_missing_is_for_a_person(
    postgresql: PostgresqlServer, url: str, tmp_path: Path
) -> None:
    """A slip in the user's name."""
    with pytest.raises(ConfigError, match="does not let us in") as caught:
        open_store(tmp_path / "data", url=postgresql.url(url.rpartition("/")[2], user="nobody_here"))
    assert "user" in str(caught.value.mend)


def test_a_line_that_is_cut_in_the_middle_is_made_anew(
    postgresql: PostgresqlServer, url: str, store: SqlStore
) -> None:
    """As an administrator cuts it: nothing of the transaction is there, the next one goes well."""
    note(store)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    name = url.rpartition("/")[2]
    with pytest.raises(TemporaryError, match="cannot be reached"), store.writing():
        postgresql.run(name, f"SELECT pg_terminate_backend(pid) {others}")
    note(store)
    assert [r.entry for r in store.evidence().recorded(1, 10)] == [Watch("first-good-poll", "support")] * 2
    assert store.evidence().settle().seq == 3


def test_a_user_who_may_only_read_is_told_so(postgresql: PostgresqlServer, url: str, tmp_path: Path) -> None:
    """Reading goes on; whoever writes learns what to do."""
    open_store(tmp_path / "data", url=url).close()
    name = url.rpartition("/")[2]
    postgresql.run(name, f"CREATE ROLE reader_{name} LOGIN PASSWORD 'reader'")
    postgresql.run(name, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_{name}")
    store = open_store(tmp_path / "data", url=postgresql.url(name, user=f"reader_{name}", password="reader"))
    with store.reading() as library:
        assert library.cases() == ()
    with pytest.raises(ConfigError, match="cannot be written to") as caught:
        note(store)
    assert "OWNER" in str(caught.value.mend)
    store.close()


def test_a_full_disk_of_the_server_is_waited_for(
    store: SqlStore, postgresql: PostgresqlServer, url: str
) -> None:
    """The server's own word for it (SQLSTATE 53100); once there is room, work goes on."""
    note(store)
    name = url.rpartition("/")[2]
    postgresql.run(
        name,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
    )
    postgresql.run(
        name, "CREATE TRIGGER full_disk BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    with pytest.raises(TemporaryError, match="is full") as caught:
        note(store)
    assert "make room" in str(caught.value.mend)
    postgresql.run(name, "DROP TRIGGER full_disk ON ledger")
    note(store)
    assert store.evidence().settle().seq == 3


def test_a_newer_database_is_refused(postgresql: PostgresqlServer, url: str, tmp_path: Path) -> None:
    """Its tables may mean something else."""
    open_store(tmp_path / "data", url=url).close()
    postgresql.run(url.rpartition("/")[2], "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer mailwatch") as caught:
        open_store(tmp_path / "data", url=url)
    assert str(caught.value.mend)


# ── tampering ─────────────────────────────────────────────────────────────────

GUARDS = "ALTER TABLE ledger DISABLE TRIGGER USER"
TAMPERED = [
    ("UPDATE ledger SET canonical = canonical || 'x' WHERE seq = 2", {"entry-changed", "journal-differs"}),
    ("UPDATE ledger SET hash = repeat('a', 64) WHERE seq = 2", {"entry-changed", "chain-broken"}),
    ("DELETE FROM ledger WHERE seq = 2", {"entry-missing"}),
    ("DELETE FROM ledger WHERE seq = 4", {"journal-ahead"}),
    ("UPDATE texts SET text = 'x'", {"text-changed"}),
    ("DELETE FROM texts", {"text-missing"}),
]


@pytest.mark.parametrize(("statement", "codes"), TAMPERED, ids=[statement for statement, _ in TAMPERED])
def test_each_change_in_the_database_is_named(
    postgresql: PostgresqlServer, url: str, tmp_path: Path, statement: str, codes: set[str]
) -> None:
    """Its owner can switch the guards off; the chain and the journals tell."""
    store, archive = open_store(tmp_path / "data", url=url), open_archive(tmp_path / "data")
    archive.put([fetched(b"x")])
    keep(store, b"x", "text")
    for _ in range(2):
        note(store)
    journal = FileJournal(tmp_path / "data")
    assert verify(store.evidence(), journal, archive).problems == ()
    postgresql.run(url.rpartition("/")[2], f"{GUARDS}; {statement}")
    found = {problem.code for problem in verify(store.evidence(), journal, archive).problems}
    assert codes <= found <= {*codes, "journal-differs", "chain-broken", "original-missing"}
    store.close()


# ── what a stranger may write ─────────────────────────────────────────────────


def test_a_message_id_of_any_length_is_kept_and_found(store: SqlStore) -> None:
    """An index takes 2,704 bytes; a stranger decides how long it is, and the line must go on."""
    long = "".join(chr(0x4E00 + i * 7 % 20_000) for i in range(20 * LONGEST_KEY)) + "@example"
    keep(store, b"x", "text", message_id=long)
    with store.writing() as tx:
        tx.desk.sight([Sighting(fetched(b"y", 2).place, sha(b"y"), "y@x", (long,), 1, *[NOW] * 2)])
        assert {node.sha256 for node in tx.trees.load(frozenset({"y@x"}))} == {sha(b"x"), sha(b"y")}
        assert {node.message_id for node in tx.trees.load(frozenset({long}))} == {long, "y@x"}
        assert tx.finder.originals(long) == (sha(b"x"),)


NOW = fetched(b"").internaldate


def test_a_long_text_is_found_to_its_last_word(store: SqlStore) -> None:
    """A tsvector has 16,383 positions, 256 of one word and 1 MB; what is more would be lost in silence."""
    many = " ".join(f"word{i}" for i in range(20_000))
    alike = "서비스 " * 2000
    keep(store, b"x", f"{many} {alike} 복구완료 서비스점검 마지막")
    for wanted in ("word19999", "word19998 word0", "복구완료", "서비스점검", "마지막"):
        assert found(store, wanted) == [sha(b"x")], wanted
    assert found(store, "서비스복구") == []


@pytest.mark.parametrize(
    "text", ["가" * 262_144, "x" * 262_144, "".join(map(chr, range(0x4E00, 0x9FFF))) * 12]
)
def test_no_text_is_too_much(store: SqlStore, text: str) -> None:
    """The line goes on, whatever a mail holds."""
    keep(store, b"x", text)
    assert found(store, text[:2]) == [sha(b"x")] or text[0] == "x"


@given(
    st.text(alphabet="가나다라 ab1'\\:&|!*()<->\t", max_size=200),
    st.text(alphabet="가나다라ab", min_size=1, max_size=4),
)
def test_rows_of_one_text_lose_no_phrase(text: str, wanted: str) -> None:
    """Written out, each vector holds each token once for each place, so that any phrase stands in one row."""
    body = cut(text)
    if body:
        (only,) = search_postgres.vectors(body)
        assert [part.rpartition(":")[0] for part in only.split(" ")] == body.split(" ")


def test_reindex_changes_the_tables_over_beside_a_reader(
    tmp_path: Path, url: str, bare: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that has begun keeps its tables; what it kept from being dropped is dropped next time."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    store = open_store(tmp_path / "data", url=url)
    keep(store, b"x", "복구")
    number = CaseNumber("srx", "SRX1318598611")
    with store.writing() as tx:
        filed = Filing(
            sha(b"x"), Verdict.FILED, number, Standing.VOUCHED, (), Rule.PERSON, Confidence.CERTAIN
        )
        tx.ledger.record(FiledEntry(filed, (), "none", desk=True))
    with store.reading() as library:
        assert len(library.cases()) == 1
        rebuild = store.rebuild()
        rebuild.begin()
        rebuild.replay(
            [
                (r, message(b"x", text="복구") if r.type == "message" else None)
                for r in store.evidence().recorded(0, 10)
            ]
        )
        assert rebuild.finish(store.evidence().head().seq) == ()
        assert len(library.cases()) == 1
        assert found(store, "복구") == [sha(b"x")]
    with store.reading() as library:
        assert len(library.cases()) == 1
    store.rebuild().begin()
    with engine.reader(bare) as connection:
        names = inspect(connection).get_table_names()
    assert {name[:3] for name in names if name.endswith("_search")} == {"p2_", "p3_"}
    store.close()
