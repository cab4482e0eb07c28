"""The migration in a process of its own, as the daemon has it done."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from fakes.books import url_of
from fakes.sqlite import beside
from servers.postgresql import PostgresqlServer

from mailwatch.adapters.sql import engine, schema
from mailwatch.adapters.worker_pools import POOLS, InWorker
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.wiring.migration_apart import upgrade_apart

HEAVY = (
    "alembic",
    "mako",
    "mailparser",
    "selectolax",
    "rich",
    "pygments",
    "babel",
    "psycopg",
    "prometheus_client",
)

OPENED = """
import sys
import mailwatch.daemon
from mailwatch.adapters.sql.engine import connect
from mailwatch.adapters.sql.schema import prepare
from mailwatch.wiring.migration_apart import upgrade_apart

if __name__ == "__main__":
    prepare(connect(sys.argv[1]), upgrade_apart)
    print([name for name in sys.argv[2:] if name in sys.modules])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    found = tmp_path / "data"
    found.mkdir()
    return found


def test_a_daemon_that_made_its_database_holds_nothing_that_it_needed_for_that(
    data: Path, tmp_path: Path
) -> None:
    """Nor what reads mail: it is idle for years, and everything that it loads stays."""
    program = tmp_path / "opened.py"
    program.write_text(OPENED)
    done = subprocess.run(
        [sys.executable, str(program), url_of(data), *HEAVY], capture_output=True, text=True, check=False
    )
    assert (0, "[]\n", "") == (done.returncode, done.stdout, done.stderr)
    with engine.reader(engine.connect(url_of(data))) as connection:
        assert schema.HEAD == schema.revision(connection)


def test_what_goes_wrong_there_is_told_here(data: Path) -> None:
    """The same line with the same mend, each of which can be said in any language; nothing was migrated."""
    with beside(data) as connection:
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE child (id INTEGER REFERENCES parent)")
        connection.execute("INSERT INTO child VALUES (1)")
    with pytest.raises(ConfigError) as caught:
        upgrade_apart(engine.connect(url_of(data)))
    assert (
        "the database holds rows that point nowhere, so it was left as it was"
        == caught.value.message.template
    )
    assert "rebuild it: mailwatch reindex --from DIR" == caught.value.mend.template
    with beside(data) as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert {"parent", "child"} == found


def test_a_process_that_is_killed_is_trouble_of_the_world(data: Path) -> None:
    """For want of memory, say. Nothing is left of it, nor of what multiprocessing starts beside it."""
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(TemporaryError, match="has failed"):
        POOLS.apart(InWorker("os:_exit"), 9)
    assert set() == set(psutil.Process().children(recursive=True)) - before


@pytest.mark.postgresql
def test_on_postgresql(postgresql: PostgresqlServer) -> None:
    """The address alone is handed over, with what the engine knows of it."""
    with closing(engine.connect(postgresql.new_database()).connect()) as opened:
        made = opened.engine
        upgrade_apart(made)
        with engine.reader(made) as connection:
            assert schema.HEAD == schema.revision(connection)
    made.dispose()
