"""Runs alembic's scripts, which live in this package; there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from mailwatch.adapters.sql import postgres
from mailwatch.adapters.sql.duplicate import duplicate
from mailwatch.adapters.sql.engine import connect, translated
from mailwatch.errors import ConfigError


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, with the connection that ``env.py`` takes."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "mailwatch.adapters.sql:migrations")
    # Said in full: alembic warns where it must guess.
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, target: str = "head") -> None:
    """Bring the database up to ``target`` in one transaction, or leave it as it was.

    An SQLite database that holds something already is copied first, beside itself:
    ``mailwatch.db.before-0001`` is what it was at revision 0001, the last time it left it.

    Raises:
        TemporaryError: there is no room for the copy; nothing was migrated.
    """
    _run(engine, target, up=True)


def upgrade_at(url: str) -> None:
    """The same for a process that knows nothing but the address of the database, an SQLAlchemy URL."""
    engine = connect(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def downgrade(engine: Engine, target: str) -> None:
    """Take the database back to ``target``."""
    _run(engine, target, up=False)


def _run(engine: Engine, target: str, *, up: bool) -> None:
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A migration that recreates a table would delete its children with foreign keys on. The
            # pragma does nothing inside a transaction, so it goes past SQLAlchemy, which would begin one.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys = OFF").close()
        connection.execution_options(mailwatch_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                postgres.lock_writer(connection)
                postgres.refuse_other_encodings(connection)
            if up:
                _keep_copy(connection, target)
            (command.upgrade if up else command.downgrade)(configuration(connection), target)
            _check_foreign_keys(connection)


def _keep_copy(connection: Connection, target: str) -> None:
    """Copy while we hold the lock: nobody writes between the copy and the migration, and readers may."""
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(configuration(connection))
    if connection.dialect.name != "sqlite" or current in {None, script.as_revision_number(target)}:
        return
    database = Path(str(connection.engine.url.database))
    duplicate(database, database.with_name(f"{database.name}.before-{current}"))


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise ConfigError(
            "the database holds rows that point nowhere, so it was left as it was",
            mend="rebuild it: mailwatch reindex --from DIR",
        )
