"""The rename job killed at every port call, then run again by the same code."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes.faults import Crash, Fuse
from fakes.mailserver import FakeServer
from fakes.rename_world import World, case_mail, renamed

from mailwatch.core.renaming import Mode
from mailwatch.errors import TemporaryError

ORIGINAL = case_mail(1)
CHANGING = {"append", "move", "remove", "set_flags", "select", "commit"}
"""Calls that leave something behind outside the process. Dying before or after any other call is the same."""


@dataclass(frozen=True)
class Scene:
    """A kind of server and what is done on it; ``done`` is how many renames come first."""

    name: str
    mode: Mode = Mode.REPLACE
    undo: bool = False
    server: Callable[[], FakeServer] = field(default=FakeServer)

    def start(self, data: Path) -> World:
        world = World(data, self.server(), self.mode)
        world.consent()
        world.deliver(ORIGINAL, flags=(r"\Seen", "$Work"))
        if self.undo:
            world.rename()
        return world

    def act(self, world: World, fuse: Fuse | None = None) -> None:
        if self.undo:
            world.undo(fuse)
        else:
            world.rename(fuse)


SCENES = [
    Scene("replace"),
    Scene("copy", Mode.COPY),
    Scene("undo-replace", undo=True),
    Scene("undo-copy", Mode.COPY, undo=True),
    Scene("no-answers", server=lambda: FakeServer(tells_uids=False, tells_uidnext=False)),
]


def worlds(scene: Scene, tmp_path: Path) -> Iterator[tuple[int, World]]:
    """For every call of a clean run that changes something, its number and a world before that run."""
    first = scene.start(tmp_path / "first")
    before = copy.deepcopy(first.server)
    first.close()
    dry = first.copy_to(tmp_path / "dry", copy.deepcopy(before))
    fuse = Fuse()
    scene.act(dry, fuse)
    dry.close()
    for number, name in enumerate(fuse.calls):
        if name in CHANGING:
            world = first.copy_to(tmp_path / f"w{number}", copy.deepcopy(before))
            yield number, world
            world.close()


def must_be_whole(world: World, scene: Scene, where: str) -> None:
    """Exactly one mail to be seen, the original untouched in its place, all flags kept."""
    inbox, kept = world.raws("INBOX"), world.raws("Mailwatch/Originals")
    cases = world.raws("Mailwatch/Cases")
    if scene.undo or scene.mode is Mode.COPY:
        assert inbox == [ORIGINAL], where
        assert kept == [], where
    else:
        assert [renamed(raw) for raw in inbox] == [True], where
        assert kept == [ORIGINAL], where
    assert [renamed(raw) for raw in cases] == [True] * (scene.mode is Mode.COPY and not scene.undo), where
    for folder in world.server.folders.values():
        for mail in folder.mails.values():
            assert mail.flags == {r"\Seen", "$Work"}, where
    assert world.archive.read(next(iter(world.archive.all()))) == ORIGINAL, where
    ends = [e["state"] for e in world.entries("undo" if scene.undo else "rename")]
    assert ends == ["done"], where


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_crash_before_any_call_changes_only_the_time_things_take(scene: Scene, tmp_path: Path) -> None:
    """The process dies; the same code, run again, ends it well."""
    for number, world in worlds(scene, tmp_path):
        fuse = Fuse(at=number)
        with pytest.raises(Crash):
            scene.act(world, fuse)
        scene.act(world)
        must_be_whole(world, scene, f"crash before call {number}: {fuse.calls[-1]}")


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_crash_after_any_call_took_effect_changes_as_little(scene: Scene, tmp_path: Path) -> None:
    """The answer is lost: the line broke, the job let the error through, the next pass ends well."""
    for number, world in worlds(scene, tmp_path):
        fuse = Fuse(at=number, after=True, error=lambda: TemporaryError("the line broke"))
        with pytest.raises(TemporaryError):
            scene.act(world, fuse)
        scene.act(world)
        must_be_whole(world, scene, f"answer lost after call {number}: {fuse.calls[-1]}")


@pytest.mark.slow
@pytest.mark.parametrize("scene", [s for s in SCENES if not s.undo], ids=lambda scene: scene.name)
def test_a_database_lost_in_the_middle_leaves_one_copy(scene: Scene, tmp_path: Path) -> None:
    """Plans are lost with it; what lies in the mailbox tells how far they were, and they go on from there."""
    for number, world in worlds(scene, tmp_path):
        fuse = Fuse(at=number, after=True)
        with pytest.raises(Crash):
            scene.act(world, fuse)
        world.lose()
        scene.act(world)
        must_be_whole(world, scene, f"database lost after call {number}: {fuse.calls[-1]}")
        before = copy.deepcopy(world.server.folders)
        assert world.rename() == ()
        assert world.server.folders == before


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_database_lost_afterwards_changes_nothing(scene: Scene, tmp_path: Path) -> None:
    """What was renamed, or taken back, is known from the ledger."""
    world = scene.start(tmp_path / "data")
    scene.act(world)
    before = copy.deepcopy(world.server.folders)
    world.lose()
    assert world.rename() == ()
    assert world.server.folders == before
    must_be_whole(world, scene, "lost")
    world.close()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_second_pass_changes_nothing(scene: Scene, tmp_path: Path) -> None:
    """After a rename, or an undo, polling again neither commands nor plans anything."""
    world = scene.start(tmp_path / "data")
    scene.act(world)
    before = copy.deepcopy(world.server.folders)
    assert world.rename() == ()
    assert world.server.folders == before
    must_be_whole(world, scene, "second pass")
    world.close()


def test_two_crashes_in_a_row_leave_one_copy(tmp_path: Path) -> None:
    """An APPEND whose answer was lost twice is found by its plan id, and never stored twice."""
    scene = SCENES[0]
    world = scene.start(tmp_path / "data")
    fuse = Fuse()
    scene.act(world.copy_to(tmp_path / "dry", copy.deepcopy(world.server)), fuse)
    append = fuse.calls.index("append")
    for _ in range(2):
        with pytest.raises(Crash):
            scene.act(world, Fuse(at=append, after=True))
        append = 10
    scene.act(world)
    must_be_whole(world, scene, "two crashes")
    world.close()
