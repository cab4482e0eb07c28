"""``check``: does everything work that must."""

from __future__ import annotations

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.ports import Clock
from mailwatch.wiring import check_house, check_renames, check_servers
from mailwatch.wiring.findings import CheckRow
from mailwatch.wiring.health import status


def check(config: Config, store: SqlStore, clock: Clock) -> tuple[CheckRow, ...]:
    """Look at this machine, then at every server. Changes nothing on a server, and sends no mail."""
    now = clock()
    return (
        *check_house.configuration(config),
        *check_house.database(store, now, config),
        *check_house.disks(config),
        *check_house.credentials(config),
        check_house.daemon(config),
        check_house.backlog(status(config, store)),
        *check_house.timetable(config, now),
        *check_renames.renaming(config, store),
        *check_servers.servers(config, clock),
    )
