"""The nightly comparison of whole folders: what was moved or deleted, came back, or became visible late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailwatch.core.entries import Gone, SeenElsewhere
from mailwatch.core.place import Place
from mailwatch.core.uidset import Differences, differences
from mailwatch.jobs.adoption import Taker, Watching, fetch
from mailwatch.jobs.another_folder import is_another
from mailwatch.jobs.folders import Watched
from mailwatch.jobs.placeholders import ask_again
from mailwatch.ports import Cursor, FolderState, Lying, MailReader, Store, Transaction

_HIGHEST_UID = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Compared:
    """What was otherwise than believed: originals gone from their place or back there, mails fetched."""

    gone: int = 0
    back: int = 0
    fetched: int = 0

    def __add__(self, other: Compared) -> Compared:
        return Compared(self.gone + other.gone, self.back + other.back, self.fetched + other.fetched)


def compare(store: Store, mailbox: MailReader, taker: Taker, plan: Watching, watched: Watched) -> Compared:
    """Compare one folder and bring our knowledge up to date.

    A folder that has not been read yet, or was made anew, is left to the next poll.
    """
    state = mailbox.examine(watched.folder.name)
    with store.writing() as tx:
        cursor = tx.desk.cursor(plan.name, state.folder)
    if cursor is None or cursor.uidvalidity != state.uidvalidity or is_another(state, cursor):
        return Compared()
    there = mailbox.search(1, _HIGHEST_UID)
    with store.writing() as tx:
        lying = tx.places.lying(plan.name, state.folder, state.uidvalidity)
        found = _differences(lying, there, state, cursor)
        _record(tx, plan.name, state, lying, found)
    late = _late(store, mailbox, plan, state, found, since=plan.since)
    fetched = 0
    for batch in fetch(mailbox, late, watched):
        fetched += taker.take(batch, plan.policy).fetched
    fetched += ask_again(store, mailbox, taker, plan, watched).fetched
    return Compared(len(found.gone), len(found.back), fetched)


def _differences(
    lying: dict[int, Lying], there: tuple[int, ...], state: FolderState, cursor: Cursor
) -> Differences:
    believed = {uid: one.live for uid, one in lying.items()}
    return differences(believed, there, exists=state.exists, low=cursor.low, high=cursor.high)


def _record(
    tx: Transaction, mailbox: str, state: FolderState, lying: dict[int, Lying], found: Differences
) -> None:
    for uid in found.gone:
        tx.ledger.record(Gone(lying[uid].sha256, Place(mailbox, state.folder, state.uidvalidity, uid)))
    for uid in found.back:
        one = lying[uid]
        place = Place(mailbox, state.folder, state.uidvalidity, uid)
        tx.ledger.record(SeenElsewhere(one.sha256, place, one.internaldate, one.server))


def _late(
    store: Store,
    mailbox: MailReader,
    plan: Watching,
    state: FolderState,
    found: Differences,
    *,
    since: date | None,
) -> list[int]:
    """UIDs that were passed over: not known by any table, and not older than what is wanted."""
    if not found.new:
        return []
    with store.writing() as tx:
        seen = tx.desk.seen(plan.name, state.folder, state.uidvalidity, found.new)
    unknown = [uid for uid in found.new if uid not in seen]
    if not unknown:
        return []
    wanted = frozenset(mailbox.search(unknown[0], unknown[-1], since=since))
    return [uid for uid in unknown if uid in wanted]
