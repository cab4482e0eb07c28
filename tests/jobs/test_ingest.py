"""A poll: what is kept, what is only sighted, and that nothing is lost or doubled whatever happens."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.faults import Crash, Fuse
from fakes.ingest_world import ENGINEER, NUMBER, OTHER, US, World, mail

from mailwatch.core.casenumber import CaseNumber
from mailwatch.jobs.person import file_message
from mailwatch.ports import Role

FIRST = mail("first", "Mail flow stops", sender=US, to=ENGINEER)
ANSWER = mail("answer", f"RE: Mail flow stops - TrackingID#{NUMBER}", answers="first", hour=10)
LOST = mail("lost", "RE: Mail flow stops", sender=US, to=ENGINEER, answers="first answer", hour=11)
LUNCH = mail("lunch", "Lunch?", sender="bob@fabrikam.example")
DESK = mail("desk", "We have received your request", hour=12)
STORY = (FIRST, ANSWER, LOST, LUNCH, DESK)
EXPECTED = {
    "first@example": ("adopted", NUMBER),
    "answer@example": ("subject-token", NUMBER),
    "lost@example": ("thread", NUMBER),
    "desk@example": ("unnumbered", None),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def counts(world: World, **more: object) -> tuple[int, ...]:
    found = world.poll(**more).outcome
    return found.fetched, found.filed, found.same, found.unnumbered, found.unfiled


def test_a_poll_files_what_belongs_to_a_case_and_keeps_no_private_mail(world: World) -> None:
    """Case mail and support mail without a number are archived; of the rest only a sighting stays."""
    world.deliver(*STORY)
    assert (5, 3, 0, 1, 1) == counts(world)
    assert EXPECTED == world.books()
    assert sorted(hashlib.sha256(raw).hexdigest() for raw in STORY if raw is not LUNCH) == world.sha256s()


def test_the_second_poll_finds_nothing(world: World) -> None:
    """Everything that was seen is known."""
    world.deliver(*STORY)
    world.poll()
    assert (0, 0, 0, 0, 0) == counts(world)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_one_poll_after_each_mail_gives_the_same_books_in_any_order(tmp_path: Path, order: list[int]) -> None:
    """The order of arrival has no part in what is filed, down to the mail that was only sighted at first."""
    world = World(tmp_path)
    story = (FIRST, ANSWER, LOST, LUNCH)
    for index in order:
        world.deliver(story[index])
        assert () == world.poll().errors
    assert {key: value for key, value in EXPECTED.items() if value[1]} == world.books()
    world.close()


PORTAL = "12175139"
SAID = mail("said", "Case opened", body=f"지원 요청 ID {PORTAL}")
NAMED = mail("named", f"[{PORTAL}] Mail flow", sender="partner@fabrikam.example", hour=10)
ON = mail("on", "RE: Mail flow", sender="partner@fabrikam.example", answers="named", hour=11)
CALLED_BACK = {
    "said@example": ("own-label", PORTAL),
    "named@example": ("subject-bracket", PORTAL),
    "on@example": ("thread", PORTAL),
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("batches", [1, 3])
def test_a_number_in_brackets_counts_whenever_its_case_becomes_known(
    tmp_path: Path, order: tuple[int, ...], batches: int
) -> None:
    """The partner's mail is a tree of its own; the case becomes known before it, with it or after it."""
    world = World(tmp_path)
    mails = [(SAID, NAMED, ON)[index] for index in order]
    for some in [mails] if batches == 1 else [[raw] for raw in mails]:
        world.deliver(*some)
        assert () == world.poll().errors
    assert CALLED_BACK == world.books()
    world.close()


def test_a_number_in_brackets_that_nobody_else_names_opens_no_case(world: World) -> None:
    """Eight digits in brackets are written by many; they are called back by their own case alone."""
    world.deliver(NAMED, mail("other", "Case opened", body="지원 요청 ID 12175140"))
    world.poll()
    assert {"other@example": ("own-label", "12175140")} == world.books()


def test_what_a_person_files_calls_back_what_names_the_number_in_brackets(world: World) -> None:
    """His word makes the case known as a mail's would."""
    world.deliver(NAMED, DESK)
    world.poll()
    file_message(world.store, "desk@example", CaseNumber("portal", PORTAL), None)
    world.poll()
    assert {
        "desk@example": ("person", PORTAL),
        "named@example": ("subject-bracket", PORTAL),
    } == world.books()


