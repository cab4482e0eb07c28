"""Renames whose consent is withdrawn: what was planned ends, what was half-way is taken back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.faults import Crash, Fuse
from fakes.rename_world import World, case_mail, renamed
from fakes.sqlite import beside
from servers.dovecot import DovecotServer
from servers.house import NAME, House, over

from mailwatch.core.renaming import Mode
from mailwatch.jobs.rename import RenameRow, let_go

ORIGINAL = case_mail(1)
WITHDRAWN = "consent-withdrawn"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "data")
    made.consent()
    made.deliver(ORIGINAL)
    yield made
    made.close()


def ends(rows: tuple[RenameRow, ...]) -> list[tuple[str, str | None]]:
    return [(row.state, row.why) for row in rows]


def consents(world: World) -> tuple[tuple[str, str], ...]:
    with world.store.writing() as tx:
        return tx.consents.all()


def test_what_was_only_planned_ends_without_a_word_to_the_server(world: World) -> None:
    """The plan is aborted with its reason, in the ledger, too; the mailbox is not even opened."""
    world.server.quota = 1
    assert [("planned", "over-quota")] == ends(world.rename())
    world.server.quota = None
    world.mode = Mode.OFF
    fuse = Fuse()
    # What stands in the plan by then may have been appended once: then one look is needed.
    assert [("aborted", WITHDRAWN)] == ends(world.rename(fuse))
    assert not {"append", "move", "remove", "set_flags"} & set(fuse.calls)
    assert [("aborted", WITHDRAWN)] == [(e["state"], e.get("why")) for e in world.entries("rename")]
    assert [ORIGINAL] == world.raws("INBOX")
    assert () == world.rename()
    assert world.renamer().idle("support")


def test_a_plan_that_was_not_begun_needs_no_look(world: World) -> None:
    """It ends in the books alone, also where the server would let nobody in."""
    world.renamer().plan("support", [world.folder])
    world.mode = Mode.OFF
    world.server.closed.add("INBOX")
    fuse = Fuse()
    assert [("aborted", WITHDRAWN)] == ends(world.rename(fuse))
    assert not {"select", "examine"} & set(fuse.calls)


def test_consent_given_again_counts_from_then_on(world: World) -> None:
    """What came while the folder was off waits for the backlog to be asked for; then it is renamed."""
    world.renamer().plan("support", [world.folder])
    world.mode = Mode.OFF
    world.rename()
    assert () == consents(world)
    world.deliver(case_mail(2))
    world.mode = Mode.REPLACE
    assert () == world.rename()
    assert [("done", None)] * 2 == ends(world.rename(backlog=True))
    assert all(map(renamed, world.raws("INBOX")))


def test_less_is_asked_for_than_was_planned(world: World) -> None:
    """A plan to replace becomes a copy where the folder's mode is copy now."""
    world.renamer().plan("support", [world.folder])
    world.mode = Mode.COPY
    assert [("done", None)] == ends(world.rename())
    assert [ORIGINAL] == world.raws("INBOX")
    assert [True] == list(map(renamed, world.raws("Mailwatch/Cases")))


def test_an_undo_needs_no_consent(world: World) -> None:
    """It is a person's own word, and it leads back to what he had."""
    world.rename()
    world.mode = Mode.OFF
    assert [("done", None)] == ends(world.undo())
    assert [ORIGINAL] == world.raws("INBOX")


def test_a_dry_run_shows_the_end_and_changes_nothing(world: World) -> None:
    """The plan would be aborted; it is still there afterwards."""
    renamer = world.renamer()
    renamer.plan("support", [world.folder])
    (row,) = renamer.preview("support", [], lambda _: Mode.OFF)
    assert ("aborted", WITHDRAWN) == (row.state, row.why)
    assert ["planned"] == [row.state for row in renamer.waiting("support")]


