"""The probe of a mail server: what it finds out of each kind, and that it leaves nothing behind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.books import Ticking, open_store
from fakes.faults import Crash, Door, Fuse, StoreDoor
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeMail, FakeServer
from fakes.rename_world import CONSENT, World, case_mail, renamed
from servers.accounts import mailbox_of
from servers.mailuser import MailUser

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.core.fidelity import GOOD_FOR, Fidelity, Profile, judge, lost
from mailwatch.core.renaming import Mode
from mailwatch.errors import Refused, TemporaryError
from mailwatch.jobs.rename import Prober
from mailwatch.jobs.rename.probe_letters import author, is_probe, letters
from mailwatch.jobs.rename.probing import offer_of
from mailwatch.mime.resubject import restore
from mailwatch.ports import Mailbox

IDS = [f"{n:032x}" for n in range(1, 200)]


class House:
    """Books that last, a server that lasts, and a new line for each probe."""

    def __init__(self, data: Path, server: FakeServer) -> None:
        self.server = server
        self.clock = Ticking(CONSENT)
        self.store: SqlStore = open_store(data, self.clock)
        self.ids = iter(IDS)

    def probe(
        self, fuse: Fuse | None = None, *, source: str | None = "INBOX", replaces: bool = True
    ) -> Profile | None:
        store = self.store if fuse is None else StoreDoor(self.store, fuse)
        line = FakeMailbox(self.server) if fuse is None else Door(FakeMailbox(self.server), fuse)
        prober = Prober(store, self.clock, lambda: next(self.ids))
        return prober.profile("support", line, replaces=replaces, source=source)

    def mails(self) -> dict[str, list[FakeMail]]:
        return {name: list(folder.mails.values()) for name, folder in self.server.folders.items()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[[FakeServer], House]]:
    made: list[House] = []

    def make(server: FakeServer) -> House:
        server.deliver(case_mail(1), "INBOX")
        made.append(House(tmp_path / f"data{len(made)}", server))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


def with_field(raw: bytes) -> bytes:
    return b"X-MS-Exchange: 1\r\n" + raw


def without_8_bit(raw: bytes) -> bytes:
    head, body = raw.split(b"\r\n\r\n", 1)
    return bytes(b if b < 128 else 88 for b in head) + b"\r\n\r\n" + body


def with_footer(raw: bytes) -> bytes:
    return raw + b"-- \r\nscanned by ACME\r\n"


@pytest.mark.parametrize(
    ("server", "missing", "allowed"),
    [
        (FakeServer(), [], "replace"),
        (FakeServer(tells_uids=False, tells_uidnext=False), [], "replace"),
        (FakeServer(move=False), [], "copy"),
        (FakeServer(uidplus=False), [], "copy"),
        (FakeServer(alter=with_field), ["exact", "raw_header"], "copy"),
        (FakeServer(alter=without_8_bit), ["raw_header"], "replace"),
        (FakeServer(lies=True), ["true_uids"], "copy"),
        (FakeServer(expunges_all=True), ["spares"], "copy"),
        (FakeServer(loses_dates=True), ["date"], "copy"),
        (FakeServer(loses_flags=True), ["flags", "keywords"], "copy"),
        (FakeServer(deaf={"move"}), ["moves"], "copy"),
        (FakeServer(deaf={"append"}), ["stored"], "none"),
        (FakeServer(merges=True), ["distinct", "raw_header"], "none"),
        (FakeServer(merges=True, names=frozenset({"X-GM-EXT-1"})), ["distinct", "raw_header"], "label"),
    ],
)
def test_each_kind_of_server_is_found_out(
    house: Callable[[FakeServer], House], server: FakeServer, missing: list[str], allowed: str
) -> None:
    """What it does not do is known by name; the user's mail is as it was, and nothing of ours is left."""
    home = house(server)
    inbox = copy.deepcopy(server.folders["INBOX"].mails)
    profile = home.probe()
    assert profile is not None
    assert missing == list(lost(profile.found))
    assert allowed == judge(profile.offer, profile.found).allowed
    assert inbox == server.folders["INBOX"].mails
    ours = {name: mails for name, mails in home.mails().items() if name != "INBOX"}
    left = [mail for mails in ours.values() for mail in mails]
    if server.uidplus and not server.expunges_all:
        assert [] == left
    assert all(r"\Deleted" in mail.flags for mail in left)


def test_a_body_that_was_altered_is_not_removed(house: Callable[[FakeServer], House]) -> None:
    """It proves nothing any more: no rename, and the mails are left alone, in a folder of our own."""
    home = house(FakeServer(alter=with_footer))
    profile = home.probe()
    assert profile is not None
    assert "none" == judge(profile.offer, profile.found).allowed
    assert {"exact", "alike", "swept"} <= set(lost(profile.found))
    assert 3 == len(home.mails()["Mailwatch/Probe"])


