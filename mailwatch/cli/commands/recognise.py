"""``recognise``: try the rules on a text; needs no configuration and no mailbox."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from mailwatch.cli import json_shapes, output
from mailwatch.cli.commands.options import as_json, pass_session
from mailwatch.cli.help import command
from mailwatch.cli.known import every_scheme, schemes
from mailwatch.cli.session import Session
from mailwatch.config import Config
from mailwatch.config.defaults import NOTICES, SENDERS
from mailwatch.core.addresses import fits
from mailwatch.core.casenumber import Scheme
from mailwatch.core.recognition import WHY, Recognition, recognise_text
from mailwatch.core.schemes import subject_token

_MOST = 1024 * 1024


@command()
@click.argument("text", nargs=-1, required=True)
@click.option("--sender", metavar="ADDR", help="Judge the text as if this address had sent it.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The day of the mail. Default: today.")
@click.option("--all-schemes", is_flag=True, help="Also the schemes that are switched off.")
@as_json
@pass_session
def recognise(
    session: Session,
    text: tuple[str, ...],
    sender: str | None,
    date: datetime | None,
    *,
    all_schemes: bool,
    as_json: bool,
) -> None:
    """Show which case numbers the rules see in TEXT, what they reject, and why.

    TEXT "-" reads standard input.
    """
    config = session.config_or_none()
    words = _text(text)
    tried = every_scheme(session) if all_schemes else schemes(session)
    day = date or datetime.now(UTC)
    trusted = sender is not None and _is_trusted(sender, config)
    found = recognise_text(words, tried, trusted=trusted, date=day.date())
    if as_json:
        output.as_json(json_shapes.recognition(found, _tokens(found, tried)))
    else:
        _print(session, found, _tokens(found, tried))


def _is_trusted(sender: str, config: Config | None) -> bool:
    """Whether an address is ours or speaks for support; no trust anchor is asked."""
    own = config.own if config else ()
    senders = config.all_senders if config else SENDERS
    ignored = config.notices if config else NOTICES
    return fits(sender, own) or (fits(sender, senders) and not fits(sender, ignored))


def _text(words: tuple[str, ...]) -> str:
    if words == ("-",):
        return sys.stdin.buffer.read(_MOST).decode("utf-8", "replace")
    return " ".join(words)


def _tokens(found: Recognition, tried: tuple[Scheme, ...]) -> dict[str, str]:
    """The token of each number that was found."""
    return {m.number.canonical: subject_token(m.number, (m.alias,), tried) for m in reversed(found.mentions)}


def _print(session: Session, found: Recognition, tokens: dict[str, str]) -> None:
    if found.mentions:
        rows = [
            (
                m.number.canonical,
                m.number.scheme,
                tokens[m.number.canonical],
                f"{m.where.value}-{m.form.value}",
            )
            for m in found.mentions
        ]
        output.table(session, ("Case number", "Scheme", "Token", "Rule"), rows)
    else:
        output.line(session.say("no case number"))
    for rejected in found.rejected:
        why = session.say(WHY.get(rejected.why, rejected.why))
        output.line(session.say("not {text}: {why}", text=rejected.text, why=why))