def test_a_mailbox_that_is_gone_from_the_config_leaves_no_plans(world: World) -> None:
    """Its plans end in the books, its consents are forgotten; other mailboxes are left alone."""
    world.renamer().plan("support", [world.folder])
    with world.store.writing() as tx:
        let_go(tx, ["support"])
    assert ["planned"] == [row.state for row in world.renamer().waiting("support")]
    with world.store.writing() as tx:
        let_go(tx, ["other"])
    assert () == world.renamer().waiting("support")
    assert () == consents(world)
    assert [WITHDRAWN] == [entry["why"] for entry in world.entries("rename")]


def test_a_rename_half_way_in_such_a_mailbox_waits_for_its_return(world: World) -> None:
    """Only in the mailbox itself can it be led to a safe end; that is done once it is back."""
    with pytest.raises(Crash):
        world.rename(Fuse(at=appended(world), after=True))
    with world.store.writing() as tx:
        let_go(tx, [])
    assert ["planned"] == [row.state for row in world.renamer().waiting("support")]
    world.mode = Mode.OFF
    assert [("aborted", WITHDRAWN)] == ends(world.rename())
    assert [ORIGINAL] == world.raws("INBOX")


def appended(world: World) -> int:
    """The number of the call that appends, in a clean run."""
    dry = world.copy_to(world.data.parent / "dry", copy.deepcopy(world.server))
    fuse = Fuse()
    dry.rename(fuse)
    dry.close()
    return fuse.calls.index("append")


def changing(fuse: Fuse) -> list[int]:
    """The calls that leave something behind outside the process, by number."""
    kinds = {"append", "move", "remove", "set_flags", "select", "commit"}
    return [number for number, name in enumerate(fuse.calls) if name in kinds]


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.COPY])
def test_a_rename_half_way_comes_to_a_safe_end(tmp_path: Path, mode: Mode, *, after: bool) -> None:
    """Killed at every call, then the folder is off: one mail to be seen, nothing lost, and all is over."""
    world = World(tmp_path / "data", mode=mode)
    world.consent()
    world.deliver(ORIGINAL, flags=(r"\Seen",))
    before = copy.deepcopy(world.server)
    world.close()
    fuse = Fuse()
    dry = world.copy_to(tmp_path / "dry", copy.deepcopy(before))
    dry.rename(fuse)
    dry.close()
    for number in changing(fuse):
        again = world.copy_to(tmp_path / f"w{number}", copy.deepcopy(before))
        with pytest.raises(Crash):
            again.rename(Fuse(at=number, after=after))
        again.mode = Mode.OFF
        again.rename()
        must_be_over(again, f"{'after' if after else 'before'} call {number}: {fuse.calls[number]}")
        again.close()


def must_be_over(world: World, where: str) -> None:
    """The original in sight, or its copy with the original put away; no plan is open."""
    inbox, kept, cases = (world.raws(f) for f in ("INBOX", "Mailwatch/Originals", "Mailwatch/Cases"))
    stands = bool(kept) or bool(cases)
    if kept:
        assert ([True], [ORIGINAL], []) == ([renamed(raw) for raw in inbox], kept, cases), where
    else:
        assert [ORIGINAL] == inbox, where
    assert () == world.renamer().waiting("support"), where
    ended = [(e["state"], e.get("why")) for e in world.entries("rename")]
    allowed = [[("done", None)]] if stands else [[("aborted", WITHDRAWN)], []]
    assert ended in allowed, where


@pytest.mark.slow
@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.COPY])
def test_a_crash_on_the_way_back_changes_only_the_time_it_takes(mode: Mode, tmp_path: Path) -> None:
    """The taking back is killed at every call; it ends well, also where consent is back by then."""
    world = World(tmp_path / "data", mode=mode)
    world.consent()
    world.deliver(ORIGINAL)
    with pytest.raises(Crash):
        world.rename(Fuse(at=appended(world), after=True))
    before = copy.deepcopy(world.server)
    world.close()
    back = Fuse()
    dry = world.copy_to(tmp_path / "back", copy.deepcopy(before))
    dry.mode = Mode.OFF
    dry.rename(back)
    dry.close()
    assert "remove" in back.calls
    for number in changing(back):
        again = world.copy_to(tmp_path / f"w{number}", copy.deepcopy(before))
        again.mode = Mode.OFF
        with pytest.raises(Crash):
            again.rename(Fuse(at=number, after=True))
        again.rename()
        must_be_over(again, f"after call {number}: {back.calls[number]}")
        again.mode = mode
        assert [("done", None)] == ends(again.rename(backlog=True)), number
        again.close()


