"""Remove copies of ours that landed late.

An APPEND whose answer was lost may take effect after it was repeated: then two
copies lie in the folder, after the rename has come to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from mailwatch.core.rename_sight import Proof, Spot
from mailwatch.core.renaming import Plan
from mailwatch.errors import ConfigError
from mailwatch.jobs.rename.locate import read_all, spots
from mailwatch.jobs.rename.proof import prove
from mailwatch.ports import Mailbox

LATE = timedelta(hours=1)
"""How long after a rename such a copy may land: servers end dead sessions after 30 minutes (RFC 3501 5.4)."""


def sweep(
    mailbox: Mailbox, recent: Sequence[Plan], original: Callable[[Plan], bytes], *, removes: bool
) -> int:
    """Look for second copies of ``recent`` renames, and remove those that prove themselves; how many.

    One goes only where the copy that the rename names still stands beside it: else
    it may be that very copy, which a person moved away and back. A person's own
    copies in other folders are not looked for.
    """
    if not recent or not removes or not mailbox.capabilities().uidplus:
        return 0
    folders: dict[str, list[Plan]] = {}
    for plan in recent:
        folders.setdefault(plan.copy_folder or plan.folder, []).append(plan)
    return sum(_sweep_folder(mailbox, folder, plans, original) for folder, plans in folders.items())


def _sweep_folder(
    mailbox: Mailbox, folder: str, plans: Sequence[Plan], original: Callable[[Plan], bytes]
) -> int:
    try:
        state = mailbox.select(folder)
    except ConfigError:
        return 0  # A person took the whole folder away.
    by_id = {p.id: p for p in plans if p.copy_uidvalidity == state.uidvalidity and p.copy_uid}
    if not by_id:
        return 0
    claims = mailbox.copies(min(p.copy_uid or 1 for p in by_id.values()))
    named = {uid: by_id[plan_id] for uid, plan_id in claims.items() if plan_id in by_id}
    doubled = _doubled(named)
    found = spots(mailbox, state, doubled)
    proved = _proved(mailbox, list(found.values()), doubled, original)
    if proved:
        mailbox.remove(proved)
    return len(proved)


def _doubled(named: Mapping[int, Plan]) -> dict[int, Plan]:
    """UIDs beside which the copy of the same plan still stands."""
    standing = {plan.id for uid, plan in named.items() if plan.copy_uid == uid}
    return {uid: p for uid, p in named.items() if p.id in standing and p.copy_uid != uid}


def _proved(
    mailbox: Mailbox, found: Sequence[Spot], doubled: Mapping[int, Plan], original: Callable[[Plan], bytes]
) -> list[int]:
    proved = []
    for fetched in read_all(mailbox, found):
        uid = fetched.place.uid or 0
        plan = doubled[uid]
        if prove(fetched.read(), plan, original(plan)) is Proof.COPY:
            proved.append(uid)
    return proved
