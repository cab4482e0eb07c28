"""Take the mails of a probe out of the mailbox again, each once its bytes prove that it is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailwatch.core.fidelity import Offer
from mailwatch.core.rename_sight import DELETED
from mailwatch.errors import ConfigError
from mailwatch.jobs.rename.locate import read_all, spots
from mailwatch.jobs.rename.places import CASES, ORIGINALS, PROBE, own_names
from mailwatch.jobs.rename.probe_letters import Letter, author
from mailwatch.ports import Mailbox, Role


@dataclass(frozen=True, slots=True)
class Broom:
    r"""How mails of ours leave a mailbox.

    ``uidplus``: by UID EXPUNGE; without it an EXPUNGE would take other people's \Deleted mail, too, so they
    are marked as deleted and left to them. ``bin``: by a move to this folder, where folders are labels and an
    EXPUNGE takes but the label away (Gmail archives what is expunged).
    """

    uidplus: bool = False
    bin: str | None = None


def broom_for(mailbox: Mailbox, offer: Offer) -> Broom:
    """What a server allows."""
    if not offer.labels or not offer.move:
        return Broom(offer.uidplus)
    return Broom(offer.uidplus, next((f.name for f in mailbox.folders() if f.role is Role.TRASH), None))


def clear(mailbox: Mailbox, ours: Sequence[Letter], broom: Broom) -> bool:
    """Remove what is left of a probe from our folders; whether nothing is left."""
    swept = True
    listed = mailbox.folders()
    present = {f.name for f in listed}
    for leaf in (PROBE, ORIGINALS, CASES):
        for folder in own_names(listed, leaf):
            if folder in present:
                swept &= _clear_folder(mailbox, folder, ours, broom)
    return swept


def _clear_folder(mailbox: Mailbox, folder: str, ours: Sequence[Letter], broom: Broom) -> bool:
    try:
        state = mailbox.select(folder)
    except ConfigError:
        return True  # A person took it away just now.
    known_as = dict.fromkeys(letter.message_id for letter in ours)
    claimed = {uid for name in known_as for uid in mailbox.find(name)}
    if not claimed:
        return True
    found = spots(mailbox, state, claimed)
    proved = [
        f.place.uid or 0
        for f in read_all(mailbox, list(found.values()))
        if author(f.read(), ours) is not None
    ]
    take_away(mailbox, proved, broom)
    left = mailbox.list(sorted(claimed))
    if broom.uidplus or broom.bin:
        return not left
    return all(DELETED in one.flags for one in left.values())


def take_away(mailbox: Mailbox, uids: Sequence[int], broom: Broom) -> None:
    """Take ``uids`` out of the open folder."""
    if not uids:
        return
    if broom.bin is not None:
        mailbox.move(uids, broom.bin)
    elif broom.uidplus:
        mailbox.remove(uids)
    else:
        for uid in uids:
            mailbox.set_flags(uid, [DELETED], [])
