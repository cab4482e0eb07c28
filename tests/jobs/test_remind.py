"""The digest as a job: what is new to whom, and that no crash makes two of one or none of it."""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.books import message, open_store, sha
from fakes.faults import Crash, Fuse, StoreDoor
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeServer

from mailwatch.adapters.catalog import catalog
from mailwatch.adapters.locks import post_lock
from mailwatch.adapters.sql import SqlStore
from mailwatch.adapters.templates import Templates
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import DigestContent
from mailwatch.core.entries import FiledEntry, MessageKept
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.place import Place
from mailwatch.core.reminders import DigestSpec, Recipient
from mailwatch.core.standing import Standing
from mailwatch.errors import ConfigError, MaybeSent, TemporaryError
from mailwatch.jobs.remind import MailboxSender, Reminder, SendRow, Turn
from mailwatch.mime.parse import parse
from mailwatch.ports import Cursor, Folder, OutboxItem

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 09:00 in Seoul
CASE = CaseNumber("tracking-id", "2611240040001180")
SPEC = DigestSpec("daily", "support@contoso.example", (Recipient("lee@contoso.example", "ko", SEOUL),))
TWO = replace(SPEC, recipients=(*SPEC.recipients, Recipient("mei@contoso.example", "en", ZoneInfo("UTC"))))

PAGES = Templates(catalog)


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Post:
    """A mail server: keeps what it takes; ``refuse`` raises for a recipient, before or after taking it."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)
    before: Callable[[str], BaseException | None] = lambda _: None
    after: Callable[[str], BaseException | None] = lambda _: None

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        assert sender == "support@contoso.example"
        if error := self.before(recipient):
            raise error
        self.mails.append((recipient, raw))
        if error := self.after(recipient):
            raise error


class DigestDoor(StoreDoor):
    """Reading cannot leave anything half done, so that it is no place to crash at."""

    @contextmanager
    def digesting(self) -> Iterator[Any]:
        with self._store.digesting() as both:
            yield both


@dataclass
class World:
    store: SqlStore
    clock: Hand
    post: Post

    def reminder(self, store: Any = None, **more: Any) -> Reminder:
        sender = more.pop("sender", self.post)
        return Reminder(
            store or self.store, sender, PAGES, self.clock, body_hash=lambda raw: parse(raw).body_hash, **more
        )

    def states(self) -> list[str]:
        """The digest entries of the ledger, in order."""
        with self.store.digesting() as (_, shelf):
            lines = shelf._connection.exec_driver_sql("SELECT canonical FROM ledger ORDER BY seq").scalars()
            return [
                line.split(b'"state":"')[1].split(b'"')[0].decode()
                for line in lines
                if b'"type":"digest"' in line
            ]

    def file(self, name: str, at: datetime, **changes: Any) -> None:
        """Record a mail and its filing as ingest does."""
        raw = name.encode()
        sender = changes.pop("sender", "support@microsoft.com")
        subject = changes.pop("subject", f"Subject of {name}")
        filing = Filing(
            sha(raw),
            Verdict.FILED,
            CASE,
            Standing.VOUCHED,
            rule=Rule.SUBJECT_TOKEN,
            confidence=Confidence.CERTAIN,
        )
        mail = message(raw, message_id=f"{name}@example", subject=subject, sender=sender, date=at)
        with self.store.writing() as tx:
            place = Place("support", "INBOX", 1, len(name))
            tx.ledger.record(MessageKept(sha(raw), len(raw), place, at, None), mail)
            tx.ledger.record(FiledEntry(replace(filing, **changes), (), "pass", desk=True))
            tx.desk.set_cursor(Cursor("support", "INBOX", 1, 1, 9, backfilled=True, last_good=self.clock.now))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Hand()
    store = open_store(tmp_path / "data", clock)
    yield World(store, clock, Post())
    store.close()


def values(reminder: Reminder, kind: str) -> list[Any]:
    blocks: Any = reminder.render(SPEC).content["blocks"]
    return [item for block in blocks if block["kind"] == kind for item in block["items"]]


def read(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


# ── what it tells ─────────────────────────────────────────────────────────────


def test_only_what_the_last_digest_did_not_know_is_new(world: World) -> None:
    """A case is new once; a second mail makes news of it; without one the day is quiet."""
    world.file("first", MORNING - timedelta(hours=2))
    reminder = world.reminder()
    assert [i["number"] for i in values(reminder, "new")] == [CASE.canonical]
    reminder.send(SPEC)

    world.clock.now += timedelta(days=1)
    world.file("second", world.clock.now - timedelta(hours=1))
    assert [(i["received"], i["sent"]) for i in values(reminder, "news")] == [(1, 0)]
    assert values(reminder, "new") == []
    reminder.send(SPEC)

    world.clock.now += timedelta(days=1)
    with world.store.writing() as tx:
        tx.desk.set_cursor(Cursor("support", "INBOX", 1, 1, 9, backfilled=True, last_good=world.clock.now))
    assert reminder.render(SPEC).content["blocks"] == []
    assert "새 소식 없음" in reminder.render(SPEC).subject


def test_a_mail_with_an_old_date_that_comes_late_is_still_news(world: World) -> None:
    """The ledger's order decides, not the clock: what comes slowly is told all the same."""
    world.file("first", MORNING - timedelta(hours=2))
    reminder = world.reminder()
    reminder.send(SPEC)
    world.clock.now += timedelta(days=1)
    world.file("late", MORNING - timedelta(hours=3))
    assert [i["received"] for i in values(reminder, "news")] == [1]


