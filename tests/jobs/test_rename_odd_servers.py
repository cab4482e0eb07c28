"""Servers that lack something, refuse, alter mail, or answer OK with nothing done."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.faults import Fuse
from fakes.mailserver import FakeServer
from fakes.rename_world import World, case_mail, renamed

from mailwatch.core.renaming import Mode
from mailwatch.errors import Refused, TemporaryError
from mailwatch.jobs.rename import RenameRow

ORIGINAL = case_mail(1)


def on(tmp_path: Path, server: FakeServer, mode: Mode = Mode.REPLACE) -> World:
    world = World(tmp_path / "data", server, mode)
    world.consent()
    world.deliver(ORIGINAL)
    return world


def ends(rows: tuple[RenameRow, ...]) -> list[tuple[str, str | None]]:
    return [(row.state, row.why) for row in rows]


def with_new_field(raw: bytes) -> bytes:
    """What Exchange-like servers do: fields of their own, the body encoded anew."""
    head, body = raw.split(b"\r\n\r\n", 1)
    return b"X-MS-Exchange: 1\r\n" + head + b"\r\n\r\n" + body.replace(b"\r\n", b" \r\n")


def with_other_body(raw: bytes) -> bytes:
    return raw + b"-- \r\nscanned by ACME\r\n"


@pytest.mark.parametrize(
    "server",
    [
        FakeServer(move=False),
        FakeServer(uidplus=False),
        FakeServer(move=False, uidplus=False),
        FakeServer(names=frozenset({"X-GM-EXT-1"})),
    ],
    ids=["no-move", "no-uidplus", "neither", "gmail"],
)
def test_a_server_that_cannot_replace_safely_gets_a_copy(server: FakeServer, tmp_path: Path) -> None:
    """The inbox is not touched, the copy lies in Mailwatch/Cases, and the plan says which mode it was."""
    world = on(tmp_path, server)
    assert ends(world.rename()) == [("done", None)]
    assert world.raws("INBOX") == [ORIGINAL]
    assert [renamed(raw) for raw in world.raws("Mailwatch/Cases")] == [True]
    assert [entry["mode"] for entry in world.entries("rename")] == ["copy"]
    assert ends(world.undo()) == [("done", None)]
    left = server.folders["Mailwatch/Cases"].mails.values()
    assert all(r"\Deleted" in mail.flags for mail in left)
    assert bool(left) is not server.uidplus
    world.close()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"quota": 600}, "over-quota"),
        ({"quota": len(ORIGINAL) + 10}, "over-quota"),
    ],
)
def test_a_full_mailbox_waits_an_hour(change: dict[str, int], why: str, tmp_path: Path) -> None:
    """The original is untouched; the plan rests, then goes on by itself."""
    world = on(tmp_path, FakeServer(**change))
    assert ends(world.rename()) == [("planned", why)]
    assert world.rename() == ()
    assert world.raws("INBOX") == [ORIGINAL]
    world.server.quota = None
    world.clock.now += timedelta(hours=1)
    assert ends(world.rename()) == [("done", None)]
    world.close()


def test_a_full_mailbox_is_asked_once_a_run(tmp_path: Path) -> None:
    """After the first no, the other appends of this run are not tried."""
    world = on(tmp_path, FakeServer(quota=1500))
    world.deliver(case_mail(2), case_mail(3))
    fuse = Fuse()
    assert ends(world.rename(fuse)) == [("planned", "over-quota")] * 3
    assert fuse.calls.count("append") == 1
    world.close()


def test_a_read_only_folder_is_left_alone(tmp_path: Path) -> None:
    """Nothing is appended where the original could not be moved away."""
    world = on(tmp_path, FakeServer())
    world.server.folders["INBOX"].read_only = True
    assert ends(world.rename()) == [("planned", "read-only")]
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


def test_a_folder_of_originals_that_cannot_be_made_stops_before_the_copy(tmp_path: Path) -> None:
    """The server gives no room below any name: the plan waits, and the inbox is untouched."""
    world = on(tmp_path, FakeServer(prefix="elsewhere/"))
    assert ends(world.rename()) == [("planned", "no-permission")]
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.COPY])
@pytest.mark.parametrize(
    ("error", "read_only", "why"),
    [
        (Refused("refused", "no"), False, "own-folder"),
        (Refused("refused", "no"), True, "read-only"),
        (Refused("over-quota", "full"), True, "over-quota"),
        (TemporaryError("internal error"), True, "read-only"),
    ],
)
def test_why_no_folder_of_ours_can_be_made(
    tmp_path: Path, error: Exception, why: str, mode: Mode, *, read_only: bool
) -> None:
    """Few servers say that a mailbox can only be read; the folder that was to be renamed tells it."""
    world = on(tmp_path, FakeServer(no_folders=error), mode)
    world.server.folders["INBOX"].read_only = read_only
    assert ends(world.rename()) == [("planned", why)]
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


def test_a_server_in_trouble_is_no_read_only_mailbox(tmp_path: Path) -> None:
    """Where the folder can be written to, the trouble passes: the run ends, and another one goes on."""
    world = on(tmp_path, FakeServer(no_folders=TemporaryError("internal error")))
    with pytest.raises(TemporaryError):
        world.rename()
    world.server.no_folders = None
    assert ends(world.rename()) == [("done", None)]
    world.close()


def test_folders_go_below_inbox_where_the_namespace_asks_for_it(tmp_path: Path) -> None:
    """Courier: all folders lie below INBOX, with a dot between."""
    world = on(tmp_path, FakeServer(prefix="INBOX.", delimiter="."))
    assert ends(world.rename()) == [("done", None)]
    assert world.raws("INBOX.Mailwatch.Originals") == [ORIGINAL]
    world.close()


@pytest.mark.parametrize("limit", [len(ORIGINAL), 10])
def test_a_mail_too_big_to_append_is_given_up(limit: int, tmp_path: Path) -> None:
    """APPENDLIMIT is known before: nothing is sent, and it is not tried again."""
    world = on(tmp_path, FakeServer(append_limit=limit))
    assert ends(world.rename()) == [("aborted", "too-big")]
    assert world.rename() == ()
    world.close()


def test_an_altering_server_keeps_its_original_in_replace_mode(tmp_path: Path) -> None:
    """The copy does not restore, so it cannot stand for the original: it goes, and a person is told."""
    world = on(tmp_path, FakeServer(alter=with_new_field))
    assert ends(world.rename()) == [("review", "altered")]
    assert world.raws("INBOX") == [ORIGINAL]
    assert world.raws("Mailwatch/Originals") == []
    assert world.rename() == ()
    world.close()


def test_an_altering_server_is_good_enough_for_a_copy_beside(tmp_path: Path) -> None:
    """Same Message-ID and equal decoded body: it is kept, and an undo may remove it."""
    world = on(tmp_path, FakeServer(alter=with_new_field), Mode.COPY)
    assert ends(world.rename()) == [("done", None)]
    assert len(world.raws("Mailwatch/Cases")) == 1
    assert ends(world.undo()) == [("done", None)]
    assert world.raws("Mailwatch/Cases") == []
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.COPY])
def test_a_copy_with_another_body_is_left_to_a_person(mode: Mode, tmp_path: Path) -> None:
    """It does not prove itself, so it is neither trusted nor removed; the original stays."""
    world = on(tmp_path, FakeServer(alter=with_other_body), mode)
    assert ends(world.rename()) == [("review", "copy-differs")]
    assert ORIGINAL in world.raws("INBOX")
    assert world.raws("Mailwatch/Originals") == []
    assert world.rename() == ()
    world.close()


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.COPY])
def test_a_server_that_merges_by_message_id_loses_nothing(mode: Mode, tmp_path: Path) -> None:
    """Gmail answers an APPEND with the mail it already holds: that is the user's, and is not touched."""
    world = on(tmp_path, FakeServer(merges=True), mode)
    assert ends(world.rename()) == [("review", "merged")]
    assert world.raws("INBOX") == [ORIGINAL]
    assert world.rename() == ()
    world.close()