def test_a_server_that_removes_nothing_is_found_out(house: Callable[[FakeServer], House]) -> None:
    """EXPUNGE is answered OK with nothing done: what is left is told."""
    profile = house(FakeServer(deaf={"remove"})).probe()
    assert profile is not None
    assert ["removes", "swept"] == list(lost(profile.found))


def test_a_profile_lasts_a_month(house: Callable[[FakeServer], House]) -> None:
    """It is kept in the books, not asked for again, and made anew when its month is over."""
    home = house(FakeServer())
    first = home.probe()
    fuse = Fuse()
    assert first == home.probe(fuse, source=None)
    assert "append" not in fuse.calls
    home.server.lies = True
    assert first == home.probe()
    home.clock.now += GOOD_FOR
    second = home.probe(source=None)
    assert second is not None
    assert ["true_uids"] == list(lost(second.found))


def test_nothing_is_probed_before_something_is_to_be_renamed(house: Callable[[FakeServer], House]) -> None:
    """A mailbox in which no rename is due is left as it is."""
    home = house(FakeServer())
    assert home.probe(source=None) is None
    assert ["INBOX"] == [name for name in home.server.folders if "Mailwatch" not in name][:1]
    assert not [name for name in home.server.folders if "Mailwatch" in name]


def test_a_server_that_refuses_says_why(house: Callable[[FakeServer], House]) -> None:
    """Without a profile the refusal is the caller's; with an old one, that one serves for another hour."""
    home = house(FakeServer(quota=10))
    with pytest.raises(Refused) as no:
        home.probe()
    assert "over-quota" == no.value.why
    home.server.quota = None
    known = home.probe()
    home.server.quota = 10
    home.clock.now += GOOD_FOR + timedelta(days=1)
    assert known == home.probe()
    fuse = Fuse()
    assert known == home.probe(fuse)
    assert "append" not in fuse.calls


def test_somebody_elses_deleted_mail_in_our_folder_stops_the_probe(
    house: Callable[[FakeServer], House],
) -> None:
    """What UID EXPUNGE takes is not tried out on it."""
    home = house(FakeServer(expunges_all=True))
    home.server.make("Mailwatch/Probe")
    home.server.deliver(case_mail(7), "Mailwatch/Probe", (r"\Deleted",))
    with pytest.raises(Refused) as no:
        home.probe()
    assert "probe-folder" == no.value.why
    assert [case_mail(7)] == [mail.raw for mail in home.mails()["Mailwatch/Probe"]]


def test_what_a_probe_left_goes_though_its_books_were_lost(house: Callable[[FakeServer], House]) -> None:
    """The letters tell whose they are; a person's mail in the same folder stays."""
    home = house(FakeServer())
    home.server.make("Mailwatch/Probe")
    for letter in letters(IDS[150]):
        home.server.deliver(letter.raw, "Mailwatch/Probe", (r"\Deleted",))
    home.server.deliver(case_mail(7), "Mailwatch/Probe")
    assert home.probe() is not None
    assert [case_mail(7)] == [mail.raw for mail in home.mails()["Mailwatch/Probe"]]


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_a_crash_leaves_behind_goes_with_the_next_probe(
    house: Callable[[FakeServer], House], *, after: bool
) -> None:
    """Killed at every call: the inbox is untouched, and the next probe leaves nothing of either."""
    dry = house(FakeServer())
    fuse = Fuse()
    dry.probe(fuse)
    home = house(FakeServer())
    for number in range(len(fuse.calls)):
        home.clock.now += 2 * GOOD_FOR
        with pytest.raises(Crash):
            home.probe(Fuse(at=number, after=after))
        home.clock.now += 2 * GOOD_FOR
        profile = home.probe()
        assert profile is not None
        assert () == lost(profile.found), fuse.calls[number]
        mails = home.mails()
        assert [case_mail(1)] == [mail.raw for mail in mails.pop("INBOX")]
        assert not any(mails.values()), fuse.calls[number]


def test_our_letters_are_known_again() -> None:
    """Each by its bytes, altered fields or not; another probe's are not ours; each restores."""
    ours = letters(IDS[0])
    assert [0, 1, 2] == [author(letter.raw, ours) for letter in ours]
    assert [0, 1, 2] == [author(with_field(letter.raw), ours) for letter in ours]
    assert [None] * 3 == [author(letter.raw, letters(IDS[1])) for letter in ours]
    assert author(case_mail(1), ours) is None
    assert all(is_probe(letter.raw) for letter in ours)
    assert not is_probe(case_mail(1))
    assert not is_probe(with_footer(ours[0].raw))
    assert all(restore(letter.raw) is not None for letter in ours)
    assert 3 == len({letter.plan for letter in ours})
    assert 2 == len({letter.message_id for letter in ours})


# ── what a profile does to renames ────────────────────────────────────────────


def advanced(world: World, profile: Profile | None) -> list[tuple[str, str | None]]:
    renamer = world.renamer()
    renamer.plan("support", [world.folder])
    rows = renamer.advance("support", world.mailbox(), lambda _: world.mode, profile)
    return [(row.state, row.why) for row in (*rows, *renamer.waiting("support"))]


