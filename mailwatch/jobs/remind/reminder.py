"""``Reminder``: shows a digest, and sends it once to each reader for each local date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from mailwatch.core.digest import DigestContent, as_json
from mailwatch.core.reminders import DigestSpec, Recipient, compose, late_since
from mailwatch.errors import MailwatchError, TemporaryError
from mailwatch.jobs.remind.deliver import Watched
from mailwatch.jobs.remind.gather import gather
from mailwatch.jobs.remind.history import history
from mailwatch.jobs.remind.letter import Words, letter
from mailwatch.jobs.remind.outgoing import MOST_TRIES, Outgoing, SendRow, Turn, alone, told
from mailwatch.jobs.remind.turns import turns_of
from mailwatch.ports import CaseStates, Clock, DigestStore, OutboxItem, Pages, Sender


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class RenderedDigest:
    """A digest for one reader; ``content`` in JSON's own types."""

    subject: str
    text: str
    html: str
    content: Mapping[str, object]


class Reminder:
    """Digests of one way of delivery.

    ``watched`` opens the mailboxes that we watch, by address, to look for a digest whose
    fate is not known. ``mailboxes`` names all that are watched today. ``ids`` makes UUIDs.
    ``body_hash`` is what ingest will find when it meets the mail, so that it is known for ours.
    """

    def __init__(
        self,
        store: DigestStore,
        sender: Sender,
        pages: Pages,
        clock: Clock,
        *,
        watched: Watched | None = None,
        mailboxes: frozenset[str] | None = None,
        states: CaseStates | None = None,
        ids: Callable[[], str] = _new_id,
        body_hash: Callable[[bytes], str],
        turn: Turn = alone,
    ) -> None:
        self._store = store
        self._pages = pages
        self._clock = clock
        self._ids = ids
        self._mailboxes = mailboxes
        self._states = states
        self._outgoing = Outgoing(store, sender, watched or {}, clock, body_hash, turn=turn)

    def render(self, spec: DigestSpec, language: str | None = None) -> RenderedDigest:
        """The digest as its first reader would get it now; nothing is stored.

        ``language`` takes the place of the reader's own.
        """
        reader = spec.recipients[0]
        reader = replace(reader, language=language or reader.language)
        content = self._compose(spec, reader)
        words = self._say(content, reader)
        values = as_json(content)
        assert isinstance(values, dict)
        return RenderedDigest(words.subject, words.text, words.html, values)

    def send(self, spec: DigestSpec, *, by_clock: bool = False) -> tuple[SendRow, ...]:
        """Send to each reader what was not sent yet for his today. A refusal stops no other reader.

        ``by_clock``: asked for by the timetable, so that a digest that is made late says so; a
        person may ask for one at any hour.
        """
        return tuple(self._send(spec, reader, by_clock=by_clock) for reader in spec.recipients)

    # ── one reader ────────────────────────────────────────────────────────────

    def _send(self, spec: DigestSpec, reader: Recipient, *, by_clock: bool) -> SendRow:
        due = late_since(spec, self._clock(), reader.zone) if by_clock else None
        try:
            return self._bring_up_to_date(spec, reader, due)
        except MailwatchError as error:
            return SendRow(reader.address, "failed", told(error), temporary=isinstance(error, TemporaryError))

    def _bring_up_to_date(self, spec: DigestSpec, reader: Recipient, due: datetime | None) -> SendRow:
        """Earlier days first: today's digest tells what became of them."""
        today, older = self._unsent(spec, reader)
        for item in older:
            self._finish_older(item, spec)
        row = self._outgoing.advance(today or self._stored(spec, reader, due), spec.sender)
        for item in older:
            self._outgoing.close(item)
        return row

    def _unsent(self, spec: DigestSpec, reader: Recipient) -> tuple[OutboxItem | None, Sequence[OutboxItem]]:
        """Today's digest where it is stored already, and those of earlier days that are still open."""
        day = self._clock().astimezone(reader.zone).date()
        with self._store.digesting() as (_, shelf):
            items = shelf.earlier(spec.name, reader.address, day)
        today = next((i for i in items if i.date == day.isoformat()), None)
        open_ones = [i for i in items if i is not today and i.state in {"stored", "sending", "maybe"}]
        return today, open_ones[::-1]

    def _finish_older(self, item: OutboxItem, spec: DigestSpec) -> None:
        if item.state == "stored":
            self._outgoing.abandon(item)
        elif item.tries < MOST_TRIES or item.state == "sending":
            self._outgoing.advance(item, spec.sender)

    def _stored(self, spec: DigestSpec, reader: Recipient, due: datetime | None) -> OutboxItem:
        """Today's digest, written and stored before anybody hears of it; another's if he was faster."""
        content = self._compose(spec, reader, due)
        digest_id = self._ids()
        message_id, raw = letter(digest_id, spec.sender, reader, content, self._say(content, reader))
        item = OutboxItem(
            spec.name, reader.address, content.day.isoformat(), digest_id, message_id, raw, "stored"
        )
        self._outgoing.learn(item)
        with self._store.writing() as tx:
            known = tx.outbox.get(item.name, item.recipient, item.date)
            if known is None:
                self._outgoing.put(tx, item)
            return known or item

    # ── what it says ──────────────────────────────────────────────────────────

    def _compose(self, spec: DigestSpec, reader: Recipient, due: datetime | None = None) -> DigestContent:
        now = self._clock()
        day = now.astimezone(reader.zone).date()
        with self._store.digesting() as (library, shelf):
            past = history(shelf.earlier(spec.name, reader.address, day), spec, day)
            facts = gather(
                library,
                shelf,
                past.previous,
                past.told,
                now,
                mailboxes=self._mailboxes,
                missed=past.missed,
            )
            turns = None if self._states is None else turns_of(self._states, library, now)
        return compose(
            facts,
            name=spec.name,
            now=now,
            zone=reader.zone,
            silent_after=spec.silent_after,
            stale_after=spec.stale_after,
            due=due,
            turns=turns,
            customers=reader.customers,
        )

    def _say(self, content: DigestContent, reader: Recipient) -> Words:
        return Words(
            self._pages.subject(content, reader),
            self._pages.text(content, reader),
            self._pages.html(content, reader),
        )
