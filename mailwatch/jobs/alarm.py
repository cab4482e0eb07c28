"""Alarms: the owner hears once that a mailbox is not being watched, and once that it is again.

He hears, too, of a digest that did not go out: once for each time of day at which one was due.

What is to be told is stored in the transaction that records the outage, so that
a crash neither forgets nor repeats it. Sending goes the way of the digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from gettext import NullTranslations
from uuid import uuid4

from mailwatch.core.entries import Alert, Text, Watch
from mailwatch.core.reminders import Recipient
from mailwatch.errors import Words
from mailwatch.jobs.remind.due import AFTER_A_REFUSAL, rested
from mailwatch.jobs.remind.outgoing import Outgoing, SendRow, Turn, alone
from mailwatch.ports import Clock, DigestStore, OutboxItem, Sender, Transaction

PREFIX = "alert-"
"""The outbox holds digests under their names, which the user chose, and alarms under names like these:
``alert-down support 2026-11-24T07:05:00+00:00``. No digest's name has a space."""

_SUBJECT = {
    "down": Words("[mailwatch] {mailbox} is not being watched"),
    "back": Words("[mailwatch] {mailbox} is watched again"),
    "overdue": Words("[mailwatch] the digest {mailbox} did not go out"),
}
_BODY = {
    "down": Words(
        "The mailbox {mailbox} could not be read since {since}.\n\n{trouble}\n\n"
        'What to do: run "sudo mailwatch check" on the machine that mailwatch runs on; each red line says '
        "how to mend it.\n\n"
        "New mail is not noticed meanwhile. Nothing is lost: mailwatch goes on trying, and reads on from "
        "where it stopped. You will hear once more when it is back.\n"
    ),
    "back": Words(
        "The mailbox {mailbox} is watched again, since {until}. It could not be read since {since}; "
        "the mail of that time is being read now.\n"
    ),
    "overdue": Words(
        "The digest {mailbox} that was due at {since} could not be sent:\n\n{trouble}\n\n"
        "mailwatch goes on trying until midnight. After that, the next digest tells everything that "
        "this one would have told.\n"
    ),
}

_WAITS = Words("it waits until this mailbox can be read again; for alarms to another place set alerts.smtp")

Catalog = Callable[[str], NullTranslations]
"""From a language (ko | en) to its translations."""