@pytest.mark.parametrize(
    ("deaf", "row", "inbox"),
    [
        ("append", ("review", "not-stored"), [False]),
        ("move", ("review", "not-moved"), [False]),
    ],
)
def test_an_ok_with_nothing_done_is_found_out(
    deaf: str, row: tuple[str, str], inbox: list[bool], tmp_path: Path
) -> None:
    """Every command is checked by looking; what cannot be finished is taken back and shown."""
    world = on(tmp_path, FakeServer(deaf={deaf}))
    assert ends(world.rename()) == [row]
    assert [renamed(raw) for raw in world.raws("INBOX")] == inbox
    assert world.rename() == ()
    world.close()


def test_a_copy_that_cannot_be_removed_is_shown_to_a_person(tmp_path: Path) -> None:
    """EXPUNGE is answered OK and nothing goes: the undo says so, and nothing is lost."""
    world = on(tmp_path, FakeServer())
    world.rename()
    world.server.deaf.add("remove")
    assert ends(world.undo()) == [("review", "not-removed")]
    assert sorted(map(renamed, world.raws("INBOX"))) == [False, True]
    world.close()


def test_an_undo_that_was_not_finished_brings_no_second_original(tmp_path: Path) -> None:
    """The original is back already: asked for once more, the undo takes the copy away and appends nothing."""
    world = on(tmp_path, FakeServer())
    world.rename()
    world.server.deaf.add("remove")
    world.undo()
    world.server.deaf.clear()
    assert ends(world.undo()) == [("done", None)]
    assert world.raws("INBOX") == [ORIGINAL]
    world.close()


