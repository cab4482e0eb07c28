"""The nightly comparison of whole folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.ingest_world import NUMBER, World, mail
from fakes.mailbox import FakeMailbox
from servers.exchange import placeholder

from mailwatch.core.renaming import Mode
from mailwatch.jobs.adoption import Watching
from mailwatch.jobs.compare import Compared, compare
from mailwatch.jobs.folders import FolderWish, Watched


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def look(world: World, folder: str = "INBOX") -> Compared:
    box = FakeMailbox(world.server, world.name)
    watching = Watching(world.name, (FolderWish(folder),), world.policy)
    home = next(f for f in box.folders() if f.name == folder)
    return compare(world.store, box, world.ingest(), watching, Watched(home, Mode.OFF, outgoing=False))


def live(world: World, folder: str = "INBOX") -> dict[int, bool]:
    with world.store.writing() as tx:
        validity = world.server.folders[folder].uidvalidity
        return {uid: one.live for uid, one in tx.places.lying(world.name, folder, validity).items()}


def case_mail(name: str) -> bytes:
    return mail(name, f"TrackingID#{NUMBER}")


def test_what_a_person_moved_is_gone_here_and_stays_kept(world: World) -> None:
    """The place is marked, the original and its case stay; a second look finds nothing new."""
    first, _ = world.deliver(case_mail("a"), case_mail("b"))
    world.poll()
    books = world.books()
    world.server.make("Done")
    world.server.drag(first, "INBOX", "Done")
    assert Compared(gone=1) == look(world)
    assert {1: False, 2: True} == live(world)
    assert Compared() == look(world)
    assert books == world.books()


def test_what_came_back_is_there_again(world: World) -> None:
    """A server that shows an old UID again is believed."""
    (uid,) = world.deliver(case_mail("a"))
    world.poll()
    taken = world.server.folders["INBOX"].mails.pop(uid)
    look(world)
    world.server.folders["INBOX"].mails[uid] = taken
    assert Compared(back=1) == look(world)
    assert {uid: True} == live(world)


def test_a_mail_that_becomes_visible_late_is_read(world: World) -> None:
    """Its UID lies far below what was read last, where no poll looks again."""
    world.deliver(case_mail("a"))
    hidden = world.deliver(case_mail("late"))[0]
    taken = world.server.folders["INBOX"].mails.pop(hidden)
    world.deliver(*(mail(f"private-{n}", sender="x@fabrikam.example") for n in range(250)))
    world.poll()
    world.server.folders["INBOX"].mails[hidden] = taken
    world.poll()
    assert {"a@example"} == set(world.books())
    assert Compared(fetched=1) == look(world)
    assert {"a@example", "late@example"} == set(world.books())


def test_a_folder_that_is_suddenly_empty_costs_nothing(world: World) -> None:
    """Nothing is thrown away but the belief where mails lie; when they are back, nothing is read twice."""
    world.deliver(*(case_mail(name) for name in "abc"))
    world.poll()
    books, originals = world.books(), world.sha256s()
    inbox = world.server.folders["INBOX"]
    taken, inbox.mails = inbox.mails, {}
    assert 0 == world.poll().outcome.fetched
    assert Compared(gone=3) == look(world)
    assert (books, originals) == (world.books(), world.sha256s())
    inbox.mails = taken
    assert 0 == world.poll().outcome.fetched
    assert Compared(back=3) == look(world)
    assert (books, originals) == (world.books(), world.sha256s())


def test_a_folder_that_is_made_anew_under_old_uids_is_left_to_the_poll(world: World) -> None:
    """The poll asks a person about it; until then nothing is believed to be gone."""
    (uid,) = world.deliver(case_mail("a"))
    world.poll()
    inbox = world.server.folders["INBOX"]
    inbox.mails, inbox.uidnext = {}, 1
    assert Compared() == look(world)
    assert {uid: True} == live(world)


def test_a_mail_behind_a_letter_of_the_server_comes_when_the_server_can(world: World) -> None:
    """Exchange gives a letter in place of a mail that it cannot convert: asked for until the mail comes.

    The letter is held until then, and asked for without a trace as long as nothing changes.
    """
    real = case_mail("a")
    (uid,) = world.deliver(placeholder(1))
    world.poll()
    assert [("placeholder", 1)] == held(world)
    before = entries(world)
    assert (Compared(), before) == (look(world), entries(world))
    world.server.folders["INBOX"].mails[uid].raw = real
    assert Compared(fetched=1) == look(world)
    assert ([], {"a@example"}) == (held(world), set(world.books()))
    assert Compared() == look(world)


def test_a_letter_is_known_under_new_uids(world: World) -> None:
    """The folder was made anew, and read again: what lies behind the letter is still asked for."""
    world.deliver(placeholder(1))
    world.poll()
    world.server.folders["INBOX"].renumber(77)
    world.poll()
    assert Compared() == look(world)
    world.server.folders["INBOX"].mails[101].raw = case_mail("a")
    assert Compared(fetched=1) == look(world)
    assert [] == held(world)


def held(world: World) -> list[tuple[str, int]]:
    with world.store.writing() as tx:
        return [(one.why, one.tries) for one in tx.quarantine.held()]


def entries(world: World) -> int:
    with world.store.digesting() as (_, shelf):
        return int(shelf.tally().position)


def test_a_folder_nobody_has_read_is_left_to_the_poll(world: World) -> None:
    """Without a cursor, or with UIDs that have lost their meaning, nothing is compared."""
    world.deliver(case_mail("a"))
    assert Compared() == look(world)
    world.poll()
    world.server.folders["INBOX"].renumber(77)
    assert Compared() == look(world)


def test_reindex_tells_the_same(world: World) -> None:
    """Where things lie follows from the ledger alone."""
    uid, _ = world.deliver(case_mail("a"), case_mail("b"))
    world.poll()
    world.server.purge(uid)
    look(world)
    before = live(world)
    with world.store.digesting() as (_, shelf):
        last = shelf.tally().position
    rebuild, evidence = world.store.rebuild(), world.store.evidence()
    rebuild.begin()
    rebuild.replay([(one, None) for one in evidence.recorded(0, 1000)])
    assert rebuild.finish(last) is not None
    assert before == live(world)