def test_a_strangers_mail_gives_its_number_and_time_and_nothing_else(world: World) -> None:
    """No word, link or telephone number of a stranger comes into a digest, and it opens no case."""
    world.file("first", MORNING - timedelta(hours=2))
    world.reminder().send(SPEC)
    world.clock.now += timedelta(days=1)
    world.file(
        "evil",
        world.clock.now - timedelta(hours=1),
        standing=Standing.STRANGER,
        sender="x@evil.example",
        subject="call 010-1234-5678 http://evil.example",
    )
    made = world.reminder().render(SPEC)
    assert [i["number"] for i in values(world.reminder(), "unverified")] == [CASE.canonical]
    assert values(world.reminder(), "news") == []
    for part in (made.subject, made.text, made.html):
        assert "evil" not in part
        assert "010-1234" not in part


def test_printing_a_digest_leaves_no_trace(world: World) -> None:
    """``digest`` without --send stores nothing: the next one tells the same."""
    world.file("first", MORNING - timedelta(hours=2))
    reminder = world.reminder()
    assert reminder.render(SPEC) == reminder.render(SPEC)
    assert world.states() == []
    assert reminder.render(SPEC, "en").subject.startswith("[Case digest]")


# ── the mail ──────────────────────────────────────────────────────────────────


def test_the_mail_keeps_robots_quiet_and_is_known_again(world: World) -> None:
    """The fields that stop automatic answers stand in it, and ingest finds the body's hash in the ledger."""
    world.file("first", MORNING - timedelta(hours=2))
    rows = world.reminder(ids=lambda: "0f8fad5b-d9cb-469f-a165-70867728950e").send(SPEC)
    assert [(r.recipient, r.state) for r in rows] == [("lee@contoso.example", "sent")]
    [(recipient, raw)] = world.post.mails
    mail = read(raw)
    assert recipient == mail["To"] == "lee@contoso.example"
    assert mail["From"] == "mailwatch <support@contoso.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "mailwatch digest <digest.mailwatch.contoso.example>"
    assert mail["Mailwatch-Digest"] == "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert mail["Message-ID"] == "<0f8fad5b-d9cb-469f-a165-70867728950e@contoso.example>"
    assert mail["Date"] == "Tue, 24 Nov 2026 09:00:00 +0900"
    assert mail["Precedence"] is None
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    parsed = parse(raw)
    assert parsed.automatic.value == "generated"
    assert parsed.digest_id == "0f8fad5b-d9cb-469f-a165-70867728950e"
    with world.store.writing() as tx:
        assert tx.trees.digest(str(parsed.message_id)) == parsed.body_hash


