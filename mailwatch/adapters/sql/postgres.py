"""What is PostgreSQL's own: how it is reached, its one lock of the writer, and whose fault a failure is.

What else differs stands beside its SQLite twin: full text in ``search``, the
trigger that guards the ledger in the first migration.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

WRITER = 7104863
"""Key of the advisory lock that the one writer holds; a database has keys of its own."""

_ARGUMENTS = {
    "connect_timeout": 10,
    "application_name": "mailwatch",
    "client_encoding": "utf8",
    # A server that was unplugged says nothing: notice it within two minutes, also in the middle of a query.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 120_000,
}

# A server may be set up to tell of a commit before it is on disk; the journal must never be ahead of it.
_SETTINGS = """
SELECT set_config('lock_timeout', '{wait}s', false),
       set_config('synchronous_commit',
                  CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
                       ELSE current_setting('synchronous_commit') END, false)
"""


def connect(url: URL, wait: int) -> Engine:
    """An engine that waits ``wait`` seconds for a lock; nothing is sent yet.

    Raises:
        ConfigError: the driver is not installed.
    """
    try:
        engine = create_engine(
            url,
            connect_args=_ARGUMENTS,
            pool_pre_ping=True,
            pool_size=2,
            max_overflow=20,
            hide_parameters=True,
        )
    except ImportError:  # Not there, or there without the library of C that it needs.
        raise ConfigError(
            "the driver for PostgreSQL is not installed",
            mend="install it (pip install 'mailwatchd[postgresql]') and write the address as postgresql://…",
        ) from None

    def prepare(connection: Any, _record: object) -> None:
        connection.execute(_SETTINGS.format(wait=wait))
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


def lock_writer(connection: Connection) -> None:
    """Wait for our turn; the lock falls with the transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")


def refuse_other_encodings(connection: Connection) -> None:
    """Only UTF-8 holds every mail.

    Raises:
        ConfigError: the database was made with another encoding.
    """
    found = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if found != "UTF8":
        raise ConfigError(
            "the database keeps its text in {found}, which cannot hold every mail",
            mend="make it with: CREATE DATABASE mailwatch ENCODING 'UTF8' TEMPLATE template0",
            found=found,
        )


def ours(error: DBAPIError) -> MailwatchError | None:
    """What ``error`` means to a person; None where it is a defect of ours."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return _unreached(error) if error.connection_invalidated or _is_operational(error) else None
    return _by_state(state, error)


def _is_operational(error: DBAPIError) -> bool:
    return type(error.orig).__name__ == "OperationalError"


# A server refuses a log-in before it has told its SQLSTATE to the driver, so that its words must do.
_REFUSED = (
    "password",
    "authentication",
    "does not exist",
    "no pg_hba.conf entry",
    "not permitted to log in",
    "인증",
    "없음",
)


def _unreached(error: DBAPIError) -> MailwatchError:
    why = " ".join(str(error.orig).split())
    if any(word in why for word in _REFUSED):
        return ConfigError(
            "the database server does not let us in: {why}",
            mend="correct database in the config: user, password and name; see docs/operating.md",
            why=why,
        )
    return TemporaryError(
        "the database cannot be reached: {why}",
        mend="start the database server, or correct database in the config; mailwatch goes on by itself",
        why=why,
    )


_BUSY = {"55P03", "40P01", "40001"}
_AWAY = {"57P01", "57P02", "57P03", "57014", "53300", "53200"}
_FULL = {"53100"}
_FORBIDDEN = {"42501", "25006"}
_LOGIN = {"28P01", "28000", "3D000"}
_DAMAGED = {"XX001", "XX002"}
_DUPLICATE_TABLE = "42P07"
_UNDEFINED_TABLE = "42P01"


def _by_state(state: str, error: DBAPIError) -> MailwatchError | None:
    why = str(error.orig).partition("\n")[0]
    if state in _LOGIN or state in _AWAY or state.startswith("08"):
        return _unreached(error)
    if state in _BUSY:
        return TemporaryError(
            "the database is busy: another mailwatch holds it",
            mend="wait until it is done, or see who it is: mailwatch status",
        )
    if state in _FULL:
        return TemporaryError(
            "the disk that holds the database is full", mend="make room; mailwatch goes on by itself"
        )
    if state in _FORBIDDEN:
        return ConfigError(
            "the database cannot be written to: {why}",
            mend="make the user of the address the database's owner: ALTER DATABASE … OWNER TO …",
            why=why,
        )
    return _by_content(state, why)


def _by_content(state: str, why: str) -> MailwatchError | None:
    if state in _DAMAGED:
        return ConfigError(
            "the database is damaged: {why}",
            mend="rebuild it in an empty database: mailwatch reindex --from DIR",
            why=why,
        )
    if state == _DUPLICATE_TABLE:
        return ConfigError(
            "the database holds tables of another program: {why}",
            mend="give mailwatch a database of its own",
            why=why,
        )
    # A reader that began in the moment in which reindex changed the tables over.
    if state == _UNDEFINED_TABLE and '"p' in why:
        return TemporaryError("the tables were made anew in this moment", mend="ask once more")
    return None