def test_the_sent_folder_is_outgoing_and_its_first_mail_is_adopted(world: World) -> None:
    """The request lies in Sent; the answer in the inbox names the case."""
    world.server.make("보낸 편지함", Role.SENT)
    world.deliver(FIRST, folder="보낸 편지함")
    world.poll()
    assert {} == world.books()
    world.deliver(ANSWER)
    world.poll()
    assert ("adopted", NUMBER) == world.books()["first@example"]


def test_a_sighted_mail_that_was_moved_is_found_by_its_message_id(world: World) -> None:
    """The user sorts his mail meanwhile; the case still gets its first mail."""
    world.server.make("Support")
    uid = world.deliver(FIRST)[0]
    world.poll(folders=("INBOX", "Support"))
    world.server.drag(uid, "INBOX", "Support")
    world.deliver(ANSWER)
    world.poll(folders=("INBOX", "Support"))
    assert ("adopted", NUMBER) == world.books()["first@example"]


def test_a_sighted_mail_that_is_gone_is_recorded_as_lost_once(world: World) -> None:
    """What could not be adopted is in the ledger, and is not looked for for ever."""
    uid = world.deliver(FIRST)[0]
    world.poll()
    world.server.purge(uid)
    world.deliver(ANSWER)
    world.poll()
    world.poll()
    journal = b"".join(path.read_bytes() for path in sorted((world.data / "ledger").glob("*.jsonl")))
    assert 1 == journal.count(b'"what":"lost-before-adoption"')


def test_the_same_mail_in_two_folders_is_one_message_with_two_places(world: World) -> None:
    """A copy of the same bytes is seen, not filed again."""
    world.server.make("Support")
    world.deliver(ANSWER)
    world.deliver(ANSWER, folder="Support")
    assert (2, 1, 1, 0, 0) == counts(world, folders=("INBOX", "Support"))
    with world.store.reading() as library:
        case = library.case(NUMBER)
        assert case is not None
        assert 1 == case.messages


def test_a_private_mail_that_lies_there_twice_is_sighted_twice(world: World) -> None:
    """Bytes that are not kept have no place in the ledger, however often they are met."""
    number_like = mail("twice", "Order 12345678", sender="shop@fabrikam.example")
    world.deliver(number_like, number_like)
    assert (2, 0, 0, 0, 2) == counts(world)
    journal = b"".join(path.read_bytes() for path in sorted((world.data / "ledger").glob("*.jsonl")))
    assert b'"type":"seen"' not in journal


def test_the_same_message_with_other_received_fields_is_one_message_with_two_originals(world: World) -> None:
    """Both originals are kept; the case counts one message."""
    world.deliver(ANSWER, ANSWER.replace(b"mx1.contoso", b"mx2.contoso"))
    assert (2, 1, 1, 0, 0) == counts(world)
    assert 2 == len(world.sha256s())
    with world.store.reading() as library:
        case = library.case(NUMBER)
        assert case is not None
        assert 1 == case.messages


def test_a_new_uidvalidity_reads_all_again_and_files_nothing_twice(world: World) -> None:
    """UIDs are void, bytes are not: everything is recognised."""
    world.deliver(*STORY)
    world.poll()
    world.server.folders["INBOX"].renumber(2000)
    assert (5, 0, 4, 0, 1) == counts(world)
    assert EXPECTED == world.books()
    assert (0, 0, 0, 0, 0) == counts(world)


def test_another_mailbox_under_the_same_uidvalidity_is_asked_about(world: World) -> None:
    """Its UIDs begin anew, so its mails would pass for known ones: nothing is read, and a person is told.

    Other folders are read meanwhile; under another name, the mailbox is read from its beginning.
    """
    world.deliver(*STORY)
    world.poll()
    books = world.books()
    inbox = world.server.folders["INBOX"]
    inbox.mails, inbox.uidnext = {}, 1
    world.server.make("Support")
    world.deliver(mail("new", f"TrackingID#{NUMBER}"), mail("second", f"TrackingID#{NUMBER}"))
    world.deliver(mail("third", f"TrackingID#{NUMBER}"), folder="Support")
    report = world.poll(folders=("INBOX", "Support"))
    error, *_ = map(str, report.errors)
    assert error.startswith(
        "support: the folder INBOX of the mailbox support counts its mails from 3 on, and"
    )
    assert error.endswith("all its mails are read anew, and known ones are recognised.")
    assert set(books) | {"third@example"} == set(world.books())
    world.name = "support-2"
    world.poll()
    assert {"new@example", "second@example"} <= set(world.books())


