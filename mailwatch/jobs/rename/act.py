"""Carry out steps: one method an act, each for all plans of a batch that need it.

Every method answers the plans to be committed after it. What a command did is
never believed from its answer: the next look tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailwatch.core.rename_sight import DELETED, Act, Seen, Spot, Step
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.errors import ConfigError, Refused
from mailwatch.jobs.rename.locate import read_all, uidnext_of
from mailwatch.jobs.rename.look import Looker
from mailwatch.jobs.rename.memory import Memory
from mailwatch.jobs.rename.places import CASES, ORIGINALS, open_own_folder, own_folder
from mailwatch.jobs.rename.prepare import rename_prepared, undo_prepared
from mailwatch.jobs.rename.proof import prove, sha256
from mailwatch.mime.resubject import CannotResubject, resubject
from mailwatch.ports import Capabilities, FolderState, Mailbox

RETRY = timedelta(hours=1)
"""How long a plan rests after the server's no."""

_Seen = Mapping[str, Seen]


@dataclass(slots=True)
class Hands:
    """Changes one mailbox. ``original`` gives the archived bytes of a plan; ``now`` is UTC."""

    mailbox: Mailbox
    looker: Looker
    memories: Mapping[str, Memory]
    original: Callable[[Plan], bytes]
    now: datetime
    capabilities: Capabilities
    blocked: str | None = None
    _acts: dict[Act, Callable[[list[Step], _Seen], list[Plan]]] = field(init=False)

    def __post_init__(self) -> None:
        self._acts = {
            Act.COMMIT: lambda steps, _: [step.plan for step in steps],
            Act.LOOK: self._look,
            Act.READ: self._read,
            Act.LOCATE: self._locate,
            Act.PREPARE: self._prepare,
            Act.APPEND: self._append,
            Act.FLAG: self._flag,
            Act.OPEN: self._open,
            Act.MOVE: self._move,
            Act.REMOVE: self._remove,
            Act.WAIT: self._wait,
        }

    def perform(self, act: Act, steps: list[Step], seen: _Seen) -> list[Plan]:
        """Do ``act`` for all ``steps``; the plans to be committed after it."""
        return self._acts[act](steps, seen)

    # knowledge

    def _wait(self, steps: list[Step], _: _Seen) -> list[Plan]:
        return [replace(step.plan, due=self.now + RETRY) for step in steps]

    def _look(self, steps: list[Step], _: _Seen) -> list[Plan]:
        """The next look goes farther; the copy of an undo is looked for in every folder at once."""
        for step in steps:
            self.memories[step.plan.id].tried.add(Act.LOOK)
        undone = [s.plan for s in steps if s.plan.direction is Direction.UNDO]
        return [plan for plan in map(self.looker.turned, undone) if plan is not None]

    def _read(self, steps: list[Step], _: _Seen) -> list[Plan]:
        """Fetch all mails that must be judged, a command a folder, and keep the judgements alone."""
        for folder, wanted in _by_folder(steps).items():
            plans = {spot.uid: (step.plan, spot) for step, spot in wanted}
            if self._enter(folder) is None:
                continue
            for fetched in read_all(self.mailbox, [spot for _, spot in plans.values()]):
                plan, spot = plans[fetched.place.uid or 0]
                proof = prove(fetched.read(), plan, self.original(plan))
                self.memories[plan.id].judge(spot, proof)
        return []

    def _locate(self, steps: list[Step], _: _Seen) -> list[Plan]:
        """UIDVALIDITY changed: the original by its Message-ID, size and bytes, or REVIEW."""
        return [self.looker.relocated(step.plan) for step in steps]

    # before the copy

    def _prepare(self, steps: list[Step], seen: _Seen) -> list[Plan]:
        """Note UIDNEXT and flags before anything is appended, so that a lost answer can be mended."""
        plan = steps[0].plan
        try:
            state = self._target(plan)
        except Refused as no:
            return [replace(s.plan, why=no.why, due=self.now + RETRY) for s in steps]
        if not state.read_write:
            return [replace(s.plan, why="read-only", due=self.now + RETRY) for s in steps]
        uidnext = uidnext_of(self.mailbox, state)
        if plan.direction is Direction.UNDO:
            return [undo_prepared(s.plan, seen[s.plan.id], state, uidnext) for s in steps]
        return [self._prepared(s.plan, seen[s.plan.id], state, uidnext) for s in steps]

    def _prepared(self, plan: Plan, seen: Seen, state: FolderState, uidnext: int) -> Plan:
        try:
            raw = self._copy(plan)
        except CannotResubject as no:
            return replace(plan, state=PlanState.ABORTED, why=no.why)
        limit = self.capabilities.append_limit
        if limit is not None and len(raw) > limit:
            return replace(plan, state=PlanState.ABORTED, why="too-big")
        return rename_prepared(plan, seen, state, uidnext, sha256(raw))

    def _target(self, plan: Plan) -> FolderState:
        """The folder in which the new mail will lie, open; our own folders are made on the way."""
        if plan.direction is Direction.RENAME and plan.mode is Mode.COPY:
            return open_own_folder(self.mailbox, CASES, plan.folder)
        if plan.direction is Direction.RENAME:
            open_own_folder(self.mailbox, ORIGINALS, plan.folder)
        return self.mailbox.select(plan.folder)

    # changing the server

    def _append(self, steps: list[Step], _: _Seen) -> list[Plan]:
        for step in steps:
            self._append_one(step.plan, self.memories[step.plan.id])
        return []

    def _append_one(self, plan: Plan, memory: Memory) -> None:
        """Once the server is full or closed, the rest of the run asks it no more."""
        if self.blocked is not None:
            memory.refused = self.blocked
            return
        undoes = plan.direction is Direction.UNDO
        raw = self.original(plan) if undoes else self._copy(plan)
        folder = plan.folder if undoes else plan.copy_folder or plan.folder
        try:
            answer = self.mailbox.append(folder, raw, plan.flags, plan.internaldate)
        except Refused as no:
            memory.refused = no.why
            self.blocked = no.why if no.why != "too-big" else None
            return
        memory.tried.add(Act.APPEND)
        memory.answered = answer is not None and not undoes

    def _flag(self, steps: list[Step], _: _Seen) -> list[Plan]:
        for folder, wanted in _by_folder(steps).items():
            if self._enter(folder) is not None:
                for step, spot in wanted:
                    self._mark(spot.uid, step)
        self._remember(steps, Act.FLAG)
        return [step.plan for step in steps]

    def _mark(self, uid: int, step: Step) -> None:
        """A flag that the server will not take stops no rename."""
        with suppress(Refused):
            self.mailbox.set_flags(uid, sorted(step.add), sorted(step.drop))

    def _open(self, steps: list[Step], _: _Seen) -> list[Plan]:
        state = own_folder(self.mailbox, ORIGINALS)
        uidnext = uidnext_of(self.mailbox, state)
        return [
            replace(
                step.plan,
                originals_folder=state.folder,
                originals_uidvalidity=state.uidvalidity,
                originals_uidnext=uidnext,
            )
            for step in steps
        ]

    def _move(self, steps: list[Step], _: _Seen) -> list[Plan]:
        """One MOVE for all. An undo moves from the originals back to the folder."""
        undoes = steps[0].plan.direction is Direction.UNDO
        target = steps[0].plan.folder if undoes else steps[0].plan.originals_folder
        assert target is not None
        for folder, wanted in _by_folder(steps).items():
            self._command(folder, wanted, lambda uids: self.mailbox.move(uids, target))
        self._remember(steps, Act.MOVE)
        return []

    def _remove(self, steps: list[Step], _: _Seen) -> list[Plan]:
        for folder, wanted in _by_folder(steps).items():
            self._command(folder, wanted, self._expunge)
        self._remember(steps, Act.REMOVE)
        return []

    def _expunge(self, uids: Sequence[int]) -> None:
        r"""Without UIDPLUS an EXPUNGE would take other people's \Deleted mail, too: it is left to them."""
        if self.capabilities.uidplus:
            self.mailbox.remove(uids)
            return
        for uid in uids:
            self.mailbox.set_flags(uid, [DELETED], [])

    def _command(
        self, folder: _Place, wanted: Sequence[tuple[Step, Spot]], command: Callable[[Sequence[int]], object]
    ) -> None:
        """Run ``command``; a no is remembered for every plan it was about."""
        state = self._enter(folder)
        if state is None:
            return
        no = None if state.read_write else "read-only"
        try:
            if no is None:
                command([spot.uid for _, spot in wanted])
        except Refused as refusal:
            no = refusal.why
        except ConfigError:
            no = "refused"  # MOVE or UIDPLUS is gone since the plan was made.
        for step, _ in wanted:
            self.memories[step.plan.id].refused = no

    # within

    def _copy(self, plan: Plan) -> bytes:
        return resubject(self.original(plan), plan.subject_to, sha256=plan.original, plan=plan.id)

    def _remember(self, steps: Sequence[Step], act: Act) -> None:
        for step in steps:
            self.memories[step.plan.id].tried.add(act)

    def _enter(self, folder: _Place) -> FolderState | None:
        """The folder, open, if it still has the UIDVALIDITY under which we saw it."""
        try:
            state = self.mailbox.select(folder[0])
        except ConfigError:
            return None
        return state if state.uidvalidity == folder[1] else None


_Place = tuple[str, int]


def _by_folder(steps: Sequence[Step]) -> dict[_Place, list[tuple[Step, Spot]]]:
    found: dict[_Place, list[tuple[Step, Spot]]] = {}
    for step in steps:
        for spot in step.spots:
            found.setdefault((spot.folder, spot.uidvalidity), []).append((step, spot))
    return found


def in_order(acts: Mapping[Act, list[Step]]) -> Iterator[tuple[Act, list[Step]]]:
    """Acts of one round, those first that make room."""
    return ((act, acts[act]) for act in Act if act in acts)
