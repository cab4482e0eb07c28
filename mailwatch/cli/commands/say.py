"""What a person says of a case: ``set``, ``note``, ``contact``, ``add``, ``close``, ``withdraw`` and more."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mailwatch.cli import output
from mailwatch.cli.commands.options import as_json, at_option, by_option, pass_session
from mailwatch.cli.finding import find_own
from mailwatch.cli.help import command
from mailwatch.cli.identity import person
from mailwatch.cli.session import Session
from mailwatch.core.digest_facts import Side
from mailwatch.core.spoken import Way
from mailwatch.errors import counted

if TYPE_CHECKING:
    # Types only; ``mailwatch set --help`` need not wait for them.
    from mailwatch.core.statements import Statement

_MOST = 100_000
_WAYS = tuple(way.value for way in Way)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("settings", metavar="KEY=VALUE…", nargs=-1, required=True)
@at_option
@by_option
@as_json
@pass_session
def set_(
    session: Session, number: str, settings: tuple[str, ...], at: str | None, by: str | None, *, as_json: bool
) -> None:
    """Set what is known of a case: `severity=B plan=csp customer=contoso owner=kim`.

    An empty value (`severity=`) takes back what was said of it before; then the mails count again.

    Keys: severity, plan, customer, owner, kind, language, product, account, engineer, `portal=seen` (the case
    is in the portal's list), `response=none` (no response has come by any way).
    """
    who = by or person()
    with session.app() as app:
        said = app.speaker(who, at).set(find_own(session, app, number).number, settings)
    tell(session, said, as_json=as_json)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("text", nargs=-1, required=True)
@at_option
@by_option
@as_json
@pass_session
def note(
    session: Session, number: str, text: tuple[str, ...], at: str | None, by: str | None, *, as_json: bool
) -> None:
    """Note something about a case. TEXT `-` reads it from standard input."""
    who, words = by or person(), _words(text)
    with session.app() as app:
        said = app.speaker(who, at).note(find_own(session, app, number).number, words)
    tell(session, said, as_json=as_json)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("way", metavar="phone|chat|portal", type=click.Choice(_WAYS))
@click.argument("text", nargs=-1, required=True)
@click.option("--by-us", is_flag=True, help="We turned to the vendor. Default: the vendor turned to us.")
@click.option("--asked", is_flag=True, help="They want something of us: the case waits for us.")
@click.option("--promised", metavar="DAY", help="They promised something for this day, such as 2026-12-01.")
@at_option
@by_option
@as_json
@pass_session
def contact(session: Session, /, number: str, way: str, text: tuple[str, ...], **options: Any) -> None:
    """Record that we spoke with the vendor beside the mail: what was said in TEXT.

    A call of the vendor's counts as a response and stops the response clock; one of ours counts as an answer.
    """
    who, words = options["by"] or person(), _words(text)
    side = Side.US if options["by_us"] else Side.THEM
    with session.app() as app:
        said = app.speaker(who, options["at"]).contact(
            find_own(session, app, number).number,
            Way(way),
            side,
            words,
            asked=options["asked"],
            promised=options["promised"],
        )
    tell(session, said, as_json=options["as_json"])


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("settings", metavar="[KEY=VALUE…]", nargs=-1)
@click.option(
    "--way", type=click.Choice(_WAYS), default="phone", help="How it was opened. Default: by phone."
)
@click.option("--title", help="What it is about.")
@at_option
@by_option
@as_json
@pass_session
def add(session: Session, /, number: str, settings: tuple[str, ...], **options: Any) -> None:
    """Add a case that was opened by phone, chat or portal and of which no mail has come yet.

    `--at` is when it was opened. Settings are those of `mailwatch set`.
    """
    who = options["by"] or person()
    with session.app() as app:
        speaker = app.speaker(who, options["at"])
        said = speaker.add(number, Way(options["way"]), options["title"], settings)
    tell(session, said, as_json=options["as_json"])


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("until", metavar="UNTIL|off")
@by_option
@as_json
@pass_session
def snooze(session: Session, number: str, until: str, by: str | None, *, as_json: bool) -> None:
    """Keep a case out of the digest until a day (2026-12-01), a time, or for a while (8h, 3d, 2w).

    A closing that is announced and severity A are shown all the same. `off` ends it.
    """
    who = by or person()
    with session.app() as app:
        said = app.speaker(who).snooze(find_own(session, app, number).number, until)
    tell(session, said, as_json=as_json)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("text", nargs=-1)
@at_option
@by_option
@as_json
@pass_session
def close(session: Session, /, **options: Any) -> None:
    """Say that a case is closed; TEXT is kept as a note. A later mail of the vendor's can still reopen it."""
    _status(session, "closed", **options)


@command()
@click.argument("number", metavar="NUMBER")
@click.argument("text", nargs=-1)
@at_option
@by_option
@as_json
@pass_session
def reopen(session: Session, /, **options: Any) -> None:
    """Say that a case is open again; TEXT is kept as a note. A closing by mistake: `mailwatch withdraw`."""
    _status(session, "open", **options)


def _status(session: Session, word: str, **options: Any) -> None:
    who, words = options["by"] or person(), _words(options["text"])
    with session.app() as app:
        number = find_own(session, app, options["number"]).number
        said = app.speaker(who, options["at"]).status(number, word, words or None)
    tell(session, said, as_json=options["as_json"])


@command()
@click.argument("entries", metavar="ENTRY…", nargs=-1, required=True)
@click.option("--reason", help="Why; kept with it.")
@by_option
@as_json
@pass_session
def withdraw(
    session: Session, entries: tuple[str, ...], reason: str | None, by: str | None, *, as_json: bool
) -> None:
    """Take back what a person said: ENTRY is the number that `mailwatch show` has beside it.

    It stays in the ledger, and is shown as taken back. Of a merge the mails go back to their own case.
    """
    who = by or person()
    digits = [entry.removeprefix("#") for entry in entries]
    if not all(one.isascii() and one.isdigit() for one in digits):
        raise click.UsageError(session.say("ENTRY is a number, such as 123: mailwatch show NUMBER has it"))
    with session.app() as app:
        said, mails = app.speaker(who).withdraw([int(one) for one in digits], reason)
    tell(session, said, mails, as_json=as_json)


def tell(session: Session, statements: Sequence[Statement], mails: int = 0, *, as_json: bool) -> None:
    """What was recorded, and how to take it back."""
    # Imported when something was said: ``--help`` shall not pay for it.
    said: Any = importlib.import_module("mailwatch.cli.said")
    if as_json:
        output.as_json(said.answer(statements, mails))
        return
    for one in statements:
        output.line("  ".join(filter(None, said.row(session, one))))
    if mails:
        changed = counted("{n} mail is filed otherwise now", "{n} mails are filed otherwise now", mails)
        output.line(session.say(changed))
    if not any(one.withdrawn for one in statements):
        entries = " ".join(str(one.entry) for one in statements)
        output.line(session.say("a mistake? mailwatch withdraw {entries}", entries=entries))


def _words(text: Sequence[str]) -> str:
    words = " ".join(text)
    if words != "-":
        return words
    # More bytes than a note can have, so that what is too long is told and not cut.
    return sys.stdin.buffer.read(_MOST).decode("utf-8", "replace")