def test_flags_that_the_server_will_not_keep_stop_nothing(tmp_path: Path) -> None:
    """Exchange has no keywords; the rename goes on without them."""
    world = on(tmp_path, FakeServer())
    inbox = world.server.folders["INBOX"]
    inbox.permanent_flags = frozenset({r"\Seen", r"\Flagged"})
    next(iter(inbox.mails.values())).flags |= {r"\Seen", "$Forwarded"}
    world.server.deaf.add("set_flags")
    assert ends(world.rename()) == [("done", None)]
    assert [mail.flags for mail in inbox.mails.values()] == [{r"\Seen"}]
    world.close()


def test_flags_that_the_server_refuses_stop_nothing(tmp_path: Path) -> None:
    """A mark set meanwhile is lost on the copy; the mail is not."""
    world = on(tmp_path, FakeServer(no_flags=True))
    inbox = world.server.folders["INBOX"]

    def mark(number: int) -> None:
        if number == 40:
            next(iter(inbox.mails.values())).flags.add("$Late")

    assert ends(world.rename(Fuse(visit=mark))) == [("done", None)]
    world.close()


def test_a_closed_folder_delays_its_own_plans_alone(tmp_path: Path) -> None:
    """The other folders of the mailbox go on; the plan waits, and says why."""
    world = on(tmp_path, FakeServer())
    world.renamer().plan("support", [world.folder])
    world.server.closed.add("INBOX")
    assert ends(world.rename()) == [("planned", "no-permission")]
    assert world.rename() == ()
    world.server.closed.clear()
    world.clock.now += timedelta(hours=1)
    assert ends(world.rename()) == [("done", None)]
    world.close()


