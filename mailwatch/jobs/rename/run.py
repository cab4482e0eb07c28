"""Carry the open plans of one mailbox forward, in batches: look, decide, act, commit, look again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailwatch.core.rename_consent import WITHDRAWN
from mailwatch.core.rename_sight import Act, Step
from mailwatch.core.rename_steps import next_step
from mailwatch.core.renaming import OPEN_STATES, Plan
from mailwatch.errors import Refused
from mailwatch.jobs.rename.act import RETRY, Hands, in_order
from mailwatch.jobs.rename.look import Looker
from mailwatch.jobs.rename.memory import Memory
from mailwatch.ports import Capabilities, Mailbox

BATCH = 50
ROUNDS = 40
"""No plan needs as many looks; a server that contradicts itself is left for the next run."""


@dataclass(slots=True)
class Run:
    """One pass over open plans. ``commit`` makes plans durable before the next command.

    ``capabilities`` are those that may be made use of.
    """

    mailbox: Mailbox
    original: Callable[[Plan], bytes]
    commit: Callable[[list[Plan]], None]
    now: datetime
    capabilities: Capabilities
    outcome: dict[str, Plan] = field(default_factory=dict)
    _memories: dict[str, Memory] = field(default_factory=dict)

    def carry(self, plans: Sequence[Plan]) -> None:
        """Bring each plan as far as it gets; ``outcome`` holds what became of it."""
        self._memories.update({p.id: Memory() for p in plans})
        self.outcome.update({p.id: p for p in plans})
        looker = Looker(self.mailbox, self._memories, self.original)
        hands = Hands(self.mailbox, looker, self._memories, self.original, self.now, self.capabilities)
        waiting = list(plans)
        for _ in range(ROUNDS):
            waiting = [p for batch in batches(waiting) for p in self._guarded(batch, looker, hands)]
            if not waiting:
                return

    def _guarded(self, batch: Sequence[Plan], looker: Looker, hands: Hands) -> list[Plan]:
        """A folder that the server closes to us delays its own plans alone."""
        try:
            return self._round(batch, looker, hands)
        except Refused as no:
            due = self.now + RETRY
            left = [self.outcome[p.id] for p in batch if self.outcome[p.id].state in OPEN_STATES]
            self._commit([replace(p, why=p.why if p.why == WITHDRAWN else no.why, due=due) for p in left])
            return []

    def _round(self, batch: Sequence[Plan], looker: Looker, hands: Hands) -> list[Plan]:
        """One look and one step for each plan; those that can go on."""
        seen = looker.look(batch)
        steps = [next_step(plan, seen[plan.id]) for plan in batch]
        resting = {s.plan.id for s in steps if s.act in {Act.WAIT, Act.REST}}
        acts: dict[Act, list[Step]] = {}
        for step in steps:
            acts.setdefault(step.act, []).append(step)
        acts.pop(Act.REST, None)
        for act, wanted in in_order(acts):
            resting |= self._commit(hands.perform(act, wanted, seen))
        return [self.outcome[p.id] for p in batch if p.id not in resting]

    def _commit(self, plans: list[Plan]) -> set[str]:
        """Make the plans durable; the ids of those that rest now: at their end, or due later."""
        if not plans:
            return set()
        self.commit(plans)
        for plan in plans:
            if plan.state is not self.outcome[plan.id].state:
                self._memories[plan.id].forget_tries()
            self.outcome[plan.id] = plan
        return {p.id for p in plans if p.state not in OPEN_STATES or p.due > self.now}


def batches(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Plans that look at the same folders, in the same state, at most ``BATCH`` together."""
    groups: dict[tuple[object, ...], list[Plan]] = {}
    for plan in plans:
        groups.setdefault(_together(plan), []).append(plan)
    for group in groups.values():
        for start in range(0, len(group), BATCH):
            yield group[start : start + BATCH]


def _together(plan: Plan) -> tuple[object, ...]:
    return (
        plan.direction,
        plan.mode,
        plan.state,
        plan.folder,
        plan.copy_folder,
        plan.originals_folder,
        plan.uidnext_before is None,
    )
