"""``run``: the daemon."""

from __future__ import annotations

import importlib
import os

from mailwatch.cli import logs
from mailwatch.cli.commands.options import pass_session
from mailwatch.cli.help import command
from mailwatch.cli.identity import become_owner
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
    # Half a second that --help shall not pay, and imported before we become another user: that one
    # may not be allowed to read the code.
    daemon = importlib.import_module("mailwatch.daemon")
    become_owner(config.data)
    logs.serve(config.log, session.verbose)
    daemon.Daemon(
        config, session.config, os.environ, adopt=lambda new: logs.serve(new.log, session.verbose)
    ).run()
