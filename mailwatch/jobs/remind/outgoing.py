"""Digests on their way out. Each step is one committed transaction: a crash leaves a state that tells.

``stored`` → ``sending`` → ``sent``. A crash or a lost answer in ``sending`` leaves
``maybe``: we look for the mail where we can, else the same bytes go out once
more. ``failed`` is what was refused and can be mended by a person; the same bytes go out once it
is, while its day lasts. ``tries`` counts the handings over that may have arrived.

One of us at a time has a mail in hand: what is found in ``sending`` was left so by a crash, and never
by somebody who only takes his time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.core.entries import DigestEntry, Entry, Text
from mailwatch.errors import ConfigError, MailwatchError, MaybeSent, TemporaryError, Words
from mailwatch.jobs.remind.deliver import Watched, arrived
from mailwatch.jobs.remind.letter import is_stand_in
from mailwatch.ports import DigestStore, OutboxItem, Sender, Transaction

PATIENCE = timedelta(minutes=15)
"""How long a mail may be under way before we act on its silence; more than an SMTP session's timeouts."""

MOST_TRIES = 2
"""The first handing over, and the same bytes once more."""


Turn = Callable[[OutboxItem], AbstractContextManager[bool]]
"""Keeps all others off mail like this one while a block runs; False where somebody else has it in hand."""


def alone(_item: OutboxItem) -> AbstractContextManager[bool]:
    """The turn of whoever certainly is the only sender."""
    return nullcontext(enter_result=True)


@dataclass(frozen=True, slots=True)
class SendRow:
    """What became of one digest: ``state`` is sent | already-sent | stored | maybe | failed.

    ``temporary`` is false where it did not go out for a reason that only a person can mend.
    """

    recipient: str
    state: str
    why: Words | None = None
    temporary: bool = True