def test_relays_may_fold_and_re_encode_and_the_mail_is_still_ours(world: World) -> None:
    """A relay that rewrites line ends and adds fields leaves the body's hash alone."""
    world.file("first", MORNING - timedelta(hours=2))
    world.reminder().send(SPEC)
    raw = world.post.mails[0][1]
    relayed = b"Received: from x by y; Tue, 24 Nov 2026 00:00:01 +0000\r\n" + raw
    assert parse(relayed.replace(b"\r\n", b"\n")).body_hash == parse(raw).body_hash


def test_a_subject_cannot_smuggle_in_a_header(world: World) -> None:
    """Line breaks and markup in a case's subject stay text in every part."""
    world.file(
        "first",
        MORNING - timedelta(hours=2),
        subject="a\r\nBcc: x@evil.example\r\n\r\n<script>{{ 7*7 }}</script>",
    )
    world.reminder().send(SPEC)
    mail = read(world.post.mails[0][1])
    assert mail["Bcc"] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;{{ 7*7 }}" in html.get_content()


# ── once a day ────────────────────────────────────────────────────────────────


def test_one_digest_a_reader_and_a_local_date(world: World) -> None:
    """A second send on the same local date sends nothing; the next date has its own."""
    world.file("first", MORNING - timedelta(hours=2))
    reminder = world.reminder()
    reminder.send(SPEC)
    world.clock.now += timedelta(hours=14)  # 23:00 in Seoul, the same date there
    assert [r.state for r in reminder.send(SPEC)] == ["already-sent"]
    world.clock.now += timedelta(hours=2)
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    assert len(world.post.mails) == 2
    assert world.states() == ["stored", "sent"] * 2


def test_each_reader_gets_his_own_language_and_a_refusal_stops_no_other(world: World) -> None:
    """The first is refused for good, the second gets his in English; later the first is tried again."""
    refused = ConfigError("no such user")
    world.post.before = lambda to: refused if to.startswith("lee") else None
    rows = world.reminder().send(TWO)
    assert [r.state for r in rows] == ["failed", "sent"]
    assert str(rows[0].why) == "no such user"
    assert read(world.post.mails[0][1])["Subject"].startswith("[Case digest]")
    world.post.before = lambda _: None
    assert [r.state for r in world.reminder().send(TWO)] == ["sent", "already-sent"]


def test_a_server_that_is_away_leaves_the_same_bytes_for_later(world: World) -> None:
    """A temporary failure keeps the digest stored; the retry sends what was stored."""
    world.post.before = lambda _: TemporaryError("away")
    assert [r.state for r in world.reminder().send(SPEC)] == ["stored"]
    world.file("meanwhile", MORNING)
    world.post.before = lambda _: None
    world.clock.now += timedelta(minutes=5)
    assert [r.state for r in world.reminder().send(SPEC)] == ["sent"]
    assert read(world.post.mails[0][1])["Date"] == "Tue, 24 Nov 2026 09:00:00 +0900"
    assert world.states() == ["stored", "sent"]


def test_a_digest_that_never_went_out_is_left_for_the_next_day(world: World) -> None:
    """Yesterday's is given up in the ledger, and today's tells what it would have told."""
    world.file("first", MORNING - timedelta(hours=2))
    world.post.before = lambda _: TemporaryError("away")
    world.reminder().send(SPEC)
    world.post.before = lambda _: None
    world.clock.now += timedelta(days=1)
    assert [r.state for r in world.reminder().send(SPEC)] == ["sent"]
    assert world.states() == ["stored", "failed", "stored", "sent"]
    body = read(world.post.mails[0][1]).get_body(("plain",))
    assert body is not None
    assert CASE.canonical in body.get_content()


