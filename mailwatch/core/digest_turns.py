"""The digest's blocks of whose turn it is: what cannot wait, ours, theirs, the customer's, closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailwatch.core.case_events import Kind
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import Block, BlockKind
from mailwatch.core.digest_blocks import NAME, TITLE, OpenCase, block
from mailwatch.core.display import one_line
from mailwatch.core.holder import Holder
from mailwatch.core.support_plan import Severity
from mailwatch.core.turn_facts import Cause, TurnFacts, is_past
from mailwatch.core.turn_item import Turn, TurnItem

Turns = Mapping[CaseNumber, TurnFacts]

_MINUTE = timedelta(minutes=1)
_FIRST = datetime.min.replace(tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Today:
    """When the digest is made, in the reader's zone, and since when it tells what is new."""

    now: datetime
    zone: ZoneInfo
    since: datetime | None

    @property
    def day(self) -> date:
        """The reader's local date."""
        return self.now.astimezone(self.zone).date()


def turn_blocks(
    cases: Sequence[OpenCase], turns: Turns, today: Today
) -> tuple[list[Block], frozenset[CaseNumber]]:
    """Each case stands in one block at most: the most urgent that it belongs to.

    Beside the blocks the cases that need no other: those of these blocks, closed ones, and those that a
    person wants to rest.
    """
    found: dict[BlockKind, list[TurnItem]] = {}
    settled: set[CaseNumber] = set()
    for case in cases:
        turn = turns.get(case.facts.number)
        placed = None if turn is None else _placed(case, turn, today)
        if turn is not None and placed is not None:
            kind, matter, cause = placed
            found.setdefault(kind, []).append(_item(case, turn, matter, cause, today))
        if turn is not None and (placed is not None or turn.closed or turn.snoozed):
            settled.add(case.facts.number)
    ordered = {kind: sorted(items, key=_urgency) for kind, items in found.items()}
    return [block(kind, items) for kind, items in ordered.items()], frozenset(settled)


_Placed = tuple[BlockKind, Turn, Cause | None]


def _placed(case: OpenCase, turn: TurnFacts, today: Today) -> _Placed | None:
    if turn.closed:
        ended = turn.cause
        news = ended is not None and (today.since is None or ended.at > today.since)
        return (BlockKind.CLOSED, Turn.CLOSED, ended) if news or case.fresh else None
    if turn.severity is Severity.A and not turn.responded and turn.holder is not Holder.US:
        return BlockKind.NOW, Turn.SEVERITY_A, turn.cause
    return None if turn.snoozed else next(_turn(turn, today), None)


def _turn(turn: TurnFacts, today: Today) -> Iterator[_Placed]:
    """Where a case stands, the most urgent first."""
    if turn.announced is not None:
        yield BlockKind.OURS, Turn.CLOSING, turn.announced
    if turn.holder is Holder.US:
        lost = turn.cause is not None and turn.cause.kind is Kind.DELIVERY_FAILED
        yield BlockKind.OURS, Turn.UNDELIVERED if lost else Turn.REPLY, turn.cause
    if turn.candidates:
        yield BlockKind.OURS, Turn.NAME_CUSTOMER, None
    if turn.late:
        yield BlockKind.LATE, Turn.TARGET_LATE, turn.cause
    if turn.promise is not None and is_past(turn.promise.day, today.day):
        yield BlockKind.LATE, Turn.PROMISE_LATE, turn.promise
    if turn.holder is Holder.CUSTOMER:
        yield BlockKind.CUSTOMER, Turn.WITH_CUSTOMER, turn.cause


def _item(case: OpenCase, turn: TurnFacts, matter: Turn, cause: Cause | None, today: Today) -> TurnItem:
    day = cause.day if cause else None
    counted_from = day.date if day and matter is Turn.PROMISE_LATE else _local(cause, today)
    return TurnItem(
        0,
        case.facts.number.canonical,
        case.facts.number.scheme,
        one_line(case.facts.title, TITLE),
        matter,
        customer=one_line(turn.customer, NAME) if turn.customer else None,
        severity=turn.severity.name if turn.severity is not None else None,
        owner=one_line(turn.owner, NAME) if turn.owner else None,
        vendor=turn.vendor,
        at=cause.at if cause else None,
        kind=cause.kind.value if cause else None,
        sender=one_line(cause.sender, NAME) if cause and cause.sender else None,
        words=one_line(cause.words, TITLE) if cause and cause.words else None,
        day=day.date if day else None,
        hour=day.hour.strftime("%H:%M") if day and day.hour else None,
        due=turn.due,
        late=turn.late,
        left_minutes=turn.left // _MINUTE if turn.left is not None else None,
        strikes=turn.strikes,
        days=max(0, (today.day - counted_from).days) if counted_from else None,
        candidates=turn.candidates,
    )


def _local(cause: Cause | None, today: Today) -> date | None:
    return cause.at.astimezone(today.zone).date() if cause else None


def _urgency(item: TurnItem) -> tuple[int, date, datetime, str]:
    """By what has to be done, by the day that was named, by how long it has waited."""
    matter = list(Turn).index(item.matter)
    return matter, item.day or date.max, item.due or item.at or _FIRST, item.number


def is_closed(case: OpenCase, turns: Turns) -> bool:
    """Whether the vendor has closed it: then it is nobody's turn, and silence is no news."""
    return case.facts.number in turns and turns[case.facts.number].closed


def vendors(cases: Sequence[OpenCase], turns: Turns) -> tuple[str, ...]:
    """Who the vendors of open cases are, by name."""
    return tuple(sorted({turns[c.facts.number].vendor for c in cases if c.facts.number in turns}))


def turn_counts(cases: Sequence[OpenCase], turns: Turns) -> dict[str, int]:
    """Open cases by who has to act, and those of which it is not known; they add up."""
    holders = [turns[c.facts.number].holder if c.facts.number in turns else Holder.NOBODY for c in cases]
    return {
        "ours": holders.count(Holder.US),
        "vendor": holders.count(Holder.VENDOR),
        "customer": holders.count(Holder.CUSTOMER),
        "unknown": holders.count(Holder.NOBODY),
    }
