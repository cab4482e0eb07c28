"""Who is to get a digest now: the clock says when, the outbox what was done about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from mailwatch.core.reminders import DigestSpec, Recipient, digest_due
from mailwatch.jobs.remind.outgoing import MOST_TRIES, PATIENCE
from mailwatch.ports import DigestStore, OutboxItem

AGAIN = timedelta(minutes=5)
"""How long a digest that a server did not take rests before it is handed over once more."""


def due_readers(store: DigestStore, spec: DigestSpec, now: datetime) -> tuple[Recipient, ...]:
    """The readers whose digest of today is due and has not gone out, or rests long enough after a refusal."""
    with store.digesting() as (_, shelf):
        newest = {r: next(iter(shelf.earlier(spec.name, r.address)), None) for r in spec.recipients}
    return tuple(reader for reader, item in newest.items() if _is_due(spec, reader, item, now))


def _is_due(spec: DigestSpec, reader: Recipient, item: OutboxItem | None, now: datetime) -> bool:
    last = None if item is None else date.fromisoformat(item.date)
    if digest_due(spec, now, reader.zone, last) is not None:
        return True
    if item is None or last != now.astimezone(reader.zone).date():
        return False
    return rested(item, now)


def rested(item: OutboxItem, now: datetime) -> bool:
    """Whether an item that has not certainly arrived may be taken in hand again."""
    age = now - item.updated_at if item.updated_at else PATIENCE
    if item.state == "stored":
        return age >= AGAIN
    if item.state == "maybe" and item.tries >= MOST_TRIES:
        return False
    return item.state in {"sending", "maybe"} and age >= PATIENCE
