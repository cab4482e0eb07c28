"""``check``: does everything work that must."""

from __future__ import annotations

from contextlib import closing

from mailwatch.adapters.archive import FileArchive
from mailwatch.config.model import Config
from mailwatch.errors import MailwatchError
from mailwatch.ports import Clock
from mailwatch.wiring import assemble, check_house, check_renames, check_servers, check_waiting
from mailwatch.wiring.assemble import Upgrade
from mailwatch.wiring.findings import CheckRow, red
from mailwatch.wiring.health import status

Rows = tuple[CheckRow, ...]


def check(config: Config, clock: Clock, upgrade: Upgrade) -> Rows:
    """Look at this machine, then at every server. Changes nothing on a server, and sends no mail.

    A database or an archive that cannot be opened is a red row; all else is looked at none the less.
    """
    now = clock()
    kept, waiting, renaming = _kept(config, clock, upgrade)
    return (
        *check_house.configuration(config),
        *kept,
        *check_house.disks(config),
        *check_house.credentials(config),
        check_house.daemon(config),
        *waiting,
        check_waiting.backup(config, now),
        *check_house.timetable(config, now),
        *renaming,
        *check_servers.servers(config, clock),
    )


def _kept(config: Config, clock: Clock, upgrade: Upgrade) -> tuple[Rows, Rows, Rows]:
    """Rows about archive and database, about what waits there, and about renaming."""
    try:
        FileArchive(config.archive_folder).close()
    except MailwatchError as error:
        return (red("archive", error),), (), ()
    try:
        with closing(assemble.open_store(config, clock, upgrade)) as store:
            return (
                tuple(check_house.database(store, clock(), config)),
                (check_waiting.backlog(status(config, store)),),
                tuple(check_renames.renaming(config, store)),
            )
    except MailwatchError as error:
        return (red("database", error),), (), ()
