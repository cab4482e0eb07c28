"""Brings a database to the shape that this version knows, and refuses one that is newer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, inspect, select, text

from mailwatch.adapters.sql import projections as p
from mailwatch.adapters.sql import read_only, search
from mailwatch.adapters.sql.engine import reader, writer
from mailwatch.adapters.sql.tables import settings
from mailwatch.errors import ConfigError

HEAD = "0006"
"""The newest migration of this version. Names are numbers, so that newer can be told from older."""

RESTORING = "restoring"
"""The name of the setting that stands while a lost database is being filled."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the database says of itself. ``restoring``: it is being filled from journals, not whole yet."""

    ledger: str
    generation: int
    version: int
    restoring: bool

    @property
    def stale(self) -> bool:
        """Whether the projections were made by another version of ``project``."""
        return self.version != p.VERSION


Upgrade = Callable[[Engine], None]
"""Brings a database up to ``HEAD``: ``migrate.upgrade``.

It is handed in by whoever opens the store. Alembic takes a fifth of a second and 8 MB to
import and is needed once in a version's life, so a command loads it when it is called for.
"""


def prepare(engine: Engine, upgrade: Upgrade) -> None:
    """Migrate and make the first projections, where that is still to do.

    Raises:
        ConfigError: the database was written by a newer mailwatch, or is not ours.
    """
    with reader(engine) as connection:
        current = revision(connection)
    _refuse_newer(current)
    if current != HEAD:
        read_only.refuse(engine)
        upgrade(engine)
    with reader(engine) as connection:
        if read_settings(connection) is not None:
            return
    with writer(engine) as connection:
        if read_settings(connection) is None:
            _first_settings(connection)


def revision(connection: Connection) -> str | None:
    """The migration that this database stands at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _refuse_newer(current: str | None) -> None:
    if current is not None and not (current.isdecimal() and int(current) <= int(HEAD)):
        raise ConfigError(
            "the database was written by a newer mailwatch (its version is {found}, this one knows {known})",
            mend="install the newer mailwatch again, or restore the backup made before it",
            found=current,
            known=HEAD,
        )


def read_settings(connection: Connection) -> Settings | None:
    """What the database says of itself; None before the first start."""
    found = {row.name: row.value for row in connection.execute(select(settings))}
    if "ledger" not in found:
        return None
    return Settings(found["ledger"], int(found["generation"]), int(found["version"]), RESTORING in found)


def _first_settings(connection: Connection) -> None:
    create_generation(connection, 1)
    rows = {"ledger": str(uuid.uuid4()), "generation": "1", "version": str(p.VERSION)}
    connection.execute(settings.insert(), [{"name": name, "value": value} for name, value in rows.items()])


def create_generation(connection: Connection, generation: int) -> p.Projections:
    """Empty projections of this generation; what is left of an earlier try is dropped."""
    drop_generation(connection, generation)
    made = p.projections(generation)
    made.metadata.create_all(connection)
    search.create(connection, made.search)
    return made


def drop_others(connection: Connection, generation: int) -> None:
    """Take away what is left of all generations but this one."""
    names = inspect(connection).get_table_names()
    found = {int(match[1]) for name in names if (match := _GENERATION.match(name))}
    for other in sorted(found - {generation}):
        drop_generation(connection, other)


_GENERATION = re.compile(r"p([0-9]+)_originals$")


def drop_generation(connection: Connection, generation: int) -> None:
    """Take a generation away."""
    old = p.projections(generation)
    search.drop(connection, old.search)
    old.metadata.drop_all(connection)