def text_of(raw: bytes) -> str:
    body = read(raw).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def html_of(raw: bytes) -> str:
    body = read(raw).get_body(("html",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@pytest.mark.parametrize("part", [text_of, html_of])
def test_a_digest_that_is_made_late_says_so_in_each_language(
    world: World, part: Callable[[bytes], str]
) -> None:
    """Nobody was there at nine in Seoul; at 11:30 it goes out and says so, in Korean and in English."""
    both = replace(SPEC, recipients=(*SPEC.recipients, Recipient("mei@contoso.example", "en", SEOUL)))
    world.reminder().send(both, by_clock=True)
    world.clock.now += timedelta(days=1, hours=2, minutes=30)
    world.reminder().send(both, by_clock=True)
    (_, korean), (_, english) = world.post.mails[2:]
    assert "09:00에 나갈 예정이었으나 11:30에 작성했습니다" in part(korean)
    assert "This digest was due at 09:00 and was made at 11:30" in part(english)


@pytest.mark.parametrize(("minutes", "by_clock"), [(5, True), (150, False)])
def test_a_digest_in_time_and_one_that_a_person_asks_for_say_nothing_of_it(
    world: World, minutes: int, *, by_clock: bool
) -> None:
    """Some minutes are the first look after a start; a person may ask at any hour."""
    world.clock.now += timedelta(minutes=minutes)
    world.reminder().send(SPEC, by_clock=by_clock)
    assert "예정이었으나" not in text_of(world.post.mails[0][1])


def test_days_without_a_digest_are_told(world: World) -> None:
    """Tuesday's arrived. Then nobody was there until Friday, which speaks of Wednesday and Thursday."""
    reminder = world.reminder()
    reminder.send(SPEC)
    assert reminder.render(SPEC).content["missed"] == []
    world.clock.now += timedelta(days=3)
    made = reminder.render(SPEC, "en")
    assert made.content["missed"] == ["2026-11-25", "2026-11-26"]
    said = "Days without a digest: 2 (Wed 25 Nov to Thu 26 Nov)."
    assert said in " ".join(made.text.split())
    assert said in " ".join(made.html.split())
    assert "11/25(수)부터 11/26(목)까지 2일분의 요약을" in " ".join(reminder.render(SPEC).text.split())


def test_a_day_on_which_the_digest_was_refused_is_told_too(world: World) -> None:
    """Its very first digest is refused; the one of the day after speaks of it, in each language."""
    world.post.before = lambda _: ConfigError("no such user")
    assert [r.state for r in world.reminder().send(SPEC)] == ["failed"]
    world.post.before = lambda _: None
    world.clock.now += timedelta(days=1)
    made = world.reminder().render(SPEC, "en")
    assert made.content["missed"] == ["2026-11-24"]
    assert "No digest went out on Tue 24 Nov." in made.text
    assert "11/24(화)에는 요약을 보내지 못했습니다." in world.reminder().render(SPEC).text


def test_what_was_refused_goes_out_once_when_it_is_mended(world: World) -> None:
    """The same bytes, one mail; nothing is said of a second one, for the first never left the house."""
    refused = ConfigError("the password is wrong")
    world.post.before = lambda _: refused
    reminder = world.reminder()
    for _ in range(3):
        assert [(r.state, r.temporary) for r in reminder.send(SPEC)] == [("failed", False)]
        world.clock.now += timedelta(minutes=30)
    world.post.before = lambda _: None
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    assert [r.state for r in reminder.send(SPEC)] == ["already-sent"]
    assert 1 == len(world.post.mails)
    assert "resent" not in world.states()
    world.clock.now += timedelta(days=1)
    assert reminder.render(SPEC).content["earlier"] == []


def test_a_refusal_after_a_lost_answer_leaves_it_open(world: World) -> None:
    """The first handing over may have arrived; that the second is refused does not make it certain."""
    world.post.after = lambda _: MaybeSent("no answer")
    reminder = world.reminder()
    reminder.send(SPEC)
    world.post.after, world.post.before = lambda _: None, lambda _: ConfigError("no such user any more")
    world.clock.now += timedelta(minutes=16)
    assert [(r.state, r.temporary) for r in reminder.send(SPEC)] == [("maybe", False)]
    world.clock.now += timedelta(days=1)
    content = reminder.render(SPEC).content
    assert content["earlier"] == [{"date": "2026-11-24", "state": "maybe"}]
    assert content["missed"] == []


# ── when nobody knows whether it arrived ──────────────────────────────────────


def test_a_lost_answer_sends_the_same_bytes_once_more_and_the_next_digest_says_so(world: World) -> None:
    """After MaybeSent: wait, send once more, never a third time; ledger and next digest tell it."""
    lost = MaybeSent("no answer")
    world.post.after = lambda _: lost
    reminder = world.reminder()
    assert [r.state for r in reminder.send(SPEC)] == ["maybe"]
    assert [r.state for r in reminder.send(SPEC)] == ["maybe"]
    assert len(world.post.mails) == 1
    world.clock.now += timedelta(minutes=16)
    world.post.after = lambda _: None
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    assert len(world.post.mails) == 2
    assert len({raw for _, raw in world.post.mails}) == 1
    assert world.states() == ["stored", "maybe", "resent", "sent"]

    world.clock.now += timedelta(days=1)
    assert reminder.render(SPEC).content["earlier"] == [{"date": "2026-11-24", "state": "resent"}]
    assert "한 번 더 보냈습니다" in reminder.render(SPEC).text


def test_two_lost_answers_are_the_end_of_it(world: World) -> None:
    """The mail goes out twice at most; the next digest tells everything since the one before."""
    world.file("first", MORNING - timedelta(hours=2))
    lost = MaybeSent("no answer")
    world.post.after = lambda _: lost
    reminder = world.reminder()
    for _ in range(5):
        reminder.send(SPEC)
        world.clock.now += timedelta(minutes=16)
    assert len(world.post.mails) == 2
    assert world.states() == ["stored", "maybe", "resent", "maybe"]
    world.clock.now += timedelta(days=1)
    made = reminder.render(SPEC)
    assert made.content["earlier"] == [{"date": "2026-11-24", "state": "maybe"}]
    assert [i["number"] for i in values(reminder, "new")] == [CASE.canonical]
    world.post.after = lambda _: None
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    with world.store.writing() as tx:
        assert tx.outbox.unsent() == ()


class PostIntoMailbox(Post):
    """A mail server whose mail ends up in a mailbox that we watch."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__()
        self.server = server

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        if error := self.before(recipient):
            raise error
        self.server.deliver(raw)
        super().send(raw, sender, recipient)


def watched(server: FakeServer) -> Any:
    return {"lee@contoso.example": lambda: FakeMailbox(server)}


def test_a_watched_mailbox_is_asked_before_anything_is_sent_again(world: World) -> None:
    """The Message-ID lies in the reader's mailbox: the digest arrived, and goes out no second time."""
    server = FakeServer()
    world.post = PostIntoMailbox(server)
    lost = MaybeSent("no answer")
    world.post.after = lambda _: lost
    reminder = world.reminder(watched=watched(server))
    reminder.send(SPEC)
    world.clock.now += timedelta(minutes=16)
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    assert len(world.post.mails) == 1
    assert world.states() == ["stored", "maybe", "sent"]


def test_a_mailbox_that_is_away_keeps_the_question_open(world: World) -> None:
    """Nothing is sent again while the mailbox that could answer cannot be asked."""

    def away() -> FakeMailbox:
        raise TemporaryError("the mail server is away")

    lost = MaybeSent("no answer")
    world.post.after = lambda _: lost
    reminder = world.reminder(watched={"lee@contoso.example": away})
    reminder.send(SPEC)
    world.clock.now += timedelta(minutes=16)
    [row] = reminder.send(SPEC)
    assert (row.state, str(row.why)) == ("maybe", "the mail server is away")
    assert len(world.post.mails) == 1


def test_delivery_by_append_puts_one_mail_into_the_inbox(world: World) -> None:
    """``deliver: imap`` needs no SMTP: the mail lies in the watched INBOX, unread."""
    server = FakeServer()
    boxes = watched(server)
    rows = world.reminder(sender=MailboxSender(boxes), watched=boxes).send(SPEC)
    assert [r.state for r in rows] == ["sent"]
    [(raw, flags, _)] = server.contents()["INBOX"]
    assert read(raw)["Mailwatch-Digest"]
    assert flags == ()


def test_append_into_a_mailbox_that_nobody_watches_is_a_mistake_of_the_config(world: World) -> None:
    """The reader is named, and what to do."""
    [row] = world.reminder(sender=MailboxSender({})).send(SPEC)
    assert row.state == "failed"
    assert "lee@contoso.example" in str(row.why)


def test_a_full_mailbox_certainly_has_no_digest(world: World) -> None:
    """A no to APPEND leaves nothing open: the reader is told what to do, and the same bytes wait for room."""
    server = FakeServer(quota=0)
    boxes = watched(server)
    reminder = world.reminder(sender=MailboxSender(boxes), watched=boxes)
    for _ in range(3):
        [row] = reminder.send(SPEC)
        assert (row.state, str(row.why)) == ("stored", "the mailbox is full → Make room in the mailbox.")
    assert {} == server.contents()
    server.quota = None
    assert [r.state for r in reminder.send(SPEC)] == ["sent"]
    assert 1 == len(server.contents()["INBOX"])
    assert world.states() == ["stored", "sent"]


class Unreachable(FakeMailbox):
    """A mailbox of a server that does not answer, as an IMAP connection shows it: with the first command."""

    def folders(self) -> tuple[Folder, ...]:
        raise TemporaryError("nobody answers")

    def append(self, *_: object) -> tuple[int, int] | None:
        raise TemporaryError("nobody answers")


def test_a_server_that_is_away_certainly_has_no_digest(world: World) -> None:
    """However often it is tried before there is a line, it waits, and goes in once the server is back."""
    server = FakeServer()
    boxes = {"lee@contoso.example": lambda: Unreachable(server)}
    for _ in range(4):
        [row] = world.reminder(sender=MailboxSender(boxes), watched=boxes).send(SPEC)
        assert (row.state, str(row.why)) == ("stored", "nobody answers")
        world.clock.now += timedelta(minutes=16)
    boxes = watched(server)
    assert ["sent"] == [
        r.state for r in world.reminder(sender=MailboxSender(boxes), watched=boxes).send(SPEC)
    ]
    assert 1 == len(server.contents()["INBOX"])
    assert world.states() == ["stored", "sent"]


# ── crashes ───────────────────────────────────────────────────────────────────


def steps(world: World) -> int:
    """How many calls through doors one sending takes."""
    fuse = Fuse()
    world.reminder(DigestDoor(world.store, fuse), sender=FusedPost(world.post, fuse)).send(SPEC)
    return len(fuse.calls)


class FusedPost:
    def __init__(self, post: Post, fuse: Fuse) -> None:
        self._post, self._fuse = post, fuse

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        self._fuse.burn("send", lambda: self._post.send(raw, sender, recipient))


STEPS = 17
"""Calls through doors that one sending takes; ``test_the_steps_are_counted`` holds it to the truth."""


def test_the_steps_are_counted(world: World) -> None:
    """The crash tests below cover every call of a sending."""
    assert steps(world) == STEPS


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(STEPS))
def test_a_crash_at_any_call_loses_no_digest_and_changes_no_byte(
    world: World, at: int, *, after: bool
) -> None:
    """After a crash anywhere and a restart the reader has the digest: once, or the same bytes twice."""
    fuse = Fuse(at=at, after=after)
    with pytest.raises(Crash):
        world.reminder(DigestDoor(world.store, fuse), sender=FusedPost(world.post, fuse)).send(SPEC)
    for _ in range(3):
        world.clock.now += timedelta(minutes=16)
        world.reminder().send(SPEC)
    raws = [raw for _, raw in world.post.mails]
    assert 1 <= len(raws) <= 2
    assert len(set(raws)) == 1
    assert world.states()[-1] == "sent"
    assert "resent" in world.states() or len(raws) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(STEPS))
