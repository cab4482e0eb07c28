"""The next step of a rename or an undo: every state against everything the mailbox can show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakes.rename_plans import FRESH, NOW
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.rename_sight import Act, Proof, Seen, Spot, Step, removable
from mailwatch.core.rename_steps import next_step
from mailwatch.core.renaming import OPEN_STATES, Direction, Mode, Plan, PlanState

DELETED = frozenset({r"\Deleted"})
PLAN = replace(FRESH, uidnext_before=10)
APPENDED = replace(PLAN, state=PlanState.APPENDED, copy_uid=10)
VERIFIED = replace(PLAN, state=PlanState.VERIFIED, copy_uid=10)
RETIRING = replace(PLAN, state=PlanState.RETIRING, copy_uid=10, originals_folder="Mailwatch/Originals")
BESIDE = {"mode": Mode.COPY, "copy_folder": "Mailwatch/Cases"}
UNDO = replace(PLAN, id="2" * 32, direction=Direction.UNDO, undoes="1" * 32)
UNDO_FRESH = replace(UNDO, uidnext_before=None)
UNDO_VERIFIED = replace(UNDO, state=PlanState.VERIFIED)
UNDO_RETIRING = replace(UNDO, state=PlanState.RETIRING)


def spot(uid: int, proof: str = "unread", flags: frozenset[str] = frozenset()) -> Spot:
    return Spot("INBOX", 1000, uid, flags, NOW, 100, Proof(proof))


SOURCE = spot(7)
GONE = replace(SOURCE, flags=DELETED)
PROVED = replace(SOURCE, proof=Proof.ORIGINAL)


def tried(*acts: Act) -> frozenset[Act]:
    return frozenset(acts)


def because(why: str, plan: Plan) -> Plan:
    return replace(plan, why=why)


def both(source: Spot = PROVED, *copies: Spot, **more: Any) -> Seen:
    return Seen(source=source, copies=copies or (spot(10, "copy"),), **more)


RENAMES = [
    # what was planned, what is to be seen, what is done
    (FRESH, Seen(SOURCE), "prepare"),
    (FRESH, Seen(None), "aborted source-gone"),
    (FRESH, Seen(GONE), "aborted source-deleted"),
    (FRESH, Seen(replace(SOURCE, flags=frozenset({r"\Draft"}))), "aborted draft"),
    (FRESH, Seen(None, known=False), "locate"),
    (PLAN, Seen(SOURCE), "append"),
    (PLAN, Seen(SOURCE, (spot(10),)), "appended"),
    (because("over-quota", PLAN), Seen(SOURCE, (spot(10),)), "appended"),
    (PLAN, Seen(SOURCE, (spot(10), spot(11))), "appended"),
    (PLAN, Seen(SOURCE, tried=tried(Act.APPEND)), "look"),
    (PLAN, Seen(SOURCE, tried=tried(Act.APPEND, Act.LOOK)), "review not-stored"),
    (PLAN, Seen(SOURCE, tried=tried(Act.APPEND), answered=True), "review merged"),
    (PLAN, Seen(SOURCE, refused="over-quota"), "wait"),
    (PLAN, Seen(SOURCE, refused="read-only"), "wait"),
    (PLAN, Seen(SOURCE, refused="too-big"), "aborted too-big"),
    (PLAN, Seen(None), "aborted source-gone"),
    (PLAN, Seen(None, (spot(10),)), "read 10"),
    (PLAN, Seen(None, (spot(10, "copy"),)), "planned source-gone"),
    (because("source-gone", PLAN), Seen(None, (spot(10, "copy"),)), "remove 10"),
    (because("source-gone", PLAN), Seen(None, (spot(10, "alike"),)), "remove 10"),
    (PLAN, Seen(None, (spot(10, "foreign"),)), "review copy-differs"),
    (because("source-gone", PLAN), Seen(None, (spot(10, "copy"), spot(11, "foreign"))), "remove 10"),
    (
        because("source-gone", PLAN),
        Seen(None, (spot(10, "copy"),), tried=tried(Act.REMOVE)),
        "review not-removed",
    ),
    # A mark of ours may stand there from before a crash; what is proved goes, what is not stays as it is.
    (PLAN, Seen(None, (spot(10, "copy", DELETED),)), "planned source-gone"),
    (PLAN, Seen(None, (spot(10, "foreign", DELETED),)), "aborted source-gone"),
    (APPENDED, Seen(None, known=False), "locate"),
    (APPENDED, Seen(SOURCE), "aborted copy-gone"),
    (APPENDED, both(SOURCE, spot(10, "unread", DELETED)), "aborted copy-gone"),
    (APPENDED, both(SOURCE, spot(10)), "read 7 10"),
    (APPENDED, both(PROVED, spot(10)), "read 10"),
    (APPENDED, both(PROVED), "verified"),
    (APPENDED, both(PROVED, spot(10, "alike")), "appended altered"),
    (because("altered", APPENDED), both(PROVED, spot(10, "alike")), "remove 10"),
    (because("altered", APPENDED), Seen(SOURCE), "review altered"),
    (APPENDED, both(PROVED, spot(10, "foreign")), "review copy-differs"),
    (APPENDED, both(spot(7, "foreign")), "appended source-differs"),
    (APPENDED, both(PROVED, spot(10, "copy"), spot(11, "copy")), "remove 11"),
    (APPENDED, both(PROVED, spot(10, "copy"), spot(11, "foreign")), "verified"),
    (APPENDED, both(PROVED, spot(10, "copy"), spot(11, "copy"), tried=tried(Act.REMOVE)), "verified"),
    (APPENDED, both(GONE), "appended source-deleted"),
    (APPENDED, both(spot(7, "original", frozenset({r"\Seen"}))), "flag 10"),
    (replace(APPENDED, **BESIDE), both(SOURCE, spot(10)), "read 10"),
    (replace(APPENDED, **BESIDE), both(SOURCE, spot(10, "alike")), "verified"),
    (replace(APPENDED, **BESIDE), both(SOURCE, spot(10, "foreign")), "review copy-differs"),
    (VERIFIED, both(SOURCE, spot(10)), "open"),
    (VERIFIED, both(GONE, spot(10)), "read 10"),
    (VERIFIED, Seen(SOURCE), "aborted copy-gone"),
    (VERIFIED, both(replace(SOURCE, flags=frozenset({r"\Flagged"})), spot(10)), "flag 10"),
    (replace(VERIFIED, **BESIDE), both(SOURCE, spot(10)), "done"),
    (RETIRING, Seen(None, known=False), "locate"),
    (RETIRING, both(SOURCE, spot(10)), "move 7"),
    (RETIRING, both(SOURCE, spot(10), tried=tried(Act.MOVE)), "read 10"),
    (RETIRING, both(SOURCE, spot(10, "copy"), tried=tried(Act.MOVE)), "retiring not-moved"),
    (RETIRING, Seen(SOURCE, tried=tried(Act.MOVE)), "aborted copy-gone"),
    (because("not-moved", RETIRING), Seen(SOURCE), "review not-moved"),
    (RETIRING, both(SOURCE, spot(10, "copy"), refused="over-quota"), "retiring over-quota"),
    (RETIRING, both(SOURCE, spot(10, "alike"), tried=tried(Act.MOVE)), "review copy-differs"),
    (because("source-deleted", RETIRING), both(GONE, spot(10, "copy")), "remove 10"),
    (RETIRING, both(replace(SOURCE, flags=frozenset({r"\Seen"})), spot(10)), "flag 10"),
    (RETIRING, Seen(None, (spot(10),)), "look"),
    (RETIRING, Seen(None, (spot(10),), stored=spot(3), tried=tried(Act.LOOK)), "done"),
    (RETIRING, Seen(None, stored=spot(3, "unread", DELETED), tried=tried(Act.LOOK)), "done"),
    (
        RETIRING,
        Seen(None, (spot(10),), stored=spot(3, "unread", frozenset({r"\Seen"})), tried=tried(Act.LOOK)),
        "flag 10",
    ),
    (RETIRING, Seen(None, (spot(10, "copy"),), gapless=True, tried=tried(Act.LOOK)), "retiring source-gone"),
    (RETIRING, Seen(None, gapless=True, tried=tried(Act.LOOK)), "aborted source-gone"),
    (RETIRING, Seen(None, (spot(10, "copy"),), tried=tried(Act.LOOK)), "review original-not-found"),
    (replace(PLAN, state=PlanState.DONE), Seen(None), "rest"),
    (replace(PLAN, state=PlanState.REVIEW), both(), "rest"),
]

ORIGINAL = spot(3, "original")
COPIED = (spot(10, "copy"),)
UNDOS = [
    (UNDO_FRESH, Seen(), "look"),
    (UNDO_FRESH, Seen(tried=tried(Act.LOOK)), "aborted copy-gone"),
    (UNDO_FRESH, Seen(copies=(spot(10, "copy", DELETED),)), "aborted copy-gone"),
    (UNDO_FRESH, Seen(copies=(spot(10),)), "read 10"),
    (UNDO_FRESH, Seen(copies=(spot(10, "foreign"),)), "review copy-differs"),
    (UNDO_FRESH, Seen(copies=(spot(10, "alike"),)), "review copy-differs"),
    (UNDO_FRESH, Seen(copies=COPIED), "prepare"),
    (UNDO, Seen(copies=COPIED), "append"),
    (UNDO, Seen(copies=COPIED, stored=spot(3)), "read 3"),
    (UNDO, Seen(copies=COPIED, stored=ORIGINAL), "move 3"),
    (UNDO, Seen(copies=COPIED, stored=spot(3, "foreign")), "review source-differs"),
    (UNDO, Seen(copies=COPIED, stored=spot(3, "original", frozenset({r"\Seen"}))), "flag 3"),
    (
        UNDO,
        Seen(copies=COPIED, stored=spot(3, "original", frozenset({r"\Seen"})), tried=tried(Act.FLAG)),
        "move 3",
    ),
    (UNDO_VERIFIED, Seen(copies=COPIED, restored=spot(12, "unread", frozenset({"$mine"}))), "retiring"),
    (
        replace(UNDO_VERIFIED, flags=(r"\Seen",)),
        Seen(copies=COPIED, restored=spot(12, "unread", frozenset({r"\Seen"}))),
        "flag 12",
    ),
    (UNDO, Seen(copies=COPIED, stored=ORIGINAL, tried=tried(Act.MOVE)), "review not-restored"),
    (UNDO, Seen(copies=COPIED, tried=tried(Act.APPEND)), "review not-restored"),
    (UNDO, Seen(copies=COPIED, refused="over-quota"), "wait"),
    (UNDO, Seen(copies=COPIED, restored=spot(12)), "verified"),
    (UNDO_VERIFIED, Seen(copies=COPIED), "review restored-gone"),
    (
        UNDO_RETIRING,
        Seen(
            copies=(spot(10, "copy", DELETED),),
            restored=spot(12),
            refused="refused",
            tried=tried(Act.REMOVE),
        ),
        "wait",
    ),
    (
        UNDO_RETIRING,
        Seen(copies=COPIED, restored=spot(12), refused="refused", tried=tried(Act.REMOVE)),
        "review not-removed",
    ),
    (UNDO_VERIFIED, Seen(restored=spot(12)), "retiring"),
    (UNDO_VERIFIED, Seen(copies=COPIED, restored=spot(12)), "retiring"),
    (
        UNDO_VERIFIED,
        Seen(copies=(spot(10, "copy", frozenset({r"\Flagged"})),), restored=spot(12)),
        "flag 12",
    ),
    (
        UNDO_VERIFIED,
        Seen(copies=COPIED, restored=spot(12, "unread", frozenset({"$x"})), tried=tried(Act.FLAG)),
        "retiring",
    ),
    (UNDO_RETIRING, Seen(copies=(spot(10),)), "read 10"),
    (UNDO_RETIRING, Seen(copies=COPIED), "remove 10"),
    (UNDO_RETIRING, Seen(copies=(spot(10, "unread", DELETED),)), "read 10"),
    (UNDO_RETIRING, Seen(copies=(spot(10, "copy", DELETED),)), "remove 10"),
    (UNDO_RETIRING, Seen(copies=(spot(10, "copy", DELETED),), tried=tried(Act.REMOVE)), "done"),
    (UNDO_RETIRING, Seen(copies=COPIED, tried=tried(Act.REMOVE)), "review not-removed"),
    (UNDO_RETIRING, Seen(copies=(spot(10, "alike"),)), "review copy-differs"),
    (UNDO_RETIRING, Seen(), "done"),
    (replace(UNDO_FRESH, mode=Mode.COPY), Seen(copies=(spot(10, "alike"),)), "retiring"),
    (replace(UNDO_FRESH, mode=Mode.COPY), Seen(tried=tried(Act.LOOK)), "done copy-gone"),
    (replace(UNDO_RETIRING, mode=Mode.COPY), Seen(copies=(spot(10, "alike"),)), "remove 10"),
]


def told(step: Step) -> str:
    """A step in words: the act and whom it is about, or the state the plan goes to and why."""
    if step.act is not Act.COMMIT:
        return " ".join([step.act, *(str(s.uid) for s in step.spots)])
    return " ".join([step.plan.state, *filter(None, [step.plan.why])])


@pytest.mark.parametrize(("plan", "seen", "expected"), [*RENAMES, *UNDOS])
def test_one_state_and_one_sight_give_one_step(plan: Plan, seen: Seen, expected: str) -> None:
    """The whole protocol as a table."""
    assert told(next_step(plan, seen)) == expected


def test_flags_that_changed_on_the_original_are_carried_over_one_by_one() -> None:
    r"""Added are added, dropped are dropped, what the copy got by itself stays; \Deleted never travels."""
    plan = replace(VERIFIED, flags=("$Old", r"\Seen"))
    step = next_step(plan, both(replace(SOURCE, flags=frozenset({r"\Seen", "$New"}))))
    assert (step.add, step.drop) == ({"$New"}, {"$Old"})
    assert step.plan.flags == ("$New", r"\Seen")
    retired = replace(RETIRING, flags=(r"\Seen",))
    stored = spot(3, "unread", frozenset({r"\Seen", r"\Deleted"}))
    step = next_step(retired, Seen(copies=COPIED, stored=stored, tried=tried(Act.LOOK)))
    assert told(step) == "done"
    assert step.plan.originals_uid == 3


_SPOTS = st.builds(
    spot,
    st.integers(1, 30),
    st.sampled_from(list(Proof)),
    st.sets(st.sampled_from([r"\Seen", r"\Deleted", r"\Draft", "$x"])).map(frozenset),
)
_SEEN = st.builds(
    Seen,
    source=st.none() | _SPOTS,
    copies=st.lists(_SPOTS, max_size=3).map(tuple),
    stored=st.none() | _SPOTS,
    restored=st.none() | _SPOTS,
    gapless=st.booleans(),
    known=st.booleans(),
    tried=st.sets(st.sampled_from(list(Act))).map(frozenset),
    answered=st.booleans(),
    refused=st.none() | st.sampled_from(["over-quota", "too-big", "read-only"]),
)
_PLANS = st.builds(
    replace,
    st.just(PLAN),
    state=st.sampled_from(list(PlanState)),
    mode=st.sampled_from([Mode.REPLACE, Mode.COPY]),
    direction=st.sampled_from(list(Direction)),
    uidnext_before=st.none() | st.just(10),
    undoes=st.just("1" * 32),
)


@given(_PLANS, _SEEN)
def test_whatever_is_seen_only_proved_copies_are_removed(plan: Plan, seen: Seen) -> None:
    """And the original moves away only from a committed RETIRING, with a copy to be seen."""
    step = next_step(plan, seen)
    if step.act is Act.REMOVE:
        assert step.spots
        assert all(s in seen.copies and removable(plan, s) for s in step.spots)
    if step.act is Act.MOVE and plan.direction is Direction.RENAME:
        assert plan.state is PlanState.RETIRING
        assert plan.mode is Mode.REPLACE or seen.source is not None
        assert seen.copy is not None
        assert not seen.copy.deleted
    if step.act is Act.REST:
        assert plan.state not in OPEN_STATES


@given(_PLANS, _SEEN)
def test_a_plan_never_goes_back(plan: Plan, seen: Seen) -> None:
    """States only rise, so a run comes to its end."""
    order = list(PlanState)
    assert order.index(next_step(plan, seen).plan.state) >= order.index(plan.state)
