"""What people said, as events of the case: beside those that ``lifecycle`` reads out of mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from mailwatch.core.case_events import CaseEvent, Day, Kind
from mailwatch.core.clock_facts import Event, What
from mailwatch.core.digest_facts import Side
from mailwatch.core.spoken import CaseContact, CaseSet, Key, Talk
from mailwatch.core.statements import Statement, standing
from mailwatch.core.support_plan import Severity

_STATUS = {"closed": Kind.CLOSED, "open": Kind.REOPENED}
_LEVELS = {severity.name: severity.value for severity in Severity}
_TALK = {Talk.ASKED: Kind.QUESTION, Talk.PROMISED: Kind.PROMISE}


def case_events(statements: Iterable[Statement]) -> tuple[CaseEvent, ...]:
    """The events that ``statements`` tell of; ``sha256`` of each is ``Statement.source``.

    - A contact of the vendor's is a response, as a person's mail is; what they asked or promised comes with
      it. One of ours is an answer.
    - Closed and reopened are told of the vendor, whatever side the person is on who says so.
    - A severity that a person sets is one that is granted: it counts from its time until a mail or a person
      says otherwise.
    - A case that was opened by phone or portal was opened by us.

    Customers, plans and the like are no events: see ``statements.settings``.
    """
    return tuple(event for one in standing(statements) for event in _told(one))


def confirmations(statements: Iterable[Statement]) -> tuple[Event, ...]:
    """The clock's events of persons who say that no response has come by any way."""
    return tuple(
        Event(one.at, What.CONFIRMED, source=one.source)
        for one in standing(statements)
        if isinstance(one.said, CaseSet) and one.said.key is Key.RESPONSE
    )


def _told(one: Statement) -> Iterator[CaseEvent]:
    if isinstance(one.said, CaseContact):
        yield from _contact(one, one.said)
    elif isinstance(one.said, CaseSet):
        yield from _set(one, one.said)


def _contact(one: Statement, said: CaseContact) -> Iterator[CaseEvent]:
    if said.side is Side.US:
        yield CaseEvent(one.at, Kind.ANSWER, one.source, Side.US)
        return
    yield CaseEvent(one.at, Kind.RESPONSE, one.source, Side.THEM)
    if said.talk in _TALK:
        day = Day(date.fromisoformat(said.day)) if said.day else None
        yield CaseEvent(one.at, _TALK[said.talk], one.source, Side.THEM, day=day)


def _set(one: Statement, said: CaseSet) -> Iterator[CaseEvent]:
    if said.key is Key.STATUS and said.word in _STATUS:
        yield CaseEvent(one.at, _STATUS[said.word], one.source, Side.THEM)
    elif said.key is Key.SEVERITY and said.word in _LEVELS:
        level = _LEVELS[said.word]
        yield CaseEvent(one.at, Kind.SEVERITY_GRANTED, one.source, Side.THEM, level=level)
    elif said.key is Key.OPENED:
        yield CaseEvent(one.at, Kind.OPENED, one.source, Side.US)
