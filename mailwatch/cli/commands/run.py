"""``run``: the daemon."""

from __future__ import annotations

import os

from mailwatch.cli import logs
from mailwatch.cli.commands.options import pass_session
from mailwatch.cli.help import command
from mailwatch.cli.session import Session
from mailwatch.errors import ConfigError


@command()
@pass_session
def run(session: Session) -> None:
    """Watch all mailboxes until told to end: the daemon, for systemd, a container or a terminal.

    Polls every mailbox, listens for new mail where the server can tell of it, carries out due
    renames, sends digests and alarms. SIGTERM ends it, SIGHUP makes it read the configuration
    again. It writes one line an event to standard error.
    """
    config = session.config()
    if not config.mailboxes:
        raise ConfigError(
            "no mailbox is configured", mend="add one under mailboxes: see docs/configuration.md"
        )
    # Imported before we become another user: that one may not be allowed to read the code.
    from mailwatch.cli.identity import become_owner  # noqa: PLC0415 - the same
    from mailwatch.daemon import Daemon  # noqa: PLC0415 - half a second that --help shall not pay
    from mailwatch.wiring.assemble import utc_now  # noqa: PLC0415 - the same

    become_owner(config.data)
    logs.serve(config.log, session.verbose)
    Daemon(
        config, session.config, os.environ, utc_now, adopt=lambda new: logs.serve(new.log, session.verbose)
    ).run()
