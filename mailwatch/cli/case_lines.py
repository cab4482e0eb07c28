"""How a case stands, in lines for people: who must act, since which mail, by which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from mailwatch.cli.json_states import key
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.status_words import event_words, holder_words
from mailwatch.errors import Words, counted

if TYPE_CHECKING:
    # Types only; ``mailwatch show --help`` need not wait for them.
    from mailwatch.core.case_events import CaseEvent
    from mailwatch.core.case_state import CaseState
    from mailwatch.ports import CaseRow, MessageRow


def stand_lines(
    session: Session,
    row: CaseRow,
    state: CaseState,
    messages: Sequence[MessageRow],
    words: Mapping[str, str],
) -> Iterator[Words]:
    """Who must act and why, what was announced and promised, and what could not be looked at."""
    stand = state.stand
    yield Words("who must act: {who}", {"who": holder_words(state, row.status)})
    if stand.cause is not None:
        yield _because(session, state, stand.cause, messages, words)
    if stand.strikes:
        yield counted(
            "our reply was asked for again: {n} time",
            "our reply was asked for again: {n} times",
            stand.strikes,
        )
    for happened, told in ((stand.announced, _announced), (stand.promise, _promised)):
        if happened is not None:
            yield told(happened)
            if happened is not stand.cause:
                yield _because(session, state, happened, messages, words)
    if state.unread:
        yield counted(
            "{n} mail of it was not read for this yet",
            "{n} mails of it were not read for this yet",
            state.unread,
        )
    if state.unreadable:
        yield counted(
            "{n} mail of it could not be read again",
            "{n} mails of it could not be read again",
            state.unreadable,
        )


def what_it_did(session: Session, state: CaseState, message: MessageRow) -> str:
    """What one mail of the case did, in a cell of its table."""
    of_this = (e for e in state.events if e.sha256 == message.filing.sha256)
    return ", ".join(session.say(event_words(e.kind, e.level)) for e in of_this)


def _because(
    session: Session,
    state: CaseState,
    happened: CaseEvent,
    messages: Sequence[MessageRow],
    words: Mapping[str, str],
) -> Words:
    values: dict[str, object] = {
        "time": day_and_time(happened.at, session.timezone),
        "sender": _teller(state, happened, messages),
        "what": event_words(happened.kind, happened.level),
        "words": words.get(key(happened), ""),
    }
    if values["words"]:
        return Words('why: {time}, {sender}, {what}: "{words}"', values)
    return Words("why: {time}, {sender}, {what}", values)


def _teller(state: CaseState, happened: CaseEvent, messages: Sequence[MessageRow]) -> str:
    """Whose mail it was, or who said so."""
    of_mail = (m.from_name or m.from_addr for m in messages if m.filing.sha256 == happened.sha256)
    of_person = (one.by for one in state.statements if one.source == happened.sha256)
    return next(chain(of_mail, of_person), "")


def _announced(happened: CaseEvent) -> Words:
    if happened.day is None:
        return Words("closing is announced; no day was named")
    if happened.day.hour is None:
        return Words("closing is announced for {day}; no hour was given", {"day": happened.day.date})
    return Words("closing is announced for {day}", {"day": _moment(happened)})


def _promised(happened: CaseEvent) -> Words:
    return Words("an answer is promised for {day}", {"day": _moment(happened)})


def _moment(happened: CaseEvent) -> str:
    day = happened.day
    if day is None:
        return ""
    return f"{day.date} {day.hour:%H:%M}" if day.hour else f"{day.date}"
