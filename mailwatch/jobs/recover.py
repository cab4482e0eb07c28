"""Work tables of a lost database, as far as the ledger tells what stood in them.

Quarantine: what is held. Outbox: which digests went out, so that none comes twice; their words
are lost, and stand-ins tell what they knew. Consents: since when a folder's mails may be renamed,
where the configuration has not changed since. Reading positions and sightings come back by reading
again, open renames by looking for copies (``rename.strays``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailwatch.core.entries import ConfigSeen, DigestEntry, Quarantined, Renamed, Text
from mailwatch.core.ledger import Recorded
from mailwatch.core.renaming import Mode
from mailwatch.core.texts import as_words
from mailwatch.jobs.remind.letter import stand_in
from mailwatch.jobs.remind.outgoing import MOST_TRIES
from mailwatch.ports import Held, OutboxItem, Store

_KNEW = timedelta(minutes=5)
"""So much older than its entry may be what a digest knew, for it takes time to write one."""

_Key = tuple[str, str, str]


@dataclass(slots=True)
class Work:
    """What the entries so far tell."""

    held: dict[str, Held] = field(default_factory=dict)
    outbox: dict[_Key, OutboxItem] = field(default_factory=dict)
    consents: dict[tuple[str, str, Mode], datetime] = field(default_factory=dict)
    config: str | None = None
    recent: deque[tuple[datetime, int]] = field(default_factory=deque)

    def follow(self, recorded: Recorded) -> None:
        """Take in the next entry."""
        match recorded.entry:
            case Quarantined():
                self._quarantine(recorded.entry, recorded.ts)
            case DigestEntry():
                self._digest(recorded.entry, recorded.ts)
            case ConfigSeen(hash=config):
                if config != self.config:
                    # A consent may have been withdrawn and given anew.
                    self.consents.clear()
                self.config = config
            case Renamed() if self.config is not None:
                entry = recorded.entry
                folder = (entry.mailbox, _words(entry.folder), Mode(entry.mode))
                # The consent is older; mail that came before its first rename stays as it is.
                self.consents.setdefault(folder, recorded.ts)
            case _:
                pass
        self.recent.append((recorded.ts, recorded.seq))
        while recorded.ts - self.recent[0][0] > _KNEW:
            self.recent.popleft()

    def _quarantine(self, entry: Quarantined, ts: datetime) -> None:
        """The newest entry about a mail counts; it has been held since the first after its last release."""
        if entry.state != "held":
            self.held.pop(entry.sha256, None)
            return
        since = self.held[entry.sha256].at if entry.sha256 in self.held else ts
        self.held[entry.sha256] = Held(entry.sha256, entry.why, since, entry.tries)

    def _digest(self, entry: DigestEntry, ts: datetime) -> None:
        """One that is not told to be sent may be: its bytes are lost, so it is not sent again."""
        key = (_words(entry.name), _words(entry.recipient), entry.date)
        before = self.outbox.pop(key, None)
        if entry.state == "failed":
            return  # It did not arrive: a new one may be written.
        if before is None or before.digest_id != entry.id:
            knew = self.recent[0][1] if self.recent else 0
            raw = stand_in(entry.id, _words(entry.message_id), ts, knew)
            before = OutboxItem(*key, entry.id, _words(entry.message_id), raw, "maybe")
        state = "sent" if entry.state == "sent" else "maybe"
        again = entry.state == "resent" or before.tries == MOST_TRIES
        self.outbox[key] = replace(before, state=state, tries=MOST_TRIES if again else 1, updated_at=ts)


def recover(store: Store, entries: Iterable[Recorded]) -> None:
    """Fill the work tables of a database that was made again."""
    work = Work()
    for recorded in entries:
        work.follow(recorded)
    with store.writing() as tx:
        for one in work.held.values():
            tx.quarantine.restore(one)
        for item in work.outbox.values():
            tx.outbox.put(replace(item, tries=MOST_TRIES) if item.state == "maybe" else item)
        for (mailbox, folder, mode), since in work.consents.items():
            tx.consents.given(mailbox, folder, mode, since)


def _words(text: Text) -> str:
    return as_words(text.value)