def test_a_crash_at_any_call_sends_once_where_the_mailbox_is_watched(
    world: World, at: int, *, after: bool
) -> None:
    """Where we can look, a crash anywhere leaves exactly one mail."""
    server = FakeServer()
    world.post = PostIntoMailbox(server)
    fuse = Fuse(at=at, after=after)
    boxes = watched(server)
    with pytest.raises(Crash):
        world.reminder(DigestDoor(world.store, fuse), sender=FusedPost(world.post, fuse), watched=boxes).send(
            SPEC
        )
    for _ in range(3):
        world.clock.now += timedelta(minutes=16)
        world.reminder(watched=boxes).send(SPEC)
    assert len(server.contents()["INBOX"]) == 1


def test_content_is_the_contract_of_json(world: World) -> None:
    """The keys that ``digest --json`` promises."""
    content = world.reminder().render(SPEC).content
    assert set(content) == set(DigestContent.__dataclass_fields__)
    assert content["now"] == "2026-11-24T00:00:00.000Z"
    assert content["day"] == "2026-11-24"


# ── one sender at a time ──────────────────────────────────────────────────────


def turns(folder: Path) -> Turn:
    """Those of a house, each as another process would take them."""
    return lambda item: post_lock(folder / "locks", item.name, item.recipient)


