"""A person uses the mailbox while mails are renamed in it, and is never worked against."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.faults import Fuse
from fakes.mailserver import FakeFolder, FakeServer
from fakes.rename_world import NUMBER, World, case_mail, renamed

from mailwatch.core.renaming import Mode

ORIGINAL = case_mail(1)
SEEN = "$Work"


def find(server: FakeServer, folder: str, *, copies: bool) -> list[int]:
    return [uid for uid, mail in server.folders[folder].mails.items() if renamed(mail.raw) is copies]


def drag_original(server: FakeServer) -> None:
    for uid in find(server, "INBOX", copies=False):
        server.drag(uid, "INBOX", "Projects")


def purge_original(server: FakeServer) -> None:
    for uid in find(server, "INBOX", copies=False):
        server.purge(uid)


def mark_original(flag: str) -> Callable[[FakeServer], None]:
    def mark(server: FakeServer) -> None:
        for uid in find(server, "INBOX", copies=False):
            server.folders["INBOX"].mails[uid].flags.add(flag)

    return mark


def drag_copy(server: FakeServer) -> None:
    for uid in find(server, "INBOX", copies=True):
        server.drag(uid, "INBOX", "Projects")


def purge_copy(server: FakeServer) -> None:
    for uid in find(server, "INBOX", copies=True):
        server.purge(uid)


def start(tmp_path: Path, mode: Mode = Mode.REPLACE) -> World:
    world = World(tmp_path / "first", mode=mode)
    world.consent()
    world.server.make("Projects")
    world.deliver(ORIGINAL)
    return world


def at_every_call(tmp_path: Path, hand: Callable[[FakeServer], None], check: Callable[[World], None]) -> None:
    """Let ``hand`` act before each command to the server in turn, finish, poll again, and check."""
    first = start(tmp_path)
    before = copy.deepcopy(first.server)
    first.close()
    dry = first.copy_to(tmp_path / "dry", copy.deepcopy(before))
    fuse = Fuse()
    dry.rename(fuse)
    dry.close()
    spoken = {"append", "move", "list", "examine"}
    for number, name in enumerate(fuse.calls):
        if name not in spoken:
            continue
        world = first.copy_to(tmp_path / f"w{number}", copy.deepcopy(before))
        meanwhile = Fuse(visit=lambda n, world=world, at=number: hand(world.server) if n == at else None)
        world.rename(meanwhile)
        world.rename()
        check(world)
        assert world.archive.has(next(iter(world.archive.all())))
        world.close()


def visible(world: World) -> list[bytes]:
    return [*world.raws("INBOX"), *world.raws("Projects")]


@pytest.mark.slow
def test_an_original_that_a_person_drags_away_stays_there_alone(tmp_path: Path) -> None:
    """Our copy is withdrawn; once it has been moved by us, there is nothing left to drag."""

    def check(world: World) -> None:
        if world.raws("Projects"):
            assert visible(world) == [ORIGINAL]
            assert world.raws("Mailwatch/Originals") == []
        else:
            assert [renamed(raw) for raw in visible(world)] == [True]
            assert world.raws("Mailwatch/Originals") == [ORIGINAL]

    at_every_call(tmp_path, drag_original, check)


@pytest.mark.slow
def test_an_original_that_a_person_deletes_does_not_come_back_as_a_copy(tmp_path: Path) -> None:
    """Purged before we moved it: nothing is to be seen, and the archive has it."""

    def check(world: World) -> None:
        if world.raws("Mailwatch/Originals"):
            assert [renamed(raw) for raw in visible(world)] == [True]
        else:
            assert visible(world) == []

    at_every_call(tmp_path, purge_original, check)


@pytest.mark.slow
def test_an_original_that_is_marked_deleted_is_not_touched_any_more(tmp_path: Path) -> None:
    r"""\Deleted is the person's word; the copy goes, and the mark stays where it was set."""

    def check(world: World) -> None:
        inbox = world.server.folders["INBOX"]
        if world.raws("Mailwatch/Originals"):
            assert [renamed(raw) for raw in world.raws("INBOX")] == [True]
            assert all(r"\Deleted" not in mail.flags for mail in inbox.mails.values())
        else:
            assert world.raws("INBOX") == [ORIGINAL]
            assert [mail.flags for mail in inbox.mails.values()] == [{r"\Deleted"}]

    at_every_call(tmp_path, mark_original(r"\Deleted"), check)


@pytest.mark.slow
def test_what_is_marked_on_the_original_meanwhile_is_found_on_the_copy(tmp_path: Path) -> None:
    """Read, starred or given a keyword while we work: as if the subject had always been that one."""

    def check(world: World) -> None:
        marked = {uid for f in ("INBOX", "Mailwatch/Originals") for uid in kept(world.server.folders[f])}
        originals = world.server.folders["Mailwatch/Originals"].mails.values()
        copies = world.server.folders["INBOX"].mails.values()
        assert [renamed(m.raw) for m in copies] == [True]
        assert [m.flags for m in copies] == [m.flags for m in originals]
        assert len(marked) in {0, 2}

    def kept(folder: FakeFolder) -> list[str]:
        return [f"{folder.name} {uid}" for uid, m in folder.mails.items() if SEEN in m.flags]

    at_every_call(tmp_path, mark_original(SEEN), check)


@pytest.mark.slow
def test_a_copy_that_a_person_deletes_is_not_made_again(tmp_path: Path) -> None:
    """The original is either still in its place, or safe among the originals."""

    def check(world: World) -> None:
        inbox = world.raws("INBOX")
        if world.raws("Mailwatch/Originals"):
            assert [renamed(raw) for raw in inbox] in ([], [True])
        else:
            assert inbox == [ORIGINAL]

    at_every_call(tmp_path, purge_copy, check)