def profile_of(server: FakeServer, **missing: bool) -> Profile:
    offer = offer_of(FakeMailbox(server).capabilities())
    return Profile(CONSENT, offer, replace(Fidelity(), **missing))


def test_the_profile_decides_the_mode(tmp_path: Path) -> None:
    """A server that alters what is appended gets copies, though it offers all that replacing needs."""
    world = World(tmp_path / "data")
    world.consent()
    world.deliver(case_mail(1))
    assert [("done", None)] == advanced(world, profile_of(world.server, exact=False))
    assert [case_mail(1)] == world.raws("INBOX")
    assert [True] == [renamed(raw) for raw in world.raws("Mailwatch/Cases")]
    world.close()


def test_a_server_that_keeps_no_copy_keeps_renames_waiting(tmp_path: Path) -> None:
    """Nothing is appended; the plan says why, and goes on when the server has been mended."""
    world = World(tmp_path / "data")
    world.consent()
    world.deliver(case_mail(1))
    assert [("planned", "unsuitable")] == advanced(world, profile_of(world.server, distinct=False))
    assert [case_mail(1)] == world.raws("INBOX")
    world.clock.now += timedelta(hours=2)
    assert [("done", None)] == advanced(world, profile_of(world.server))
    assert [True] == [renamed(raw) for raw in world.raws("INBOX")]
    world.close()


def test_a_server_that_expunges_others_is_asked_to_expunge_nothing(tmp_path: Path) -> None:
    r"""An undo marks the copy as deleted and leaves the purge to the person."""
    server = FakeServer(expunges_all=True)
    world = World(tmp_path / "data", server, Mode.COPY)
    world.consent()
    world.deliver(case_mail(1))
    known = profile_of(server, spares=False)
    assert [("done", None)] == advanced(world, known)
    foreign = server.deliver(case_mail(9), "Mailwatch/Cases", (r"\Deleted",))
    renamer = world.renamer()
    renamer.undo("support", None)
    renamer.advance("support", world.mailbox(), lambda _: world.mode, known)
    assert foreign in server.folders["Mailwatch/Cases"].mails
    assert all(r"\Deleted" in mail.flags for mail in server.folders["Mailwatch/Cases"].mails.values())
    world.close()


def test_what_waits_to_be_begun(tmp_path: Path) -> None:
    """Due, not begun, and still asked for: that is what a first probe is made for."""
    world = World(tmp_path / "data")
    world.consent()
    world.deliver(case_mail(1))
    renamer = world.renamer()
    renamer.plan("support", [world.folder])
    (plan,) = renamer.to_begin("support", lambda _: Mode.REPLACE)
    assert () == renamer.to_begin("support", lambda _: Mode.OFF)
    renamer.put_off([plan], "over-quota")
    assert () == renamer.to_begin("support", lambda _: Mode.REPLACE)
    world.close()


# ── on real servers ───────────────────────────────────────────────────────────


@pytest.fixture(params=[pytest.param("dovecot", marks=pytest.mark.server), "pymap"])
def user(request: pytest.FixtureRequest) -> MailUser:
    found: MailUser = request.getfixturevalue(f"{request.param}_user")
    return found


@pytest.mark.parametrize("replaces", [True, False])
def test_a_real_server_that_does_all_that_is_needed(
    user: MailUser, tmp_path: Path, *, replaces: bool
) -> None:
    """Dovecot and pymap keep every byte; the probe leaves an empty folder and nothing else."""
    user.deliver(case_mail(1), "INBOX", (r"\Flagged",))
    before = user.dump("INBOX")
    store = open_store(tmp_path / "data")
    line: Mailbox = mailbox_of(user, tmp_path)
    prober = Prober(store, Ticking(), iter(IDS).__next__)
    profile = prober.profile("support", line, replaces=replaces, source="INBOX")
    line.close()
    assert profile is not None
    assert [] == [name for name in lost(profile.found) if name != "keywords"]
    assert "replace" == judge(profile.offer, profile.found).allowed
    assert profile == prober.known("support")
    assert before == user.dump("INBOX")
    for leaf in ("Probe", "Originals" if replaces else "Cases"):
        assert [] == user.dump(f"Mailwatch/{leaf}")
    store.close()


def test_a_line_that_breaks_ends_the_probe(house: Callable[[FakeServer], House]) -> None:
    """The trouble is the caller's; the next pass probes anew, and nothing is left."""
    home = house(FakeServer())
    fuse = Fuse()
    house(FakeServer()).probe(fuse)
    at = fuse.calls.index("append") + 1
    with pytest.raises(TemporaryError):
        home.probe(Fuse(at=at, error=lambda: TemporaryError("the line broke")))
    assert home.probe() is not None
    assert not home.mails()["Mailwatch/Probe"]
