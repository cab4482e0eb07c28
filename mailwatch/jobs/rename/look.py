"""Look at a batch of plans: what lies in the folders now, in as few commands as folders.

All plans of a batch have the same direction, mode and folders, so each folder
is opened once and asked once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailwatch.core.rename_sight import Act, Seen, Spot
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.errors import ConfigError, Refused
from mailwatch.jobs.rename.locate import (
    HIGHEST_UID,
    MOST_READ,
    Hashes,
    by_bytes,
    copy_low,
    low_of,
    originals_low,
    spots,
)
from mailwatch.jobs.rename.memory import Memory
from mailwatch.jobs.rename.proof import copy_plan, message_id
from mailwatch.ports import FolderState, Mailbox

_Copies = Mapping[str, tuple[Spot, ...]]


@dataclass(slots=True)
class Looker:
    """Looks at mails through one connection. ``original`` gives the archived bytes of a plan."""

    mailbox: Mailbox
    memories: Mapping[str, Memory]
    original: Callable[[Plan], bytes]
    hashes: Hashes = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def look(self, plans: Sequence[Plan]) -> dict[str, Seen]:
        """Plan id to what is to be seen of it."""
        undoes = plans[0].direction is Direction.UNDO
        seen = self._look_undo(plans) if undoes else self._look_rename(plans)
        return {key: self._remembered(key, one) for key, one in seen.items()}

    def _remembered(self, key: str, seen: Seen) -> Seen:
        memory = self.memories[key]
        return replace(
            seen,
            source=self._judged(memory, seen.source),
            copies=tuple(replace(c, proof=memory.proof(c)) for c in seen.copies),
            stored=self._judged(memory, seen.stored),
            tried=frozenset(memory.tried),
            answered=memory.answered and not seen.copies,
            refused=memory.refused,
        )

    @staticmethod
    def _judged(memory: Memory, spot: Spot | None) -> Spot | None:
        return None if spot is None else replace(spot, proof=memory.proof(spot))

    # a rename

    def _look_rename(self, plans: Sequence[Plan]) -> dict[str, Seen]:
        state = self._enter(plans[0].folder, writable=plans[0].mode is Mode.REPLACE)
        here = [] if state is None else [p for p in plans if p.uidvalidity == state.uidvalidity]
        sources = {} if state is None else spots(self.mailbox, state, (p.uid for p in here if p.uid))
        copies = self._copies_of([p for p in plans if p.uidnext_before is not None], state)
        seen = {
            p.id: Seen(
                source=sources.get(p.uid) if p in here else None,
                copies=copies.get(p.id, ()),
                known=state is None or p in here,
            )
            for p in plans
        }
        farther = [p for p in plans if p.state is PlanState.RETIRING and Act.LOOK in self._tried(p)]
        return {**seen, **self._with_stored(farther, seen)}

    def _with_stored(self, plans: Sequence[Plan], seen: Mapping[str, Seen]) -> dict[str, Seen]:
        """The same with what lies among the originals, for plans whose source has left."""
        if not plans:
            return {}
        state = self._enter(plans[0].originals_folder, writable=False)
        if state is None:
            return {}
        low = min(originals_low(p, state) for p in plans)
        came = self.mailbox.search(low, HIGHEST_UID)
        same = all(p.originals_uidvalidity == state.uidvalidity for p in plans)
        whole = same and state.uidnext is not None and len(came) == state.uidnext - low
        found = self._by_bytes(state, came, plans)
        if len(found) < len(plans):
            found = self._by_bytes(state, came, plans, any_size=True)
        gapless = whole and len(came) <= MOST_READ
        return {p.id: replace(seen[p.id], stored=found.get(p.original), gapless=gapless) for p in plans}

    # an undo

    def _look_undo(self, plans: Sequence[Plan]) -> dict[str, Seen]:
        state = self._enter(plans[0].copy_folder, writable=True)
        copies = {} if state is None else self._copies_of(plans, state)
        back = {} if state is None or plans[0].mode is Mode.COPY else self._restored(plans, state)
        seen = {p.id: Seen(copies=copies.get(copy_plan(p), ()), restored=back.get(p.id)) for p in plans}
        missing = [p for p in plans if p.mode is Mode.REPLACE and seen[p.id].restored is None]
        stored = self._stored(missing)
        back = self._back_already([p for p in missing if p.id not in stored and p.uidnext_before is not None])
        return {
            key: replace(one, stored=stored.get(key), restored=one.restored or back.get(key))
            for key, one in seen.items()
        }

    def _back_already(self, plans: Sequence[Plan]) -> dict[str, Spot]:
        """Originals that lie where they came from: dragged there, or by an undo that was not finished."""
        state = self._enter(plans[0].copy_folder, writable=True) if plans else None
        if state is None:
            return {}
        return {key: spot for plan in plans for key, spot in self._searched(plan, state).items()}

    def _restored(self, plans: Sequence[Plan], state: FolderState) -> dict[str, Spot]:
        """Originals that came back to the open folder since their undo was prepared."""
        prepared = [p for p in plans if p.uidnext_before is not None]
        if not prepared:
            return {}
        low = min(low_of(p.uidnext_before, p.uidvalidity, state) for p in prepared)
        found = self._by_bytes(state, self.mailbox.search(low, HIGHEST_UID), prepared)
        return {p.id: found[p.original] for p in prepared if p.original in found}

    def _stored(self, plans: Sequence[Plan]) -> dict[str, Spot]:
        """The originals in the folder they were moved to."""
        state = self._enter(plans[0].originals_folder, writable=False) if plans else None
        if state is None:
            return {}
        same = [p for p in plans if p.originals_uidvalidity == state.uidvalidity]
        listed = spots(self.mailbox, state, (p.originals_uid for p in same if p.originals_uid))
        found = {p.id: listed[p.originals_uid] for p in same if p.originals_uid in listed}
        for plan in plans:
            if plan.id not in found:
                found |= self._searched(plan, state)
        return found

    def _searched(self, plan: Plan, state: FolderState) -> dict[str, Spot]:
        """One original by its Message-ID and bytes, where its UID says nothing any more."""
        known_as = message_id(self.original(plan))
        uids = self.mailbox.find(known_as) if known_as else self.mailbox.search(1, HIGHEST_UID)
        found = self._by_bytes(state, uids, [plan], any_size=known_as is not None)
        return {plan.id: found[plan.original]} if plan.original in found else {}

    # where UIDs do not help

    def relocated(self, plan: Plan) -> Plan:
        """A rename whose folder has new UIDs, with those of its original; REVIEW where it is not found."""
        state = self.mailbox.examine(plan.folder)
        spot = self._searched(plan, state).get(plan.id)
        if spot is None and plan.state is not PlanState.RETIRING:
            return replace(plan, state=PlanState.REVIEW, why="uidvalidity")
        return replace(
            plan,
            uidvalidity=state.uidvalidity,
            uid=0 if spot is None else spot.uid,  # RETIRING: it may have been moved by us.
            uidnext_before=None if plan.uidnext_before is None else 1,
        )

    def turned(self, plan: Plan) -> Plan | None:
        """An undo turned to the folder to which a person moved the copy; None where there is none."""
        found = self.elsewhere(plan)
        if found is None:
            return None
        return replace(
            plan,
            folder=found.folder if plan.mode is Mode.REPLACE else plan.folder,
            copy_folder=found.folder,
            copy_uidvalidity=found.uidvalidity,
            copy_uid=found.uid,
        )

    def elsewhere(self, plan: Plan) -> Spot | None:
        """The copy of an undo, wherever in the mailbox a person moved it to."""
        known_as = message_id(self.original(plan))
        if known_as is None:
            return None
        for folder in self.mailbox.folders():
            if not folder.selectable or folder.name == plan.originals_folder:
                continue
            state = self._enter(folder.name, writable=False)
            found = self._claimant(plan, state, self.mailbox.find(known_as)) if state else None
            if found is not None:
                return found
        return None

    def _claimant(self, plan: Plan, state: FolderState, uids: Sequence[int]) -> Spot | None:
        """The first of ``uids`` that carries the plan and is not given up."""
        if not uids:
            return None
        claims = self.mailbox.copies(min(uids))
        ours = [uid for uid in uids if claims.get(uid) == copy_plan(plan)]
        return next((s for s in spots(self.mailbox, state, ours).values() if not s.deleted), None)

    # both

    def _copies_of(self, plans: Sequence[Plan], state: FolderState | None) -> _Copies:
        """Rename plan id to our copies, whatever the server said of their UIDs."""
        if not plans:
            return {}
        if state is None or state.folder != plans[0].copy_folder:
            state = self._enter(plans[0].copy_folder, writable=True)
        if state is None:
            return {}
        low = min(copy_low(p, state) for p in plans)
        claims = self.mailbox.copies(low)
        wanted = {copy_plan(p) for p in plans}
        listed = spots(self.mailbox, state, (uid for uid, plan in claims.items() if plan in wanted))
        found: dict[str, tuple[Spot, ...]] = {}
        for uid in sorted(listed):
            found[claims[uid]] = (*found.get(claims[uid], ()), listed[uid])
        return found

    def _enter(self, folder: str | None, *, writable: bool) -> FolderState | None:
        """The folder, open, or None where it is gone."""
        if folder is None:
            return None
        try:
            return self.mailbox.select(folder) if writable else self.mailbox.examine(folder)
        except ConfigError:
            return None
        except Refused as no:
            if no.why != "no-folder":
                raise
            return None

    def _by_bytes(
        self, state: FolderState, uids: Sequence[int], plans: Sequence[Plan], *, any_size: bool = False
    ) -> dict[str, Spot]:
        """SHA-256 of an original to the first mail among ``uids`` with these bytes.

        Some servers guess RFC822.SIZE, so few mails are read whatever size they show (``any_size``).
        """
        for plan in plans:
            if plan.original not in self.sizes:
                self.sizes[plan.original] = len(self.original(plan))
        sizes = {p.original: self.sizes[p.original] for p in plans}
        among = spots(self.mailbox, state, uids).values()
        by_size = not any_size or len(among) > MOST_READ
        fitting = [s for s in among if not by_size or s.size in sizes.values()]
        return by_bytes(self.mailbox, fitting, sizes, self.hashes)

    def _tried(self, plan: Plan) -> set[Act]:
        return self.memories[plan.id].tried
