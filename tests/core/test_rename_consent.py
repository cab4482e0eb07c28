"""A rename whose folder's mode has changed: what may go on, what ends, and how it comes to a safe end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.rename_plans import FRESH, NOW
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.rename_consent import WITHDRAWN, under
from mailwatch.core.rename_sight import DELETED, Act, Proof, Seen, Spot
from mailwatch.core.rename_steps import next_step
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState

BEGUN = replace(FRESH, uidnext_before=10)
APPENDED = replace(BEGUN, state=PlanState.APPENDED, copy_uid=10)
RETIRING = replace(APPENDED, state=PlanState.RETIRING, originals_folder="Mailwatch/Originals")
COPYING = replace(FRESH, mode=Mode.COPY)
UNDO = replace(APPENDED, direction=Direction.UNDO)
DONE = replace(APPENDED, state=PlanState.DONE)
ABORTED = replace(FRESH, state=PlanState.ABORTED, why=WITHDRAWN)


@pytest.mark.parametrize(
    ("plan", "mode", "held"),
    [
        (FRESH, Mode.REPLACE, FRESH),
        (FRESH, Mode.OFF, ABORTED),
        (replace(FRESH, why="over-quota"), Mode.OFF, ABORTED),
        (FRESH, Mode.COPY, COPYING),
        (COPYING, Mode.REPLACE, COPYING),
        (COPYING, Mode.COPY, COPYING),
        (COPYING, Mode.OFF, replace(ABORTED, mode=Mode.COPY)),
        (BEGUN, Mode.REPLACE, BEGUN),
        (BEGUN, Mode.OFF, replace(BEGUN, why=WITHDRAWN)),
        (BEGUN, Mode.COPY, replace(BEGUN, why=WITHDRAWN)),
        (RETIRING, Mode.OFF, replace(RETIRING, why=WITHDRAWN)),
        (replace(APPENDED, why=WITHDRAWN), Mode.REPLACE, replace(APPENDED, why=WITHDRAWN)),
        (UNDO, Mode.OFF, UNDO),
        (replace(UNDO, state=PlanState.PLANNED, uidnext_before=None), Mode.OFF, None),
        (DONE, Mode.OFF, DONE),
    ],
)
def test_a_plan_under_the_mode_of_today(plan: Plan, mode: Mode, held: Plan | None) -> None:
    """Untouched: it ends, or becomes a copy. Begun: it is marked. An undo goes on. None: as it was."""
    assert (held or plan) == under(plan, mode)


def spot(uid: int, proof: str = "unread", flags: frozenset[str] = frozenset()) -> Spot:
    return Spot("INBOX", 1000, uid, flags, NOW, 100, Proof(proof))


SOURCE, COPY = spot(7), spot(10, "copy")
GONE = replace(SOURCE, flags=frozenset({DELETED}))


@pytest.mark.parametrize("state", ["planned", "appended", "verified", "retiring"])
@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Seen(SOURCE, known=False), "locate"),
        (Seen(SOURCE), "aborted consent-withdrawn"),
        (Seen(SOURCE, (spot(10),)), "read"),
        (Seen(SOURCE, (COPY,)), "remove"),
        (Seen(SOURCE, (COPY,), tried=frozenset({Act.REMOVE})), "review not-removed"),
        (Seen(SOURCE, (spot(10, "foreign"),)), "review copy-differs"),
        (Seen(SOURCE, (spot(10, "copy", frozenset({DELETED})),)), "remove"),
        (Seen(GONE), "aborted source-deleted"),
    ],
)
def test_the_copy_goes_and_the_original_stays(state: str, seen: Seen, told: str) -> None:
    """Wherever it stood: proved copies are removed, then the plan ends; a mail of others stays.

    A copy that is marked already may be one that we marked before a crash, so it goes, too.
    """
    plan = replace(RETIRING, state=PlanState(state), why=WITHDRAWN)
    step = next_step(plan, seen)
    end = f"{step.plan.state.value} {step.plan.why}"
    assert told == (end if step.act is Act.COMMIT else step.act.value)


def test_a_rename_whose_original_was_moved_stands() -> None:
    """Then the copy is all that is to be seen of the mail: it must not go."""
    plan = replace(RETIRING, why=WITHDRAWN)
    assert Act.LOOK is next_step(plan, Seen(None, (COPY,))).act
    looked = Seen(None, (COPY,), stored=replace(spot(3), folder="Mailwatch/Originals"))
    step = next_step(plan, replace(looked, tried=frozenset({Act.LOOK})))
    assert (Act.COMMIT, PlanState.DONE, None) == (step.act, step.plan.state, step.plan.why)


_SPOT = st.builds(spot, st.integers(7, 12), st.sampled_from(list(Proof)))
_SPOTS = st.none() | _SPOT
_SEEN = st.builds(
    Seen,
    source=_SPOTS,
    copies=st.lists(_SPOT, max_size=2).map(tuple),
    stored=_SPOTS,
    gapless=st.booleans(),
    known=st.booleans(),
    tried=st.frozensets(st.sampled_from([Act.LOOK, Act.APPEND, Act.MOVE, Act.REMOVE])),
    refused=st.sampled_from([None, "read-only"]),
)


@given(st.sampled_from([BEGUN, APPENDED, replace(APPENDED, state=PlanState.VERIFIED), RETIRING]), _SEEN)
def test_nothing_is_brought_in_or_moved_any_more(plan: Plan, seen: Seen) -> None:
    """Whatever is seen: no append, no move, no wait; and no copy goes while the original is out of sight."""
    step = next_step(replace(plan, why=WITHDRAWN), seen)
    assert step.act not in {Act.PREPARE, Act.APPEND, Act.OPEN, Act.MOVE, Act.WAIT}
    if step.act is Act.REMOVE:
        assert all(copy.proof in {Proof.COPY, Proof.ALIKE} for copy in step.spots)
        assert seen.source is not None or plan.state is not PlanState.RETIRING or seen.gapless
