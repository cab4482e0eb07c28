"""The rename job on real servers: Dovecot and pymap, replaced, copied and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.rename_world import World, case_mail, renamed
from servers.accounts import mailbox_of
from servers.dovecot import DovecotServer
from servers.mailuser import MailUser, Stored

from mailwatch.core.renaming import Mode
from mailwatch.ports import Mailbox

WHEN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Contents = list[tuple[bytes, frozenset[str], datetime | None]]


@pytest.fixture(params=[pytest.param("dovecot", marks=pytest.mark.server), "pymap"])
def user(request: pytest.FixtureRequest) -> MailUser:
    found: MailUser = request.getfixturevalue(f"{request.param}_user")
    return found


@contextmanager
def world_of(user: MailUser, tmp_path: Path, mode: Mode) -> Iterator[World]:
    """A world whose mailbox is on a real server; connections are closed at the end."""
    boxes: list[Mailbox] = []

    def connect() -> Mailbox:
        boxes.append(mailbox_of(user, tmp_path))
        return boxes[-1]

    world = World(tmp_path / f"data-{mode}", mode=mode, connect=connect)
    world.consent()
    try:
        yield world
    finally:
        for box in boxes:
            box.close()
        world.close()


def arrive(world: World, user: MailUser, *raws: bytes, flags: tuple[str, ...] = ()) -> None:
    box = world.mailbox()
    uids = user.deliver_many(raws, "INBOX", flags, WHEN)
    state = box.examine("INBOX")
    for raw, uid in zip(raws, uids, strict=True):
        world.file(raw, uid, state.uidvalidity)


def contents(mails: list[Stored]) -> Contents:
    return sorted((m.raw, m.flags, m.internaldate.astimezone(UTC) if m.internaldate else None) for m in mails)


@pytest.mark.parametrize("count", [1, 55])
def test_replace_and_undo_leave_the_mailbox_as_it_was(user: MailUser, tmp_path: Path, count: int) -> None:
    """Byte for byte, with flags and INTERNALDATE; only the UIDs are new."""
    raws = [case_mail(index) for index in range(count)]
    with world_of(user, tmp_path, Mode.REPLACE) as world:
        user.deliver(case_mail(99, "Lunch?"), "INBOX", (r"\Flagged",), WHEN)
        arrive(world, user, *raws, flags=(r"\Seen", r"\Answered"))
        before = contents(user.dump("INBOX"))

        assert {(row.state, row.why) for row in world.rename()} == {("done", None)}
        inbox, originals = user.dump("INBOX"), user.dump("Mailwatch/Originals")
        assert sum(renamed(mail.raw) for mail in inbox) == count
        assert len(inbox) == count + 1
        assert sorted(mail.raw for mail in originals) == sorted(raws)
        for mail in inbox:
            assert mail.internaldate is not None
            assert mail.internaldate.astimezone(UTC) == WHEN
            if renamed(mail.raw):
                assert mail.flags == {r"\Seen", r"\Answered"}
        assert world.rename() == ()

        assert {(row.state, row.why) for row in world.undo()} == {("done", None)}
        assert contents(user.dump("INBOX")) == before
        assert user.dump("Mailwatch/Originals") == []


def test_unread_mail_stays_unread(user: MailUser, tmp_path: Path) -> None:
    r"""The copy takes the flags of the original; \Seen is not set by looking."""
    with world_of(user, tmp_path, Mode.REPLACE) as world:
        arrive(world, user, case_mail(1))
        world.rename()
        assert [mail.flags for mail in user.dump("INBOX")] == [frozenset()]


def test_copy_and_undo_leave_the_inbox_untouched(user: MailUser, tmp_path: Path) -> None:
    """The renamed copies lie in Mailwatch/Cases; not even UIDs change in INBOX."""
    with world_of(user, tmp_path, Mode.COPY) as world:
        arrive(world, user, case_mail(1), case_mail(2), flags=(r"\Seen",))
        before = user.dump("INBOX")
        assert [row.state for row in world.rename()] == ["done", "done"]
        assert user.dump("INBOX") == before
        assert [renamed(mail.raw) for mail in user.dump("Mailwatch/Cases")] == [True, True]
        assert [row.state for row in world.undo()] == ["done", "done"]
        assert user.dump("INBOX") == before
        assert user.dump("Mailwatch/Cases") == []


def test_a_dragged_copy_is_undone_where_it_lies(user: MailUser, tmp_path: Path) -> None:
    """Found by Message-ID in another folder, on a real server's SEARCH."""
    with world_of(user, tmp_path, Mode.REPLACE) as world:
        arrive(world, user, case_mail(1))
        world.rename()
        user.create("Projects")
        with user.client() as client:
            client.select_folder("INBOX")
            client.move(client.search(["ALL"]), "Projects")
        assert [row.state for row in world.undo()] == ["done"]
        assert [mail.raw for mail in user.dump("Projects")] == [case_mail(1)]
        assert user.dump("INBOX") == []


@pytest.mark.server
def test_a_full_mailbox_is_left_as_it_is(dovecot: DovecotServer, tmp_path: Path) -> None:
    """Over quota: nothing is touched, the plan waits an hour and says why; then it goes on."""
    user = dovecot.new_user(quota="70K")
    with world_of(user, tmp_path, Mode.REPLACE) as world:
        arrive(world, user, case_mail(1, body="x" * 20_000), case_mail(2, body="y" * 20_000))
        user.deliver(case_mail(99, "Lunch?", body="z" * 15_000))
        before = user.dump("INBOX")
        assert {(row.state, row.why) for row in world.rename()} == {("planned", "over-quota")}
        assert user.dump("INBOX") == before
        assert world.rename() == ()
        with user.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([before[-1].uid])
            client.expunge()
        world.clock.now = world.clock.now.replace(hour=23)
        # There is room for one copy now, and the original still counts.
        assert {(row.state, row.why) for row in world.rename()} == {("done", None), ("planned", "over-quota")}
        assert [renamed(mail.raw) for mail in user.dump("INBOX")] == [False, True]