class Outgoing:
    """Brings one stored digest on its way, from whatever state it is in.

    ``entry`` makes the ledger's entry of a step; without it, a ``digest`` entry. Without ``may_fail``
    what is refused stays stored.
    """

    def __init__(
        self,
        store: DigestStore,
        sender: Sender,
        watched: Watched,
        clock: Callable[[], datetime],
        body_hash: Callable[[bytes], str],
        *,
        entry: Callable[[OutboxItem, str], Entry] | None = None,
        may_fail: bool = True,
        turn: Turn = alone,
    ) -> None:
        self._turn = turn
        self._store = store
        self._sender = sender
        self._watched = watched
        self._clock = clock
        self._body_hash = body_hash
        self._hashes: dict[str, str] = {}
        self._made = entry or self._entry
        self._may_fail = may_fail

    def learn(self, item: OutboxItem) -> None:
        """Find out the hash that the ledger's entries need. Not within a transaction: it may take seconds."""
        if item.digest_id not in self._hashes:
            self._hashes[item.digest_id] = self._body_hash(item.raw)

    def put(self, tx: Transaction, item: OutboxItem) -> None:
        """Store a digest before anybody hears of it."""
        self._move(tx, item, "stored", entry="stored")

    def advance(self, item: OutboxItem, from_addr: str) -> SendRow:
        """Hand ``item`` over, or find out what became of it."""
        if item.state == "sent":
            return SendRow(item.recipient, "already-sent")
        self.learn(item)
        with self._turn(item) as ours:
            return self._advance(self._newest(item), from_addr) if ours else _in_other_hands(item)

    def _advance(self, item: OutboxItem, from_addr: str) -> SendRow:
        if item.state == "sent":
            return SendRow(item.recipient, "already-sent")
        if item.state in {"sending", "maybe"}:
            return self._clear_up(item, from_addr)
        return self._hand_over(item, from_addr)

    def _newest(self, item: OutboxItem) -> OutboxItem:
        """The item as it is now that it is our turn: whoever had it before has moved it."""
        with self._store.writing() as tx:
            return tx.outbox.get(item.name, item.recipient, item.date) or item

    def abandon(self, item: OutboxItem) -> None:
        """A newer digest tells all that this one would have told, and it never went out."""
        self.learn(item)
        with self._store.writing() as tx:
            if _same(tx, item):
                self._move(tx, item, "failed", entry="failed")

    def close(self, item: OutboxItem) -> None:
        """Nothing more is done for ``item``, whose fate stays unknown: the newer digest has told so."""
        if item.state == "maybe" and item.tries >= MOST_TRIES:
            with self._store.writing() as tx:
                if _same(tx, item):
                    self._move(tx, item, "failed", entry=None)

    # ── handing over ──────────────────────────────────────────────────────────

    def _hand_over(self, item: OutboxItem, from_addr: str) -> SendRow:
        begun = self._begin(item)
        if begun is None:
            return _in_other_hands(item)
        try:
            self._sender.send(begun.raw, from_addr, begun.recipient)
        except MaybeSent as error:
            return self._settle(begun, "maybe", error.message, entry="maybe")
        except (TemporaryError, ConfigError) as error:
            return self._not_taken(begun, error)
        return self._settle(begun, "sent", None, entry="sent")

    def _not_taken(self, begun: OutboxItem, error: MailwatchError) -> SendRow:
        """It certainly did not arrive this time; whether it did before is as open as it was."""
        before = replace(begun, tries=begun.tries - 1)
        lasting = isinstance(error, ConfigError)
        if before.tries:
            row = self._settle(before, "maybe", told(error))
        elif lasting and self._may_fail:
            row = self._settle(before, "failed", told(error), entry="failed")
        else:
            row = self._settle(before, "stored", told(error))
        return replace(row, temporary=not lasting)

    def _begin(self, item: OutboxItem) -> OutboxItem | None:
        """The item in ``sending``, unless somebody else moved it meanwhile."""
        with self._store.writing() as tx:
            if not _same(tx, item):
                return None
            again = replace(item, tries=item.tries + 1)
            return self._move(tx, again, "sending", entry="resent" if item.tries else None)

    def _settle(
        self, item: OutboxItem, state: str, why: Words | None, *, entry: str | None = None
    ) -> SendRow:
        with self._store.writing() as tx:
            self._move(tx, item, state, entry=entry)
        return SendRow(item.recipient, state, why)

    # ── clearing up ───────────────────────────────────────────────────────────

    def _clear_up(self, item: OutboxItem, from_addr: str) -> SendRow:
        """A digest that may have arrived: wait, look for it, or send the same bytes once more."""
        # As in ``due.rested``: a clock that was set back is not waited for.
        if item.updated_at is not None and abs(self._clock() - item.updated_at) < PATIENCE:
            return SendRow(item.recipient, "maybe", Words("it may still be under way; ask again later"))
        if item.state == "sending":
            self._settle(item, "maybe", None, entry="maybe")
            item = replace(item, state="maybe")
        try:
            found = arrived(self._watched, item.recipient, item.message_id)
        except MailwatchError as error:
            return SendRow(item.recipient, "maybe", error.message)
        if found:
            return self._settle(item, "sent", None, entry="sent")
        if is_stand_in(item.raw):
            return SendRow(item.recipient, "maybe", Words("the database was lost while it was under way"))
        if item.tries >= MOST_TRIES:
            return SendRow(item.recipient, "maybe", Words("it was sent twice, and no answer ever came"))
        return self._hand_over(item, from_addr)

    # ── one step ──────────────────────────────────────────────────────────────

    def _move(self, tx: Transaction, item: OutboxItem, state: str, *, entry: str | None) -> OutboxItem:
        moved = replace(item, state=state, updated_at=self._clock())
        # Hashes of a stand-in would be those of no digest.
        if entry is not None and not is_stand_in(item.raw):
            tx.ledger.record(self._made(item, entry))
        tx.outbox.put(moved)
        return moved

    def _entry(self, item: OutboxItem, state: str) -> DigestEntry:
        return DigestEntry(
            id=item.digest_id,
            state=state,
            name=Text(item.name),
            recipient=Text(item.recipient),
            message_id=Text(item.message_id),
            date=item.date,
            sha256=hashlib.sha256(item.raw).hexdigest(),
            body_sha256=self._hashes[item.digest_id],
        )


def told(error: MailwatchError) -> Words:
    """What is wrong and, where there is something to do about it, what."""
    if not error.mend.template:
        return error.message
    return Words("{trouble} → {mend}", {"trouble": error.message, "mend": error.mend})


def _in_other_hands(item: OutboxItem) -> SendRow:
    return SendRow(item.recipient, "maybe", Words("another mailwatch is sending it"))


def _same(tx: Transaction, item: OutboxItem) -> bool:
    """Whether nobody has moved the item since we read it."""
    now = tx.outbox.get(item.name, item.recipient, item.date)
    return now is not None and (now.state, now.tries) == (item.state, item.tries)
