"""What every ``ports.Mailbox`` promises, held against Dovecot, pymap and the fake of the jobs' tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeServer
from servers.accounts import mailbox_of
from servers.mailuser import MailUser

from mailwatch.errors import ConfigError, Refused
from mailwatch.ports import Mailbox, Role

ARRIVED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PLAN = "0123456789abcdef" * 2
HIGHEST = 2**32 - 1


def mail(subject: str, *fields: str, body: str = "body") -> bytes:
    lines = [f"Subject: {subject}", *fields, "", body, ""]
    return "\r\n".join(lines).encode()


class World(Protocol):
    """A mailbox, and other people's hands on the same server."""

    box: Mailbox

    def deliver(
        self, raw: bytes, folder: str = ..., flags: Sequence[str] = ..., when: datetime = ...
    ) -> int: ...
    def make(self, folder: str) -> None: ...
    def purge(self, uid: int) -> None: ...
    def mark(self, uid: int, flag: str) -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self.server = FakeServer()
        self.box: Mailbox = FakeMailbox(self.server)

    def deliver(
        self, raw: bytes, folder: str = "INBOX", flags: Sequence[str] = (), when: datetime = ARRIVED
    ) -> int:
        if folder not in self.server.folders:
            self.make(folder)
        return self.server.deliver(raw, folder, flags, when)

    def make(self, folder: str) -> None:
        self.server.make(folder, Role.SENT if folder == "Sent" else Role.NONE)

    def purge(self, uid: int) -> None:
        self.server.purge(uid)

    def mark(self, uid: int, flag: str) -> None:
        self.server.folders["INBOX"].mails[uid].flags.add(flag)


class ImapWorld:
    def __init__(self, user: MailUser, folder: Path) -> None:
        self.user = user
        self.box: Mailbox = mailbox_of(user, folder)

    def deliver(
        self, raw: bytes, folder: str = "INBOX", flags: Sequence[str] = (), when: datetime = ARRIVED
    ) -> int:
        return self.user.deliver(raw, folder, flags, when)

    def make(self, folder: str) -> None:
        self.user.create(folder)

    def purge(self, uid: int) -> None:
        self.user.expunge(uid)

    def mark(self, uid: int, flag: str) -> None:
        self.user.add_flags(uid, flag)