@pytest.mark.slow
def test_a_copy_that_a_person_drags_away_is_left_where_it_is(tmp_path: Path) -> None:
    """It is one mail more in a place of his choice, never two in the same folder."""

    def check(world: World) -> None:
        assert len(world.raws("INBOX")) <= 1
        assert len(world.raws("Projects")) <= 1
        assert visible(world) != []

    at_every_call(tmp_path, drag_copy, check)


# ── between the runs ──────────────────────────────────────────────────────────


def test_undo_finds_a_copy_in_the_folder_it_was_dragged_to(tmp_path: Path) -> None:
    """The original comes to where the person put the copy, with what was marked on it."""
    world = start(tmp_path)
    world.rename()
    (uid,) = find(world.server, "INBOX", copies=True)
    moved = world.server.drag(uid, "INBOX", "Projects")
    world.server.folders["Projects"].mails[moved].flags |= {r"\Answered", "$Mine"}
    (row,) = world.undo()
    assert (row.state, row.why) == ("done", None)
    assert world.raws("INBOX") == []
    assert world.raws("Projects") == [ORIGINAL]
    (back,) = world.server.folders["Projects"].mails.values()
    assert back.flags == {r"\Answered", "$Mine"}
    assert world.raws("Mailwatch/Originals") == []
    world.close()


def test_undo_does_not_bring_a_deleted_mail_back(tmp_path: Path) -> None:
    """A person deleted the copy: the original stays in Mailwatch/Originals, and the row says why."""
    world = start(tmp_path)
    world.rename()
    purge_copy(world.server)
    (row,) = world.undo()
    assert (row.state, row.why) == ("aborted", "copy-gone")
    assert world.raws("INBOX") == []
    assert world.raws("Mailwatch/Originals") == [ORIGINAL]
    world.close()


def test_undo_takes_the_archive_where_the_original_was_purged(tmp_path: Path) -> None:
    """Somebody emptied Mailwatch/Originals: the bytes come back all the same, date and flags too."""
    world = start(tmp_path)
    inbox = world.server.folders["INBOX"]
    (before,) = copy.deepcopy(inbox.mails).values()
    world.rename()
    world.server.folders["Mailwatch/Originals"].mails.clear()
    (row,) = world.undo()
    assert row.state == "done"
    (after,) = inbox.mails.values()
    assert (after.raw, after.flags, after.internaldate) == (before.raw, before.flags, before.internaldate)
    world.close()


def test_undo_finds_an_original_that_was_dragged_back(tmp_path: Path) -> None:
    """A person took it out of Mailwatch/Originals by hand: it is not appended a second time."""
    world = start(tmp_path)
    world.rename()
    (uid,) = world.server.folders["Mailwatch/Originals"].mails
    world.server.drag(uid, "Mailwatch/Originals", "INBOX")
    assert [("done", None)] == [(row.state, row.why) for row in world.undo()]
    assert [ORIGINAL] == world.raws("INBOX")
    assert [] == world.raws("Mailwatch/Originals")
    world.close()


def test_undo_leaves_a_copy_that_somebody_changed(tmp_path: Path) -> None:
    """We remove only what restores to an archived original; the rest a person must look at."""
    world = start(tmp_path)
    world.rename()
    (mail,) = world.server.folders["INBOX"].mails.values()
    mail.raw = mail.raw.replace(b"Hello", b"Hullo")
    (row,) = world.undo()
    assert (row.state, row.why) == ("review", "copy-differs")
    assert world.raws("INBOX") == [mail.raw]
    assert world.raws("Mailwatch/Originals") == [ORIGINAL]
    world.close()


def test_undo_of_a_case_leaves_other_cases_alone(tmp_path: Path) -> None:
    """The number names whose renames are taken back."""
    world = start(tmp_path)
    world.rename()
    before = copy.deepcopy(world.server.folders)
    other = type(NUMBER)("tracking-id", "2603010040009999")
    assert world.undo(number=other) == ()
    assert world.server.folders == before
    assert [row.state for row in world.undo(number=NUMBER)] == ["done"]
    world.close()


def test_undo_of_a_rename_that_was_only_planned_calls_it_off(tmp_path: Path) -> None:
    """Nothing was done to the mailbox, and nothing will be."""
    world = start(tmp_path)
    renamer = world.renamer()
    renamer.plan("support", [world.folder])
    (row,) = renamer.undo("support", None)
    assert (row.state, row.why) == ("done", "undone-early")
    assert world.rename() == ()
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


def test_undo_works_from_the_ledger_alone(tmp_path: Path) -> None:
    """The work tables are lost; the ``rename`` entries say all that is needed."""
    world = start(tmp_path)
    before = world.server.contents()
    world.rename()
    with world.store.writing() as tx:
        tx.plans._connection.exec_driver_sql("DELETE FROM plans")
    (row,) = world.undo()
    assert row.state == "done"
    assert world.server.contents() == before
    world.close()


def test_many_renames_are_taken_back_to_the_last_byte(tmp_path: Path) -> None:
    """Over two batches, with mixed flags and dates, in both modes: the mailbox is what it was."""
    for mode in (Mode.REPLACE, Mode.COPY):
        world = World(tmp_path / mode, mode=mode)
        world.consent()
        for index in range(60):
            world.deliver(case_mail(index), flags=(r"\Seen",) * (index % 2))
        world.server.deliver(case_mail(99, "Lunch?"))
        before = world.server.contents()
        rows = world.rename()
        assert [row.state for row in rows] == ["done"] * 60
        rows = world.undo()
        assert [row.state for row in rows] == ["done"] * 60
        assert world.server.contents() == before
        world.close()