def test_a_server_that_guesses_sizes_hides_no_original(tmp_path: Path) -> None:
    """RFC822.SIZE is a hint: the moved original is known by its bytes, and so it comes back."""
    world = on(tmp_path, FakeServer(size_of=lambda raw: len(raw) // 100 * 100))
    assert ends(world.rename()) == [("done", None)]
    assert world.raws("Mailwatch/Originals") == [ORIGINAL]
    world.close()


# ── UIDVALIDITY ───────────────────────────────────────────────────────────────


def stopped_at(world: World, name: str, occurrence: int = 0) -> None:
    """Run until the line breaks at the n-th call ``name``, before it takes effect."""
    dry = world.copy_to(world.data.parent / f"dry-{name}-{occurrence}", copy.deepcopy(world.server))
    fuse = Fuse()
    dry.rename(fuse)
    dry.close()
    at = [n for n, call in enumerate(fuse.calls) if call == name][occurrence]
    with pytest.raises(TemporaryError):
        world.rename(Fuse(at=at, error=lambda: TemporaryError("the line broke")))


@pytest.mark.parametrize("point", ["append", "move", "copies"])
def test_new_uids_are_found_again_by_message_id_and_bytes(point: str, tmp_path: Path) -> None:
    """The folder was restored from a backup in the middle of a rename: it ends well all the same."""
    world = on(tmp_path, FakeServer())
    for index in range(2, 5):
        world.server.deliver(case_mail(index, "Lunch?"))
    stopped_at(world, point)
    world.server.folders["INBOX"].renumber(2000)
    assert ends(world.rename()) == [("done", None)]
    assert sum(map(renamed, world.raws("INBOX"))) == 1
    assert len(world.raws("INBOX")) == 4
    assert world.raws("Mailwatch/Originals") == [ORIGINAL]
    (entry,) = world.entries("rename")
    (uid,) = [u for u, mail in world.server.folders["INBOX"].mails.items() if renamed(mail.raw)]
    assert (entry["copy_uidvalidity"], entry["copy_uid"]) == (2000, uid)
    world.close()


def test_new_uids_and_an_original_that_is_gone_are_shown_to_a_person(tmp_path: Path) -> None:
    """Nothing proves what happened, so nothing is done."""
    world = on(tmp_path, FakeServer())
    stopped_at(world, "append")
    inbox = world.server.folders["INBOX"]
    inbox.mails.clear()
    inbox.renumber(2000)
    assert ends(world.rename()) == [("review", "uidvalidity")]
    world.close()


def test_new_uids_after_the_move_was_done_still_end_well(tmp_path: Path) -> None:
    """The original is among the originals already: that is where it is found."""
    world = on(tmp_path, FakeServer())
    dry = world.copy_to(tmp_path / "dry", copy.deepcopy(world.server))
    fuse = Fuse()
    dry.rename(fuse)
    dry.close()
    broken = Fuse(at=fuse.calls.index("move"), after=True, error=lambda: TemporaryError("the line broke"))
    with pytest.raises(TemporaryError):
        world.rename(broken)
    world.server.folders["INBOX"].renumber(2000)
    assert ends(world.rename()) == [("done", None)]
    assert world.raws("Mailwatch/Originals") == [ORIGINAL]
    world.close()


@pytest.mark.parametrize("folder", ["INBOX", "Mailwatch/Originals"])
def test_undo_finds_both_mails_under_new_uids(folder: str, tmp_path: Path) -> None:
    """By plan id, Message-ID and bytes."""
    world = on(tmp_path, FakeServer())
    world.rename()
    world.server.folders[folder].renumber(2000)
    assert ends(world.undo()) == [("done", None)]
    assert world.raws("INBOX") == [ORIGINAL]
    assert world.raws("Mailwatch/Originals") == []
    world.close()


# ── the first APPEND lands late ───────────────────────────────────────────────


def lose_append(world: World) -> None:
    """The answer to the APPEND is lost, and the server holds the mail back for now."""
    dry = world.copy_to(world.data.parent / "dry", copy.deepcopy(world.server))
    fuse = Fuse()
    dry.rename(fuse)
    dry.close()
    world.server.late = []
    lost = Fuse(at=fuse.calls.index("append"), after=True, error=lambda: TemporaryError("the line broke"))
    with pytest.raises(TemporaryError):
        world.rename(lost)


def landed_late(tmp_path: Path, meanwhile: Callable[[World], None] = lambda _: None) -> World:
    """The first APPEND was lost on the way, the second one worked, then the first one landed."""
    world = on(tmp_path, FakeServer())
    lose_append(world)
    waiting, world.server.late = world.server.late, None
    assert ends(world.rename()) == [("done", None)]
    meanwhile(world)
    world.server.late = waiting
    world.server.land()
    return world


def test_a_copy_that_lands_late_is_swept_away(tmp_path: Path) -> None:
    """Its rename is over and the other copy stands: the next poll removes one of the two."""
    world = landed_late(tmp_path)
    assert [renamed(raw) for raw in world.raws("INBOX")] == [True, True]
    assert world.rename() == ()
    assert [renamed(raw) for raw in world.raws("INBOX")] == [True]
    world.close()


def test_a_copy_that_a_person_put_back_is_not_swept(tmp_path: Path) -> None:
    """The copy of the plan is gone from its place: this one may be it."""
    world = landed_late(tmp_path, lambda w: w.server.folders["INBOX"].mails.clear())
    assert world.rename() == ()
    assert [renamed(raw) for raw in world.raws("INBOX")] == [True]
    world.close()


def test_a_copy_that_comes_hours_later_is_a_person_s_own(tmp_path: Path) -> None:
    """No APPEND is under way that long."""
    world = landed_late(tmp_path)
    world.clock.now += timedelta(hours=2)
    assert world.rename() == ()
    assert [renamed(raw) for raw in world.raws("INBOX")] == [True, True]
    world.close()


def test_a_forged_second_copy_is_not_swept(tmp_path: Path) -> None:
    """Somebody sends a mail that carries our plan, but does not restore to the original."""
    world = on(tmp_path, FakeServer())
    world.rename()
    (copy_,) = world.raws("INBOX")
    world.server.deliver(copy_.replace(b"Hello", b"Hullo"))
    assert world.rename() == ()
    assert len(world.raws("INBOX")) == 2
    world.close()


def test_two_copies_before_the_end_become_one(tmp_path: Path) -> None:
    """Found while the plan is open, the one with the higher UID goes."""
    world = on(tmp_path, FakeServer())
    lose_append(world)
    (late,) = world.server.late or []
    world.server.late = [late, copy.deepcopy(late)]
    world.server.land()
    assert ends(world.rename()) == [("done", None)]
    assert [renamed(raw) for raw in world.raws("INBOX")] == [True]
    world.close()


# ── in batches ────────────────────────────────────────────────────────────────


def test_fifty_mails_take_no_more_commands_than_one_but_for_append(tmp_path: Path) -> None:
    """No round trip and no commit for a single mail; the 51st starts a second batch."""
    counts = {}
    for number in (1, 50, 51):
        world = World(tmp_path / str(number))
        world.consent()
        world.deliver(*(case_mail(index) for index in range(number)))
        fuse = Fuse()
        assert ends(world.rename(fuse)) == [("done", None)] * number
        names = ("append", "move", "select", "examine", "list", "copies", "search", "commit", "set_flags")
        counts[number] = {name: fuse.calls.count(name) for name in names}
        world.close()
    assert counts[1].pop("append") == 1
    assert counts[50].pop("append") == 50
    assert counts[50] == counts[1]
    assert counts[1]["move"] == 1
    assert counts[51]["move"] == 2
