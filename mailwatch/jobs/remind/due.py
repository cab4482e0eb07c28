"""Who is to get a digest now: the clock says when, the outbox what was done about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from mailwatch.core.reminders import DigestSpec, Recipient, digest_due, due_on
from mailwatch.jobs.remind.outgoing import MOST_TRIES, PATIENCE
from mailwatch.ports import DigestStore, OutboxItem

AGAIN = timedelta(minutes=5)
"""How long a digest that a server did not take rests before it is handed over once more."""

AFTER_A_REFUSAL = timedelta(minutes=30)
"""The same for what a person must mend, such as a wrong password: seldom enough not to lock him out."""


def due_readers(
    store: DigestStore, spec: DigestSpec, now: datetime, *, untried: Collection[str] = ()
) -> tuple[Recipient, ...]:
    """The readers whose digest of today is due and has not gone out, or rests long enough after a refusal.

    ``untried`` are addresses that this configuration has not tried yet: what was refused under
    another one does not rest.
    """
    return tuple(
        reader
        for reader, item in _newest(store, spec, now)
        if _is_due(spec, reader, item, now, untried=reader.address in untried)
    )


def overdue_readers(
    store: DigestStore, spec: DigestSpec, now: datetime, after: timedelta
) -> tuple[Recipient, ...]:
    """The readers whose digest of today certainly has not gone out, ``after`` its hour has passed."""
    return tuple(
        reader
        for reader, item in _newest(store, spec, now)
        if digest_due(spec, now, reader.zone, None) is not None
        and now - due_on(spec, now, reader.zone) >= after
        and (item is None or not _is_of_today(item, reader, now) or item.state in {"stored", "failed"})
    )


def _newest(
    store: DigestStore, spec: DigestSpec, now: datetime
) -> tuple[tuple[Recipient, OutboxItem | None], ...]:
    with store.digesting() as (_, shelf):
        return tuple(
            (r, next(iter(shelf.earlier(spec.name, r.address, now.astimezone(r.zone).date())), None))
            for r in spec.recipients
        )


def _is_due(
    spec: DigestSpec, reader: Recipient, item: OutboxItem | None, now: datetime, *, untried: bool
) -> bool:
    last = None if item is None else date.fromisoformat(item.date)
    if digest_due(spec, now, reader.zone, last) is not None:
        return True
    if item is None or not _is_of_today(item, reader, now):
        return False
    return (untried and item.state == "failed") or rested(item, now)


def _is_of_today(item: OutboxItem, reader: Recipient, now: datetime) -> bool:
    return date.fromisoformat(item.date) == now.astimezone(reader.zone).date()


def rested(item: OutboxItem, now: datetime) -> bool:
    """Whether an item that has not certainly arrived may be taken in hand again."""
    # A clock that was set back must not make anybody wait until it has caught up.
    age = abs(now - item.updated_at) if item.updated_at else PATIENCE
    if item.state == "stored":
        return age >= AGAIN
    if item.state == "failed":
        return age >= AFTER_A_REFUSAL
    if item.state == "maybe" and item.tries >= MOST_TRIES:
        return False
    return item.state in {"sending", "maybe"} and age >= PATIENCE
