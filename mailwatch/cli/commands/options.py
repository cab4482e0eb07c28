"""Options and arguments that several commands share."""

from __future__ import annotations

import click

from mailwatch.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON; its keys do not change.")
by_option = click.option("--by", metavar="NAME", help="Who says so. Default: the user that runs the command.")
at_option = click.option(
    "--at", metavar="TIME", help="When it happened, such as '2026-11-24 09:48'. Default: now."
)
pass_session = click.make_pass_decorator(Session)