def test_a_stranger_with_a_known_number_is_kept_and_marked(world: World) -> None:
    """The phishing mail is in the case's file, as unverified."""
    world.deliver(ANSWER, mail("phish", f"URGENT TrackingID#{NUMBER}", sender="help@rnicrosoft.example"))
    world.poll()
    with world.store.reading() as library:
        case = library.case(NUMBER)
        assert case is not None
        rows = {row.message_id: row.filing.standing for row in library.messages(case.number)}
    assert {"answer@example": "claimed", "phish@example": "stranger"} == rows


def test_a_folder_that_is_missing_delays_no_other(world: World) -> None:
    """One line for the missing folder; the inbox is read."""
    world.deliver(ANSWER)
    report = world.poll(folders=("Suport", "INBOX"))
    (error,) = map(str, report.errors)
    assert error.startswith("support: the folder Suport does not exist on the server")
    assert 1 == report.outcome.filed


def test_new_mail_comes_before_old_mail(world: World) -> None:
    """After an interrupted backfill the mail of today is read first."""
    world.deliver(*(mail(f"old{n}", f"TrackingID#{OTHER}", hour=n % 24) for n in range(3)))
    with pytest.raises(Crash):
        world.poll(Fuse(at=_call_number(world, "commit", 4)))
    uid = world.deliver(ANSWER)[0]
    fuse = Fuse()
    world.poll(fuse)
    with world.store.writing() as tx:
        cursor = tx.desk.cursor("support", "INBOX")
    assert cursor is not None
    assert (1, uid, True) == (cursor.low, cursor.high, cursor.backfilled)
    assert 4 == len(world.books())


def _call_number(world: World, name: str, nth: int) -> int:
    """The number of the ``nth`` call of ``name`` in a poll that is cut off there."""
    fuse = Fuse(at=10**9)
    probe = World(world.data.parent / "probe", world.server)
    probe.poll(fuse)
    probe.close()
    return [i for i, called in enumerate(fuse.calls) if called == name][nth - 1]


def calls_of_a_poll(folder: Path) -> int:
    world = World(folder)
    world.deliver(*STORY)
    fuse = Fuse()
    world.poll(fuse)
    world.close()
    return len(fuse.calls)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_changes_nothing_but_the_time(tmp_path: Path, *, after: bool) -> None:
    """Before and after every call through every port: the next poll brings the books to the same state."""
    calls = calls_of_a_poll(tmp_path / "count")
    assert calls > 40
    for at in range(calls):
        world = World(tmp_path / str(at))
        world.deliver(*STORY)
        with pytest.raises(Crash):
            world.poll(Fuse(at=at, after=after))
        world.close()
        again = World(world.data, world.server)
        assert () == again.poll().errors
        assert EXPECTED == again.books(), at
        assert (0, 0, 0, 0, 0) == counts(again)
        again.close()


# ── a folder that goes ────────────────────────────────────────────────────────


def test_a_folder_that_is_gone_is_told_once(world: World) -> None:
    """Reached by a pattern alone, nothing else misses it. Its mail stays filed; come back, it is no news."""
    folders = ("INBOX", "Support/*")
    world.server.make("Support/Azure")
    world.deliver(ANSWER, folder="Support/Azure")
    assert ((), 1) == (world.poll(folders=folders).notices, len(world.books()))
    away = world.server.folders.pop("Support/Azure")
    (notice,) = world.poll(folders=folders).notices
    assert "support: the folder Support/Azure is gone from the server; what was filed from it stays" == str(
        notice
    )
    assert ((), ()) == (world.poll(folders=folders).notices, world.poll(folders=folders).errors)
    with world.store.digesting() as (library, shelf):
        assert [("folder-gone", "Support/Azure")] == [(gap.what, gap.folder) for gap in shelf.watch(0)[1]]
        assert [("support", "INBOX")] == [(one.mailbox, one.folder) for one in shelf.watch(0)[0]]
        assert 1 == len(library.cases())
    world.server.folders["Support/Azure"] = away
    back = world.poll(folders=folders)
    assert ((), 0) == (back.notices, back.outcome.filed)


def test_a_list_without_inbox_says_nothing_of_folders(world: World) -> None:
    """Every mailbox has one: such a list is a slip of the server."""
    folders = ("INBOX", "Support/*")
    world.server.make("Support/Azure")
    world.deliver(ANSWER, folder="Support/Azure")
    world.poll(folders=folders)
    kept = dict(world.server.folders)
    world.server.folders.clear()
    assert () == world.poll(folders=folders).notices
    world.server.folders.update(kept)
    assert () == world.poll(folders=folders).notices
