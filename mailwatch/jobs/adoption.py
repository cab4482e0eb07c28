"""Fetching what cases ask for: mails that were only sighted, and belong to a case now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Protocol

from mailwatch.core.entries import Text, Watch
from mailwatch.core.standing import SenderPolicy
from mailwatch.jobs.ahead import ahead
from mailwatch.jobs.filing import Pin
from mailwatch.jobs.folders import FolderWish, Watched
from mailwatch.jobs.outcome import Outcome
from mailwatch.ports import Cursor, Fetched, MailReader, Sighting, Store


@dataclass(frozen=True, slots=True)
class Watching:
    """What to watch in one mailbox, and by which rules its senders are judged.

    ``sent`` reads the special-use Sent folder, too. ``since`` bounds the
    backfill, by INTERNALDATE; None reads everything.
    """

    name: str
    wishes: tuple[FolderWish, ...]
    policy: SenderPolicy
    sent: bool = True
    since: date | None = None


class Taker(Protocol):
    """Files a batch; ``Ingest`` does."""

    def take(
        self,
        batch: Sequence[Fetched],
        policy: SenderPolicy,
        *,
        cursor: Cursor | None = None,
        asked_for: bool = False,
        pins: Mapping[str, Pin] | None = None,
    ) -> Outcome:
        """Read and file one batch."""
        ...


def fetch(mailbox: MailReader, uids: Sequence[int], watched: Watched) -> Iterator[tuple[Fetched, ...]]:
    """The mails of ``uids`` of the open folder, one batch ahead, marked by the folder's direction."""
    if not uids:
        return
    for batch in ahead(mailbox.batches(uids)):
        yield tuple(replace(mail, outgoing=watched.outgoing) for mail in batch)


def fulfil(
    taker: Taker,
    store: Store,
    mailbox: MailReader,
    plan: Watching,
    watched: Sequence[Watched],
    *,
    pins: Mapping[str, Pin] | None = None,
) -> Outcome:
    """Fetch the sightings that belong to a case now, until no case asks for more.

    A mail whose UID is gone is looked for by Message-ID in the other watched
    folders; one that is nowhere is recorded as lost before adoption.
    """
    outcome = Outcome()
    asked: set[str] = set()
    while wanted := _wishes(store, plan.name, asked):
        asked.update(s.sha256 for s in wanted)
        for folder, sightings in groupby(wanted, key=_folder):
            sought = list(sightings)
            found = _search(mailbox, watched, folder, sought)
            if found:
                outcome += taker.take(found, plan.policy, asked_for=True, pins=pins)
            _give_up(store, plan.name, folder, {s.sha256 for s in sought} - {m.sha256 for m in found})
    return outcome.without_fetched()


def _folder(sighting: Sighting) -> str:
    return sighting.place.folder or ""


def _wishes(store: Store, mailbox: str, asked: set[str]) -> list[Sighting]:
    with store.writing() as tx:
        wanted = [s for s in tx.wishes.wanted(mailbox) if s.sha256 not in asked]
    return sorted(wanted, key=lambda s: (_folder(s), s.place.uid or 0))


def _search(
    mailbox: MailReader, watched: Sequence[Watched], folder: str, sightings: Sequence[Sighting]
) -> list[Fetched]:
    found = list(_by_uid(mailbox, watched, folder, sightings))
    have = {mail.sha256 for mail in found}
    for sighting in sightings:
        if sighting.sha256 not in have:
            found += _by_message_id(mailbox, watched, sighting)
    return found


def _by_uid(
    mailbox: MailReader, watched: Sequence[Watched], folder: str, sightings: Sequence[Sighting]
) -> Iterator[Fetched]:
    home = next((w for w in watched if w.folder.name == folder), None)
    if home is None:
        return
    state = mailbox.examine(folder)
    uids = [s.place.uid for s in sightings if s.place.uidvalidity == state.uidvalidity and s.place.uid]
    yield from _exactly(mailbox, uids, home, {s.sha256 for s in sightings})


def _by_message_id(mailbox: MailReader, watched: Sequence[Watched], sighting: Sighting) -> Iterable[Fetched]:
    """The same bytes, wherever they were moved to."""
    if sighting.message_id is None:
        return []
    for home in watched:
        mailbox.examine(home.folder.name)
        uids = mailbox.find(sighting.message_id)
        found = list(_exactly(mailbox, uids, home, {sighting.sha256}))
        if found:
            return found[:1]
    return []


def _exactly(mailbox: MailReader, uids: Sequence[int], home: Watched, sha256s: set[str]) -> Iterator[Fetched]:
    for batch in fetch(mailbox, uids, home):
        yield from (mail for mail in batch if mail.sha256 in sha256s)


def _give_up(store: Store, mailbox: str, folder: str, lost: set[str]) -> None:
    if not lost:
        return
    with store.writing() as tx:
        tx.ledger.record(Watch("lost-before-adoption", mailbox, Text(folder), new=len(lost)))
        tx.wishes.drop(sorted(lost))