def test_a_closed_folder_is_not_asked_each_time(world: World) -> None:
    """The copy cannot be taken back yet: it is told, the plan rests, and ends once the folder opens."""
    with pytest.raises(Crash):
        world.rename(Fuse(at=appended(world), after=True))
    world.mode = Mode.OFF
    world.server.closed.add("INBOX")
    assert [("planned", WITHDRAWN)] == ends(world.rename())
    assert () == world.rename()
    world.server.closed.clear()
    world.clock.now = world.clock.now.replace(hour=23)
    assert [("aborted", WITHDRAWN)] == ends(world.rename())
    assert [ORIGINAL] == world.raws("INBOX")


# ── on a real server, by the command ──────────────────────────────────────────


def letter(name: str) -> bytes:
    return (
        f"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: Mail flow stops - TrackingID#2611020010002574\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n\r\nHello\r\n"
    ).encode()


def plans(house: House) -> list[tuple[str, str | None]]:
    with beside(house.data) as books:
        return list(books.execute("SELECT state, why FROM plans ORDER BY position"))


def full(tmp_path: Path, dovecot: DovecotServer) -> House:
    """A house whose mailbox has no room for a copy; one rename waits for it."""
    user = dovecot.new_user(quota="20K")
    user.deliver(letter("a"))
    user.create("Heap")
    user.deliver(b"Subject: heap\r\n\r\n" + b"x" * (20 * 1024 - len(letter("a")) - 200), folder="Heap")
    folders = [{"name": "INBOX", "rename": "replace"}]
    house = over(tmp_path, user, folders=folders, more="rename: {settle: 0 s, backlog: true}\n")
    house.run("poll")
    assert [("planned", "over-quota")] == plans(house)
    return house


@pytest.mark.server
@pytest.mark.parametrize("folders", [["INBOX"], ["Heap"]], ids=["off", "not-watched"])
def test_a_folder_set_back_to_off_is_left_alone(
    folders: list[str], tmp_path: Path, dovecot: DovecotServer
) -> None:
    """The plan that waited ends with its reason; poll and rename are content from then on."""
    house = full(tmp_path, dovecot)
    config = house.config.read_text()
    house.config.write_text(_with_folders(config, folders))
    assert [] == house.json("poll")["errors"]
    assert [("aborted", WITHDRAWN)] == plans(house)
    assert 0 == house.json("status")["open_plans"]
    assert "nothing to rename\n" == house.run("rename").stdout
    assert True is house.json("verify")["ok"]


def _with_folders(config: str, folders: list[str]) -> str:
    lines = config.splitlines(keepends=True)
    return "".join(
        f"    folders: {json.dumps(folders)}\n" if line.startswith("    folders:") else line for line in lines
    )


@pytest.mark.server
def test_a_mailbox_taken_out_of_the_config_ends_its_plans(tmp_path: Path, dovecot: DovecotServer) -> None:
    """Another mailbox is watched instead: nothing of the first is tried, and nothing of it waits."""
    user, other = dovecot.new_user(), dovecot.new_user()
    user.deliver(letter("a"))
    more = "rename: {settle: 10000 h, backlog: true}\n"
    house = over(tmp_path, user, folders=[{"name": "INBOX", "rename": "replace"}], more=more)
    house.json("poll")
    assert [("planned", None)] == plans(house)
    over(tmp_path, other, name=f"{NAME}-2", more=more)
    assert [] == house.json("poll")["errors"]
    assert [("aborted", WITHDRAWN)] == plans(house)
    assert [letter("a")] == [mail.raw for mail in user.dump("INBOX")]
