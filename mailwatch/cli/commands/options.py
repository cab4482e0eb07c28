"""Options and arguments that several commands share."""

from __future__ import annotations

import click

from mailwatch.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON; its keys do not change.")
pass_session = click.make_pass_decorator(Session)