@pytest.fixture(params=["fake", pytest.param("dovecot", marks=pytest.mark.server), "pymap"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        found: World = FakeWorld()
    else:
        found = ImapWorld(request.getfixturevalue(f"{request.param}_user"), tmp_path)
    yield found
    found.box.close()


class TestReading:
    def test_folders_start_with_inbox_and_know_the_sent_one(self, world: World) -> None:
        r"""INBOX comes first; the folder of sent mail is known by its role."""
        world.make("Sent")
        folders = world.box.folders()
        assert folders[0].role is Role.INBOX
        assert [f.name for f in folders if f.role is Role.SENT] == ["Sent"]

    def test_a_korean_folder_name_survives(self, world: World) -> None:
        """A name in Hangul, and one with an ampersand, can be listed and opened."""
        for name in ("고객 지원", "R&D"):
            world.deliver(mail("x"), folder=name)
            assert name in {f.name for f in world.box.folders()}
            assert world.box.examine(name).exists == 1

    def test_examine_tells_the_state(self, world: World) -> None:
        """EXISTS and UIDNEXT fit what was delivered; the folder cannot be written to."""
        uid = world.deliver(mail("one"))
        state = world.box.examine("INBOX")
        assert (state.folder, state.exists, state.uidnext, state.read_write) == ("INBOX", 1, uid + 1, False)

    def test_a_missing_folder_is_for_a_person_to_mend(self, world: World) -> None:
        """EXAMINE and SELECT of a folder that does not exist are configuration errors."""
        with pytest.raises(ConfigError):
            world.box.examine("no such folder")
        with pytest.raises(ConfigError):
            world.box.select("no such folder")

    def test_the_line_still_stands_after_a_missing_folder(self, world: World) -> None:
        """A folder that is not there does not keep others from being read."""
        world.deliver(mail("one"))
        with pytest.raises(ConfigError):
            world.box.examine("no such folder")
        assert world.box.examine("INBOX").exists == 1

    def test_search_gives_a_window_in_order(self, world: World) -> None:
        """Both ends of the window belong to it."""
        uids = [world.deliver(mail(str(n))) for n in range(5)]
        world.box.examine("INBOX")
        assert world.box.search(uids[1], uids[3]) == tuple(uids[1:4])

    def test_search_above_the_last_mail_is_empty(self, world: World) -> None:
        """The last mail is not found by a window that starts above it."""
        uid = world.deliver(mail("one"))
        world.box.examine("INBOX")
        assert world.box.search(uid + 1, HIGHEST) == ()

    def test_search_in_an_empty_folder_is_empty(self, world: World) -> None:
        """Nothing is found where nothing is."""
        world.box.examine("INBOX")
        assert world.box.search(1, HIGHEST) == ()

    def test_search_by_day_counts_the_day_itself(self, world: World) -> None:
        """``since`` keeps what was received on that day and later."""
        days = [datetime(2026, 3, d, 12, tzinfo=UTC) for d in (1, 2, 3)]
        uids = [world.deliver(mail(str(d)), when=d) for d in days]
        world.box.examine("INBOX")
        assert world.box.search(1, HIGHEST, since=date(2026, 3, 2)) == tuple(uids[1:])

    def test_batches_come_in_the_order_asked_for(self, world: World) -> None:
        """Newest first is possible; each mail comes with its bytes, hash, date and flags."""
        raws = [mail(str(n)) for n in range(4)]
        uids = [world.deliver(raw, flags=[r"\Seen"]) for raw in raws]
        state = world.box.examine("INBOX")
        got = [m for batch in world.box.batches(uids[::-1]) for m in batch]
        assert [m.read() for m in got] == raws[::-1]
        assert [m.sha256 for m in got] == [hashlib.sha256(raw).hexdigest() for raw in raws[::-1]]
        assert {m.internaldate for m in got} == {ARRIVED}
        assert {m.flags for m in got} == {frozenset({r"\Seen"})}
        assert got[0].place.uidvalidity == state.uidvalidity
        assert (got[0].place.mailbox, got[0].place.folder, got[0].place.uid) == ("support", "INBOX", uids[3])

    def test_a_vanished_mail_is_left_out_of_a_batch(self, world: World) -> None:
        """A UID that is gone costs nothing but itself."""
        uids = [world.deliver(mail(str(n))) for n in range(3)]
        world.purge(uids[1])
        world.box.examine("INBOX")
        got = [m.place.uid for batch in world.box.batches(uids) for m in batch]
        assert got == [uids[0], uids[2]]

    def test_no_mail_means_no_batch(self, world: World) -> None:
        """An empty list of UIDs is a legal question."""
        world.box.examine("INBOX")
        assert list(world.box.batches([])) == []

    def test_find_is_exact(self, world: World) -> None:
        """A Message-ID is found whole, with or without angle brackets, and not by a part of it."""
        uid = world.deliver(mail("one", "Message-ID: <abc-1@contoso.example>"))
        world.deliver(mail("two", "Message-ID: <abc-1@contoso.example.org>"))
        world.deliver(mail("three", "In-Reply-To: <abc-1@contoso.example>"))
        world.box.examine("INBOX")
        assert world.box.find("abc-1@contoso.example") == (uid,)
        assert world.box.find("<abc-1@contoso.example>") == (uid,)

    @pytest.mark.parametrize("hostile", ['a" OR ALL "', "x) ALL (", "*", "a\\", "{3}"])
    def test_find_smuggles_no_command(self, world: World, hostile: str) -> None:
        """A Message-ID is somebody else's text: as a question it finds nothing and breaks nothing."""
        world.deliver(mail("one", "Message-ID: <abc@contoso.example>"))
        world.box.examine("INBOX")
        assert world.box.find(hostile) == ()


class TestLooking:
    def test_select_can_make_the_folder(self, world: World) -> None:
        """A missing folder, and the one above it, are made on demand and can be written to."""
        state = world.box.select("Mailwatch/Originals", create=True)
        assert (state.exists, state.read_write) == (0, True)
        assert "Mailwatch/Originals" in {f.name for f in world.box.folders()}

    def test_select_keeps_a_folder_that_is_there(self, world: World) -> None:
        """Making a folder that exists changes nothing in it."""
        world.deliver(mail("one"), folder="Cases")
        assert world.box.select("Cases", create=True).exists == 1

    def test_permanent_flags_hold_the_system_flags(self, world: World) -> None:
        r"""A folder that can be written to says which flags last."""
        assert {r"\Seen", r"\Deleted"} <= world.box.select("INBOX").permanent_flags

    def test_list_tells_what_exists_now(self, world: World) -> None:
        """Size, date and flags of mails that exist; others are left out, also if they went just now."""
        raw = mail("one")
        uids = [world.deliver(raw, flags=[r"\Flagged"]), world.deliver(mail("two"))]
        world.box.select("INBOX")
        assert set(world.box.list(uids)) == set(uids)
        world.purge(uids[1])
        (row,) = world.box.list(uids).values()
        assert (row.uid, row.size, row.internaldate) == (uids[0], len(raw), ARRIVED)
        assert row.flags == {r"\Flagged"}

    def test_list_sees_what_a_person_marks_meanwhile(self, world: World) -> None:
        """A flag that another program sets is seen by the next look."""
        uid = world.deliver(mail("one"))
        world.box.select("INBOX")
        world.mark(uid, r"\Answered")
        assert world.box.list([uid])[uid].flags == {r"\Answered"}

    def test_copies_are_found_by_their_field(self, world: World) -> None:
        """UID and plan id of mails with our field from ``low`` on; no plan in it gives an empty one."""
        ours = f"Mailwatch-Original: sha256={'0' * 64}; plan={PLAN}"
        early = world.deliver(mail("early", ours))
        world.deliver(mail("other", f"X-Other: plan={PLAN}"))
        late = world.deliver(mail("late", ours))
        forged = world.deliver(mail("forged", "Mailwatch-Original: nonsense"))
        world.box.select("INBOX")
        assert world.box.copies(early + 1) == {late: PLAN, forged: ""}
        assert world.box.copies(forged + 1) == {}

    def test_read_gives_whole_mails(self, world: World) -> None:
        """Those that exist, by UID."""
        raw = mail("one")
        uid = world.deliver(raw)
        world.box.select("INBOX")
        found = world.box.read([uid, uid + 7])
        assert {u: m.read() for u, m in found.items()} == {uid: raw}

    def test_capabilities_name_what_renaming_needs(self, world: World) -> None:
        """MOVE and UIDPLUS are told."""
        capabilities = world.box.capabilities()
        assert capabilities.move
        assert capabilities.uidplus


class TestChanging:
    def test_append_keeps_bytes_flags_and_date(self, world: World) -> None:
        """What is stored is what was given, and its place is told."""
        raw = mail("새 메일", body="본문")
        state = world.box.select("INBOX")
        place = world.box.append("INBOX", raw, [r"\Seen", r"\Flagged"], ARRIVED)
        assert place is not None
        assert place[0] == state.uidvalidity
        stored = world.box.read([place[1]])[place[1]]
        assert (stored.read(), stored.internaldate) == (raw, ARRIVED)
        assert stored.flags == {r"\Seen", r"\Flagged"}

    @pytest.mark.parametrize("hours", [9, -7, 5.5])
    def test_append_keeps_the_moment_in_any_zone(self, world: World, hours: float) -> None:
        """A date with a zone of its own names the same moment afterwards."""
        moment = datetime(2026, 1, 5, 4, 3, 2, tzinfo=timezone(timedelta(hours=hours)))
        world.box.select("INBOX")
        place = world.box.append("INBOX", mail("one"), [], moment)
        assert place is not None
        assert world.box.list([place[1]])[place[1]].internaldate == moment

    def test_append_to_a_missing_folder_is_refused(self, world: World) -> None:
        """Nothing is made in silence."""
        world.box.select("INBOX")
        with pytest.raises((ConfigError, Refused)):
            world.box.append("no such folder", mail("one"), [], ARRIVED)

    def test_move_keeps_bytes_flags_and_date(self, world: World) -> None:
        """A moved mail is gone here and whole there; old and new UIDs are told."""
        raw = mail("one")
        uid = world.deliver(raw, flags=[r"\Seen"])
        target = world.box.select("Mailwatch/Originals", create=True)
        world.box.select("INBOX")
        moved = world.box.move([uid], "Mailwatch/Originals")
        assert world.box.list([uid]) == {}
        validity, new = moved[uid]
        assert validity == target.uidvalidity
        world.box.select("Mailwatch/Originals")
        stored = world.box.read([new])[new]
        assert (stored.read(), stored.flags, stored.internaldate) == (raw, {r"\Seen"}, ARRIVED)

    def test_move_of_a_vanished_mail_does_nothing(self, world: World) -> None:
        """What a person took away meanwhile is no error; the others move."""
        gone, kept = world.deliver(mail("gone")), world.deliver(mail("kept"))
        world.make("Target")
        world.box.select("INBOX")
        world.purge(gone)
        assert set(world.box.move([gone, kept], "Target")) == {kept}

    def test_remove_leaves_a_foreign_deleted_mail_alone(self, world: World) -> None:
        r"""A mail that somebody else marked \Deleted stays where it is."""
        foreign, ours = world.deliver(mail("foreign"), flags=[r"\Deleted"]), world.deliver(mail("ours"))
        world.box.select("INBOX")
        world.box.remove([ours])
        assert world.box.search(1, HIGHEST) == (foreign,)

    def test_flags_are_added_and_dropped(self, world: World) -> None:
        """One call does both."""
        uid = world.deliver(mail("one"), flags=[r"\Seen"])
        world.box.select("INBOX")
        world.box.set_flags(uid, [r"\Flagged"], [r"\Seen"])
        assert world.box.list([uid])[uid].flags == {r"\Flagged"}

    def test_a_folder_open_for_reading_is_not_changed(self, world: World) -> None:
        """After EXAMINE, moving, removing and flagging are refused before anything happens."""
        uid = world.deliver(mail("one"))
        world.make("Target")
        world.box.examine("INBOX")
        for change in (
            lambda: world.box.move([uid], "Target"),
            lambda: world.box.remove([uid]),
            lambda: world.box.set_flags(uid, [r"\Seen"], []),
        ):
            with pytest.raises(Refused) as caught:
                change()
            assert caught.value.why == "read-only"
        assert world.box.list([uid])[uid].flags == frozenset()

    def test_closing_twice_is_no_error(self, world: World) -> None:
        """Closing never raises."""
        world.box.examine("INBOX")
        world.box.close()
        world.box.close()