class Alarms:
    """Alarms to one group of readers. May be used by several threads at once.

    ``last_resort`` are told besides where the way by which alarms go out may be what is broken;
    ``stand_ins`` where none of the readers can be: other mailboxes that we watch.
    """

    def __init__(
        self,
        store: DigestStore,
        *,
        sender: Sender,
        readers: Sequence[Recipient],
        from_addr: str,
        catalog: Catalog,
        clock: Clock,
        last_resort: Sequence[Recipient] = (),
        stand_ins: Sequence[Recipient] = (),
        turn: Turn = alone,
    ) -> None:
        self._store = store
        self._readers = readers
        self._last_resort = last_resort
        self._stand_ins = [one for one in stand_ins if one.address not in {r.address for r in readers}]
        self._refused: dict[str, datetime] = {}
        self._from = from_addr
        self._catalog = catalog
        self._clock = clock
        # What cannot be sent today may still be mended tomorrow: an alarm is never given up.
        self._outgoing = Outgoing(
            store, sender, {}, clock, lambda _: "", entry=_entry, may_fail=False, turn=turn
        )

    def down(
        self, mailbox: str, since: datetime, trouble: Words, closed: Collection[str] = frozenset()
    ) -> bool:
        """Record that the outage since ``since`` goes on, and store the alarm. False: that was done.

        ``closed`` are addresses that nothing can be delivered to at present; theirs waits.
        """
        with self._store.writing() as tx:
            if self._told(tx, mailbox, since):
                return False
            tx.ledger.record(Watch("outage", mailbox, since=since))
            readers = (*self._readers, *self._in_their_stead(closed))
            self._put(tx, "down", mailbox, readers, since=since, trouble=trouble)
        return True

    def back(self, mailbox: str, since: datetime, until: datetime) -> None:
        """Record the outage from ``since`` to ``until``; those who heard of it hear that it is over."""
        with self._store.writing() as tx:
            tx.ledger.record(Watch("outage", mailbox, since=since, until=until))
            told = self._told(tx, mailbox, since)
            self._put(tx, "back", mailbox, told, since=since, until=until)

    def told(self, mailbox: str, since: datetime) -> bool:
        """Whether anybody was told of the outage since ``since``, by this process or an earlier one."""
        with self._store.writing() as tx:
            return bool(self._told(tx, mailbox, since))

    def overdue(self, digest: str, due: datetime, trouble: Words) -> bool:
        """Store the alarm that the digest of this name did not go out at ``due``. False: that was done."""
        readers = (*self._readers, *self._last_resort)
        with self._store.writing() as tx:
            if any(tx.outbox.get(*_key("overdue", digest, due, r.address)) for r in readers):
                return False
            self._put(tx, "overdue", digest, readers, since=due, trouble=trouble)
        return True

    def waiting(self) -> tuple[str, ...]:
        """Whose alarms wait to be sent, each once."""
        with self._store.writing() as tx:
            return tuple(sorted({item.recipient for item in _unsent(tx)}))

    def send(self, closed: Collection[str] = frozenset(), *, to: str | None = None) -> tuple[SendRow, ...]:
        """Bring on their way what waits, ``to`` one reader or to all.

        What may have arrived, or was refused, rests before that. Nothing is tried with the addresses in
        ``closed``: a mailbox that refuses our password would lock us out for good, were it asked each minute.
        """
        now = self._clock()
        with self._store.writing() as tx:
            unsent = [item for item in _unsent(tx) if to in {None, item.recipient}]
        return tuple(
            SendRow(item.recipient, "stored", _WAITS)
            if item.recipient in closed
            else self._advance(item, now)
            for item in unsent
            if not self._rests(item, now) and (item.state == "stored" or rested(item, now))
        )

    # ── within ────────────────────────────────────────────────────────────────

    def _in_their_stead(self, closed: Collection[str]) -> Sequence[Recipient]:
        """One other mailbox, where each reader's own is down."""
        if not all(reader.address in closed for reader in self._readers):
            return ()
        return [one for one in self._stand_ins if one.address not in closed][:1]

    def _told(self, tx: Transaction, mailbox: str, since: datetime) -> list[Recipient]:
        return [
            r
            for r in (*self._readers, *self._stand_ins)
            if tx.outbox.get(*_key("down", mailbox, since, r.address)) is not None
        ]

    def _advance(self, item: OutboxItem, now: datetime) -> SendRow:
        row = self._outgoing.advance(item, self._from)
        if not row.temporary:
            self._refused[item.digest_id] = now
        return row

    def _rests(self, item: OutboxItem, now: datetime) -> bool:
        """A wrong password is not tried each minute; a mended configuration starts anew."""
        refused = self._refused.get(item.digest_id)
        return refused is not None and abs(now - refused) < AFTER_A_REFUSAL

    def _put(
        self, tx: Transaction, what: str, mailbox: str, readers: Sequence[Recipient], **values: object
    ) -> None:
        for reader in readers:
            item = self._letter(what, mailbox, reader, values)
            if tx.outbox.get(item.name, item.recipient, item.date) is None:
                self._outgoing.put(tx, item)

    def _letter(self, what: str, mailbox: str, reader: Recipient, values: dict[str, object]) -> OutboxItem:
        since = values["since"]
        assert isinstance(since, datetime)
        words = {"mailbox": mailbox, **dict(_told(values, reader))}
        language = self._catalog(reader.language)
        letter_id = str(uuid4())
        domain = self._from.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address("mailwatch", addr_spec=self._from)
        mail["To"] = Address(addr_spec=reader.address)
        mail["Subject"] = Words(_SUBJECT[what].template, words).say(language)
        mail["Date"] = format_datetime(self._clock().astimezone(reader.zone))
        mail["Message-ID"] = f"<{letter_id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["List-Id"] = f"mailwatch alerts <alerts.mailwatch.{domain}>"
        mail.set_content(Words(_BODY[what].template, words).say(language), cte="base64")
        name, address, day = _key(what, mailbox, since, reader.address)
        return OutboxItem(name, address, day, letter_id, f"{letter_id}@{domain}", mail.as_bytes(), "stored")


def _unsent(tx: Transaction) -> list[OutboxItem]:
    return [item for item in tx.outbox.unsent() if item.name.startswith(PREFIX) and " " in item.name]


def _key(what: str, mailbox: str, since: datetime, recipient: str) -> tuple[str, str, str]:
    """What makes an alarm this alarm: one an outage, whoever was restarted meanwhile."""
    moment = since.replace(microsecond=0).isoformat()
    return f"{PREFIX}{what} {mailbox} {moment}", recipient, since.date().isoformat()


def _told(values: dict[str, object], reader: Recipient) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, datetime):
            yield name, value.astimezone(reader.zone).strftime("%Y-%m-%d %H:%M %Z")
        else:
            yield name, value


def _entry(item: OutboxItem, state: str) -> Alert:
    what, mailbox, since = item.name.removeprefix(PREFIX).split(" ")
    return Alert(
        id=item.digest_id,
        what=what,
        state=state,
        # What a user calls his digests is not for the ledger.
        mailbox="" if what == "overdue" else mailbox,
        since=datetime.fromisoformat(since),
        recipient=Text(item.recipient),
        message_id=Text(item.message_id),
        sha256=hashlib.sha256(item.raw).hexdigest(),
    )
