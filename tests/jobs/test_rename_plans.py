"""Plans are made from what was filed: which mails, under which subject, and since when."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.rename_world import ARRIVED, NUMBER, TOKEN, World, case_mail

from mailwatch.core.filing import Rule
from mailwatch.core.renaming import Mode
from mailwatch.jobs.rename import RenameFolder


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "data")
    made.consent()
    return made


def test_the_subject_is_the_token_and_the_topic(world: World) -> None:
    """Prefixes, tags and the number where it stood are gone; the words stay."""
    world.deliver(case_mail(1, f"[EXTERNAL] RE: FW: 메일 흐름 중단 - {TOKEN}"))
    (row,) = world.rename()
    assert row.to_subject == f"[{TOKEN}] 메일 흐름 중단"
    assert row.number == NUMBER.canonical
    (raw,) = world.raws("INBOX")
    assert f"\r\nSubject: [{TOKEN}]".encode() in raw
    world.close()


def test_a_case_is_frozen_once_when_its_first_plan_is_made(world: World) -> None:
    """Its token stands in the ledger from then on, before any mail is touched."""
    world.deliver(case_mail(1), case_mail(2))
    world.renamer().plan("support", [world.folder])
    world.deliver(case_mail(3))
    world.rename()
    assert [entry["token"] for entry in world.entries("case")] == [TOKEN]
    world.close()


def test_a_mail_rests_before_it_is_renamed(world: World) -> None:
    """The user's own filters and clients get ``settle`` from its arrival on."""
    world.deliver(case_mail(1))
    world.clock.now = ARRIVED + timedelta(seconds=30)
    renamer = world.renamer()
    renamer.plan("support", [world.folder], settle=timedelta(seconds=60))
    assert world.advance(renamer) == ()
    world.clock.now = ARRIVED + timedelta(seconds=61)
    assert [row.state for row in world.advance(renamer)] == ["done"]
    world.close()


def test_older_mail_waits_for_the_backlog_to_be_asked_for(tmp_path: Path) -> None:
    """What lay in the folder before its mode was set is left alone until then."""
    world = World(tmp_path / "data")
    world.deliver(case_mail(1))
    assert world.rename() == ()
    assert [row.state for row in world.rename(backlog=True)] == ["done"]
    world.close()


def test_a_preview_changes_nothing(world: World) -> None:
    """Neither mailbox nor plans nor ledger, and it says why a mail is left alone."""
    world.deliver(case_mail(1), case_mail(2, f"[{TOKEN}] Mail flow stops 2"))
    world.file(case_mail(3), world.server.deliver(case_mail(3)), rule=Rule.OWN_TOKEN)
    before = copy.deepcopy(world.server.folders)
    entries = world.entries("case")
    rows = world.renamer().preview("support", [world.folder], lambda _: world.mode)
    assert [(row.state, row.why) for row in rows] == [
        ("planned", None),
        ("skipped", "already-standard"),
        ("skipped", "not-in-subject"),
    ]
    assert world.server.folders == before
    assert world.entries("case") == entries == []
    assert [row.state for row in world.rename()] == ["done"]
    world.close()


def test_a_folder_without_consent_is_passed_over(world: World) -> None:
    """Mode off, and folders by special use."""
    world.deliver(case_mail(1))
    renamer = world.renamer()
    assert renamer.plan("support", [RenameFolder("INBOX", "inbox", Mode.OFF)]) == ()
    assert renamer.plan("support", [RenameFolder("INBOX", "sent", Mode.REPLACE)]) == ()
    world.close()


def test_what_is_not_in_the_archive_is_not_renamed(world: World) -> None:
    """A lost original stops its rename, before and after the plan is made."""
    (first,) = world.deliver(case_mail(1))
    world.renamer().plan("support", [world.folder])
    (second,) = world.deliver(case_mail(2))
    for sha in (first, second):
        (world.data / "archive" / sha[:2] / sha[2:4] / f"{sha}.eml").unlink()
    assert [(row.state, row.why) for row in world.rename()] == [("review", "not-archived")]
    assert world.raws("INBOX") == [case_mail(1), case_mail(2)]
    world.close()


def test_of_two_mails_with_the_same_bytes_one_is_renamed(world: World) -> None:
    """At most one open plan for an original in a mailbox; its twin is left alone."""
    world.deliver(case_mail(1), case_mail(1))
    assert [row.state for row in world.rename()] == ["done"]
    assert world.rename() == ()
    assert world.raws("Mailwatch/Originals") == [case_mail(1)]
    assert case_mail(1) in world.raws("INBOX")
    world.close()


def test_a_mail_that_cannot_be_restored_is_left_alone(world: World) -> None:
    """Bare line ends would change on the way; its rename ends before anything is appended."""
    raw = case_mail(1).replace(b"Hello", b"Hel\nlo")
    world.deliver(raw)
    assert [(row.state, row.why) for row in world.rename()] == [("aborted", "bare-line-end")]
    assert world.rename() == ()
    assert world.raws("INBOX") == [raw]
    world.close()


def test_an_undone_mail_is_not_renamed_again(world: World) -> None:
    """The undo bars it, the backlog included, until a person asks for it."""
    world.deliver(case_mail(1))
    world.rename()
    world.undo()
    assert world.rename(backlog=True) == ()
    assert world.raws("INBOX") == [case_mail(1)]
    renamer = world.renamer()
    renamer.plan("support", [world.folder], backlog=True, by_person=True)
    assert [row.state for row in world.advance(renamer)] == ["done"]
    world.close()


def test_an_entry_holds_all_that_an_undo_needs(world: World) -> None:
    """Ids, hashes, UIDs and commits; no subject and no folder in clear."""
    (original,) = world.deliver(case_mail(1))
    world.rename()
    (entry,) = world.entries("rename")
    assert entry["original"] == original
    assert (entry["mode"], entry["state"], entry["mailbox"]) == ("replace", "done", "support")
    assert (entry["uidvalidity"], entry["uid"]) == (1000, 1)
    assert (entry["copy_uidvalidity"], entry["copy_uid"]) == (1000, 2)
    assert (entry["originals_uidvalidity"], entry["originals_uid"]) == (1001, 1)
    for name in ("copy", "folder", "originals", "copy_folder", "subject_from", "subject_to"):
        assert len(entry[name]) == 64
        int(entry[name], 16)
    world.close()


@pytest.mark.parametrize("role", ["junk", "sent", "drafts", "trash", "all"])
def test_a_refused_folder_is_never_renamed_whoever_asks(world: World, role: str) -> None:
    """Neither by a poll nor by a person who asks for the backlog; the preview says why."""
    world.deliver(case_mail())
    folder = RenameFolder("INBOX", role, Mode.REPLACE)
    renamer = world.renamer()
    assert () == renamer.plan("support", [folder], settle=timedelta(0))
    assert () == renamer.plan("support", [folder], settle=timedelta(0), backlog=True, by_person=True)
    rows = renamer.preview("support", [folder], lambda _: Mode.REPLACE, backlog=True)
    assert ["folder-role"] == [row.why for row in rows]
    assert () == world.advance(renamer)
    assert [case_mail()] == world.raws("INBOX")