@dataclass
class Slow:
    """Takes the mail, and does not answer before it is told to."""

    post: Post
    asked: threading.Event = field(default_factory=threading.Event)
    answer: threading.Event = field(default_factory=threading.Event)

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        self.post.send(raw, sender, recipient)
        self.asked.set()
        assert self.answer.wait(60)


@pytest.mark.parametrize("minutes", [1, 16, 600])
def test_a_digest_that_is_being_sent_is_sent_by_nobody_else(
    world: World, tmp_path: Path, minutes: int
) -> None:
    """However long a server thinks about it, who comes meanwhile lets it alone, and who comes later, too."""
    slow = Slow(world.post)
    first = world.reminder(sender=slow, turn=turns(tmp_path))
    second = world.reminder(turn=turns(tmp_path))
    rows: list[SendRow] = []
    thread = threading.Thread(target=lambda: rows.extend(first.send(SPEC)))
    thread.start()
    assert slow.asked.wait(60)
    world.clock.now += timedelta(minutes=minutes)
    assert ["maybe"] == [row.state for row in second.send(SPEC)]
    slow.answer.set()
    thread.join(60)
    assert ["sent"] == [row.state for row in rows]
    assert ["already-sent"] == [row.state for row in second.send(SPEC)]
    assert 1 == len(world.post.mails)
    assert ["stored", "sent"] == world.states()


def test_what_another_one_has_sent_while_we_waited_for_our_turn_is_not_sent_again(
    world: World, tmp_path: Path
) -> None:
    """What was known of a digest before it was our turn says nothing any more."""
    take = turns(tmp_path)

    @contextmanager
    def too_late(item: OutboxItem) -> Iterator[bool]:
        assert ["sent"] == [row.state for row in world.reminder(turn=take).send(SPEC)]
        with take(item) as ours:
            yield ours

    assert ["already-sent"] == [row.state for row in world.reminder(turn=too_late).send(SPEC)]
    assert 1 == len(world.post.mails)
