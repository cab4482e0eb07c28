"""``Reminder``: shows a digest, and sends it once to each reader for each local date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from mailwatch.core.digest import DigestContent, as_json
from mailwatch.core.digest_facts import EarlierDigest
from mailwatch.core.reminders import DigestSpec, Recipient, compose
from mailwatch.errors import MailwatchError
from mailwatch.jobs.remind.deliver import Watched
from mailwatch.jobs.remind.gather import Previous, gather
from mailwatch.jobs.remind.letter import Words, letter, made
from mailwatch.jobs.remind.outgoing import MOST_TRIES, Outgoing, SendRow
from mailwatch.mime.parse import parse
from mailwatch.ports import Clock, DigestStore, OutboxItem, Pages, Sender


def _new_id() -> str:
    return str(uuid4())


def _body_hash(raw: bytes) -> str:
    """As ingest will find it when it meets the mail, so that it is known for ours."""
    return parse(raw).body_hash


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
        ids: Callable[[], str] = _new_id,
        body_hash: Callable[[bytes], str] = _body_hash,
    ) -> None:
        self._store = store
        self._pages = pages
        self._clock = clock
        self._ids = ids
        self._mailboxes = mailboxes
        self._outgoing = Outgoing(store, sender, watched or {}, clock, body_hash)

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

    def send(self, spec: DigestSpec) -> tuple[SendRow, ...]:
        """Send to each reader what was not sent yet for his today. A refusal stops no other reader."""
        return tuple(self._send(spec, reader) for reader in spec.recipients)

    # ── one reader ────────────────────────────────────────────────────────────

    def _send(self, spec: DigestSpec, reader: Recipient) -> SendRow:
        try:
            return self._bring_up_to_date(spec, reader)
        except MailwatchError as error:
            return SendRow(reader.address, "failed", error.message)

    def _bring_up_to_date(self, spec: DigestSpec, reader: Recipient) -> SendRow:
        """Earlier days first: today's digest tells what became of them."""
        today, older = self._unsent(spec, reader)
        for item in older:
            self._finish_older(item, spec)
        row = self._outgoing.advance(today or self._stored(spec, reader), spec.sender)
        for item in older:
            self._outgoing.close(item)
        return row

    def _unsent(self, spec: DigestSpec, reader: Recipient) -> tuple[OutboxItem | None, Sequence[OutboxItem]]:
        """Today's digest where it is stored already, and those of earlier days that are still open."""
        with self._store.digesting() as (_, shelf):
            items = shelf.earlier(spec.name, reader.address)
        day = self._clock().astimezone(reader.zone).date().isoformat()
        today = next((i for i in items if i.date == day), None)
        open_ones = [i for i in items if i.date < day and i.state in {"stored", "sending", "maybe"}]
        return today, open_ones[::-1]

    def _finish_older(self, item: OutboxItem, spec: DigestSpec) -> None:
        if item.state == "stored":
            self._outgoing.abandon(item)
        elif item.tries < MOST_TRIES or item.state == "sending":
            self._outgoing.advance(item, spec.sender)

    def _stored(self, spec: DigestSpec, reader: Recipient) -> OutboxItem:
        """Today's digest, written and stored before anybody hears of it; another's if he was faster."""
        content = self._compose(spec, reader)
        digest_id = self._ids()
        message_id, raw = letter(digest_id, spec.sender, reader, content, self._say(content, reader))
        item = OutboxItem(
            spec.name, reader.address, content.day.isoformat(), digest_id, message_id, raw, "stored"
        )
        with self._store.writing() as tx:
            known = tx.outbox.get(item.name, item.recipient, item.date)
            if known is None:
                self._outgoing.put(tx, item)
            return known or item

    # ── what it says ──────────────────────────────────────────────────────────

    def _compose(self, spec: DigestSpec, reader: Recipient) -> DigestContent:
        now = self._clock()
        day = now.astimezone(reader.zone).date()
        with self._store.digesting() as (library, shelf):
            previous, earlier = _history(shelf.earlier(spec.name, reader.address), day)
            facts = gather(library, shelf, previous, earlier, now, mailboxes=self._mailboxes)
        return compose(
            facts,
            name=spec.name,
            now=now,
            zone=reader.zone,
            silent_after=spec.silent_after,
            stale_after=spec.stale_after,
        )

    def _say(self, content: DigestContent, reader: Recipient) -> Words:
        return Words(
            self._pages.subject(content, reader),
            self._pages.text(content, reader),
            self._pages.html(content, reader),
        )


def _history(items: Sequence[OutboxItem], today: date) -> tuple[Previous | None, list[EarlierDigest]]:
    """The newest digest before ``today`` that certainly arrived, and what is to be said of those since then.

    ``items`` come newest first.
    """
    told: list[EarlierDigest] = []
    for item in items:
        day = date.fromisoformat(item.date)
        if day >= today:
            continue
        if item.state == "sent":
            if item.tries >= MOST_TRIES:
                told.append(EarlierDigest(day, "resent"))
            return made(item.raw), told
        if item.state in {"sending", "maybe"}:
            told.append(EarlierDigest(day, "maybe"))
    return None, told
