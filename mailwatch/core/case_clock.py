"""What moves the response clock, out of what the mails of a case did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailwatch.core.case_events import CaseEvent, Kind, in_time
from mailwatch.core.clock_facts import Event, What
from mailwatch.core.digest_facts import Side

_PLAIN = {
    Kind.RESPONSE: What.RESPONDED,
    Kind.REOPENED: What.REOPENED,
    Kind.QUESTION: What.ASKED,
    Kind.FIRST_STRIKE: What.ASKED,
    Kind.SECOND_STRIKE: What.ASKED,
    Kind.CLOSING_ANNOUNCED: What.ASKED,
    Kind.CLOSED: What.CLOSED,
    Kind.CLOSED_FOR_SILENCE: What.CLOSED,
    Kind.ARCHIVED: What.CLOSED,
}
_CLOSES = frozenset(kind for kind, what in _PLAIN.items() if what is What.CLOSED)
_TELLS_THEM = frozenset({Kind.ANSWER, Kind.REOPEN_ASKED})
_GRANTS = frozenset({Kind.SEVERITY_GRANTED, Kind.SEVERITY_LOWERED})
_SHOWS_OPEN = frozenset({Kind.OPENED, Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.ANSWER})


def clock_events(events: Iterable[CaseEvent]) -> tuple[Event, ...]:
    """The clock's events, for ``response_clock.wind``; ``source`` of each is the sha256 of its mail.

    - Receipts and assignment notices stop nothing; a person's mail does, a bare question too.
    - The clock starts with the first mail that shows the case open, by us or by a machine of theirs.
      Where the first is a person's at the vendor, nobody knows since when: there is no start, so no
      deadline.
    - The severity asked for counts until the first that is granted, from then on those granted.
    - What we write after a closing reopens the case, as a message of ours does at the vendor.

    Args:
        events: of all mails of one case, in any order.
    """
    ordered = sorted(set(events), key=in_time)
    return (*_opening(ordered), *_severity(ordered), *_course(ordered))


def _opening(ordered: Sequence[CaseEvent]) -> Iterator[Event]:
    signs = _SHOWS_OPEN | {Kind.RESPONSE}
    first = next((event for event in ordered if event.kind in signs), None)
    if first is not None and not _of_person(first, ordered):
        yield _clocked(first, What.OPENED)


def _of_person(first: CaseEvent, ordered: Iterable[CaseEvent]) -> bool:
    """Whether a person at the vendor wrote that mail: "my name is …" shows an assignment, too."""
    return any(event.kind is Kind.RESPONSE and event.sha256 == first.sha256 for event in ordered)


def _severity(ordered: Iterable[CaseEvent]) -> Iterator[Event]:
    granted = False
    for event in ordered:
        granted = granted or event.kind in _GRANTS
        if event.kind in _GRANTS or (event.kind is Kind.SEVERITY_ASKED and not granted):
            yield _clocked(event, What.SEVERITY)


def _course(ordered: Iterable[CaseEvent]) -> Iterator[Event]:
    closed = False
    for event in ordered:
        if event.kind in _TELLS_THEM:
            if closed:
                yield _clocked(event, What.REOPENED)
            yield _clocked(event, What.ANSWERED)
        elif event.kind in _PLAIN and event.side is Side.THEM:
            yield _clocked(event, _PLAIN[event.kind])
        closed = event.kind in _CLOSES or (closed and event.kind not in _TELLS_THEM | {Kind.REOPENED})


def _clocked(event: CaseEvent, what: What) -> Event:
    return Event(event.at, what, event.level if what is What.SEVERITY else None, event.sha256)
