"""What ``cases`` and ``show`` print; loaded when there is something to show, not for ``--help``."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mailwatch.cli import json_states, output
from mailwatch.cli.case_lines import stand_lines, what_it_did
from mailwatch.cli.deadline_lines import deadline_lines, habit_lines
from mailwatch.cli.finding import find_case
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.case_state import CaseState
from mailwatch.core.clock_facts import State
from mailwatch.core.display import cut, who
from mailwatch.core.privacy import hide_codes
from mailwatch.core.status_words import holder_words, status_words

if TYPE_CHECKING:
    # Types only; ``mailwatch cases --help`` need not wait for them.
    from mailwatch.core.statements import Statement
    from mailwatch.ports import CaseRow, MessageRow
    from mailwatch.wiring.app import App

_NAME = 60
"""Columns of a sender's name; the address behind it is never cut."""

_HEADERS = ("Case number", "Status", "Who must act", "Due", "Mails", "Last mail", "Title")
_NOTHING = CaseState()

Listed = tuple["CaseRow", CaseState]


def list_cases(session: Session, status: str | None, *, as_json: bool) -> None:
    """See ``commands.cases``."""
    with session.app(reading=True) as app, app.store.reading() as library:
        states = app.states(library)
        every = [(row, states.get(row.number, _NOTHING)) for row in library.cases()]
    rows = [(row, state) for row, state in every if status is None or state.fits(status, row.status)]
    if as_json:
        output.as_json([json_states.listed(row, state) for row, state in rows])
        return
    known = [one for one in rows if one[0].status != "unverified"]
    doubtful = [one for one in rows if one[0].status == "unverified"]
    if not rows:
        output.line(session.say("no cases"))
    if known:
        _list(session, known)
    if doubtful:
        output.line(session.say("Unverified: only unknown senders speak of these"))
        _list(session, doubtful)


def _list(session: Session, rows: Sequence[Listed]) -> None:
    output.table(
        session,
        _HEADERS,
        [
            (
                row.number.canonical,
                session.say(status_words(state, row.status)),
                session.say(holder_words(state, row.status)),
                _due(session, row, state),
                str(row.messages),
                day_and_time(row.last_message_at, session.timezone),
                output.title(row.title),
            )
            for row, state in rows
        ],
    )


def _due(session: Session, row: CaseRow, state: CaseState) -> str:
    """The deadline while it runs, or the day for which closing is announced; else nothing is due."""
    clock, closing = state.deadline.clock, state.stand.closes_on
    if row.status != "open":
        return "-"
    if clock.state is State.RUNNING or (clock.state is State.LATE and clock.responded_at is None):
        return day_and_time(clock.due, session.timezone)
    return closing.date.isoformat() if closing else "-"


def show_case(session: Session, asked: str, *, as_json: bool) -> None:
    """See ``commands.cases``."""
    with session.app(reading=True) as app, app.store.reading() as library:
        row = find_case(session, library, asked)
        messages = library.messages(row.number)
        statements = library.statements(row.number)
        state = app.state(library, row)
        words, done = _words(app, state), app.habits(state, row.title)
    if as_json:
        said: Any = importlib.import_module("mailwatch.cli.said")
        told = {"statements": [said.shape(one) for one in statements]}
        output.as_json({**json_states.shown(row, state, messages, words, done), **told})
    else:
        _heading(session, row, state)
        for line in stand_lines(session, row, state, messages, words):
            output.line("  " + session.say(line))
        for line in (*deadline_lines(session, row, state), *habit_lines(session, done)):
            output.line("  " + session.say(line))
        _timeline(session, state, messages, statements)


def _words(app: App, state: CaseState) -> dict[str, str]:
    """The sentences that made the case stand as it does."""
    return {f"{kind.value} {source}": one.words for (source, kind), one in app.quoted(state).items()}


def _heading(session: Session, row: CaseRow, state: CaseState) -> None:
    output.line(f"{row.number.canonical}  {hide_codes(row.title)}")
    facts = [session.say(status_words(state, row.status)), row.token, *row.aliases]
    output.line("  " + " · ".join(dict.fromkeys(facts)))
    if row.related:
        output.line("  " + session.say("related: {numbers}", numbers=", ".join(row.related)))
    if row.mentioned_by:
        output.line("  " + session.say("mentioned by: {numbers}", numbers=", ".join(row.mentioned_by)))


def _timeline(
    session: Session, state: CaseState, messages: Sequence[MessageRow], statements: Sequence[Statement]
) -> None:
    """Mails, and what people said, in time."""
    said: Any = importlib.import_module("mailwatch.cli.said")
    lines = [(message.date, _row(session, state, message)) for message in messages]
    lines += [(one.at, said.row(session, one)) for one in statements]
    if lines:
        headers = ("Date", "", "From", "Subject", "What it did", "Filed by")
        output.table(session, headers, [line for _, line in sorted(lines, key=lambda line: line[0])])


def _row(session: Session, state: CaseState, message: MessageRow) -> tuple[str, ...]:
    filing = message.filing
    reason = [word.value for word in (filing.rule, filing.confidence, filing.standing) if word]
    return (
        day_and_time(message.date, session.timezone),
        "→" if message.direction == "out" else "←",
        who(cut(message.from_name, _NAME), message.from_addr),
        output.title(message.standard_subject or message.subject),
        what_it_did(session, state, message),
        " · ".join(session.say(word) for word in reason),
    )
