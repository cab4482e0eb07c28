"""Find an original in a folder by its bytes, where no UID can be trusted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from mailwatch.core.rename_sight import Spot
from mailwatch.core.renaming import Direction, Plan
from mailwatch.ports import Fetched, FolderState, Listed, Mailbox

HIGHEST_UID = 2**32 - 1
READ_BYTES = 8 * 1024 * 1024

MOST_READ = 200
"""So many mails of a folder are read, whatever their size, to find one of ours among them."""


Key = tuple[str, int, int]
Hashes = dict[Key, str]
"""(folder, UIDVALIDITY, UID) to SHA-256: under one UID the bytes never change (RFC 3501 2.3.1.1)."""


def key_of(spot: Spot) -> Key:
    """What names a mail on its server for good."""
    return spot.folder, spot.uidvalidity, spot.uid


def spots(mailbox: Mailbox, state: FolderState, uids: Iterable[int]) -> dict[int, Spot]:
    """Those of ``uids`` that exist in the open folder."""
    asked = sorted(set(uids))
    found: Mapping[int, Listed] = mailbox.list(asked) if asked else {}
    return {uid: _spot(state, listed) for uid, listed in found.items()}


def _spot(state: FolderState, listed: Listed) -> Spot:
    return Spot(state.folder, state.uidvalidity, listed.uid, listed.flags, listed.internaldate, listed.size)


def uidnext_of(mailbox: Mailbox, state: FolderState) -> int:
    """UIDNEXT of the open folder; Courier does not tell it, so it is one above the highest UID."""
    return state.uidnext or max((0, *mailbox.search(1, HIGHEST_UID))) + 1


def read_all(mailbox: Mailbox, wanted: Sequence[Spot]) -> Iterator[Fetched]:
    """The mails of ``wanted`` in the open folder, as few commands as memory allows."""
    batch: list[int] = []
    size = 0
    for spot in wanted:
        if batch and size + spot.size > READ_BYTES:
            yield from mailbox.read(batch).values()
            batch, size = [], 0
        batch.append(spot.uid)
        size += spot.size
    if batch:
        yield from mailbox.read(batch).values()


def by_bytes(
    mailbox: Mailbox, among: Iterable[Spot], wanted: Container[str], hashes: Hashes
) -> dict[str, Spot]:
    """SHA-256 to the mail in the open folder with these bytes, the one with the lowest UID.

    Each mail is read once, because ``hashes`` remembers.
    """
    fitting = sorted(among, key=lambda s: s.uid)
    unread = {s.uid: s for s in fitting if key_of(s) not in hashes}
    for fetched in read_all(mailbox, list(unread.values())):
        if fetched.place.uid in unread:
            hashes[key_of(unread[fetched.place.uid])] = fetched.sha256
    found: dict[str, Spot] = {}
    for spot in fitting:
        found.setdefault(hashes.get(key_of(spot), ""), spot)
    return {sha: spot for sha, spot in found.items() if sha in wanted}


def low_of(uidnext: int | None, uidvalidity: int | None, state: FolderState) -> int:
    """From which UID on to look; everywhere where the folder's UIDs were given anew."""
    return uidnext if uidnext is not None and uidvalidity == state.uidvalidity else 1


def copy_low(plan: Plan, state: FolderState) -> int:
    """From which UID on the copy of ``plan`` can lie in its folder."""
    first = plan.copy_uid if plan.direction is Direction.UNDO else plan.uidnext_before
    return low_of(first, plan.copy_uidvalidity, state)


def originals_low(plan: Plan, state: FolderState) -> int:
    """From which UID on its original can lie among the originals."""
    return low_of(plan.originals_uidnext, plan.originals_uidvalidity, state)
