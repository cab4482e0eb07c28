"""Alarms: once when a mailbox is lost, once when it is back, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.books import Ticking, open_store
from fakes.mailbox import FakeMailbox
from fakes.mailserver import FakeServer

from mailwatch.adapters.catalog import catalog
from mailwatch.core.entries import Alert, Watch
from mailwatch.core.reminders import Recipient
from mailwatch.errors import ConfigError, MailwatchError, MaybeSent, TemporaryError, Words
from mailwatch.jobs.alarm import Alarms
from mailwatch.jobs.remind import MailboxSender, OtherWay

SEOUL = ZoneInfo("Asia/Seoul")
LEE = Recipient("lee@contoso.example", "en", SEOUL)
KIM = Recipient("kim@contoso.example", "ko", SEOUL)
PARK = Recipient("park@contoso.example", "ko", SEOUL)
MEI = Recipient("mei@fabrikam.example", "ko", SEOUL)
OWNER = Recipient("support@contoso.example", "en", SEOUL)
SINCE = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
BACK = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TROUBLE = Words("nobody answers at {host}", {"host": "mail.contoso.example"})


@dataclass
class Post:
    """Takes mail, or refuses it."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    closed: bool = False
    refuses: bool = False
    asked: int = 0

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        self.asked += 1
        if self.closed:
            raise TemporaryError("the post is closed")
        if self.refuses:
            raise ConfigError("the password is wrong")
        self.sent.append((recipient, raw))


class House:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.post = Post()
        self.clock = Ticking(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
        self.restart()

    def restart(self) -> None:
        self.store = open_store(self.folder, self.clock)
        self.alarms = Alarms(
            self.store,
            sender=self.post,
            readers=(LEE, MEI),
            from_addr="support@contoso.example",
            catalog=catalog,
            clock=self.clock,
            last_resort=(OWNER,),
            stand_ins=(LEE, KIM, PARK),
        )

    def entries(self) -> list[Alert | Watch]:
        recorded = (one.entry for one in self.store.evidence().recorded(0, 1000))
        return [entry for entry in recorded if isinstance(entry, (Alert, Watch))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def test_the_alarms_of_one_reader_go_out_without_those_of_another(house: House) -> None:
    """Who waits for one reader's server need not keep the others waiting."""
    assert () == house.alarms.waiting()
    house.alarms.down("support", SINCE, TROUBLE)
    assert (LEE.address, MEI.address) == house.alarms.waiting()
    assert [MEI.address] == [row.recipient for row in house.alarms.send(to=MEI.address)]
    assert (LEE.address,) == house.alarms.waiting()
    assert [MEI.address] == [to for to, _ in house.post.sent]


def test_an_outage_is_told_once_and_its_end_once(house: House) -> None:
    """Also when mailwatch is restarted in the middle; each of the two readers hears twice in all."""
    assert house.alarms.down("support", SINCE, TROUBLE)
    house.alarms.send()
    house.store.close()
    house.restart()
    assert not house.alarms.down("support", SINCE, TROUBLE)
    assert house.alarms.told("support", SINCE)
    house.alarms.send()
    assert [LEE.address, MEI.address] == [to for to, _ in house.post.sent]
    house.alarms.back("support", SINCE, BACK)
    house.alarms.send()
    house.alarms.send()
    assert 4 == len(house.post.sent)
    mail = message_from_bytes(house.post.sent[0][1], policy=default)
    assert "[mailwatch] support is not being watched" == mail["Subject"]
    text = mail.get_content()
    assert "since 2026-03-01 16:30 KST" in text
    assert "nobody answers at mail.contoso.example" in text
    assert "auto-generated" == mail["Auto-Submitted"]


def test_the_ledger_proves_the_silence(house: House) -> None:
    """``watch`` from and to, and what was told to whom."""
    house.alarms.down("support", SINCE, TROUBLE)
    house.alarms.send()
    house.alarms.back("support", SINCE, BACK)
    told = house.entries()
    assert [Watch("outage", "support", since=SINCE), Watch("outage", "support", since=SINCE, until=BACK)] == [
        entry for entry in told if isinstance(entry, Watch)
    ]
    assert [("down", "stored")] * 2 + [("down", "sent")] * 2 + [("back", "stored")] * 2 == [
        (entry.what, entry.state) for entry in told if isinstance(entry, Alert)
    ]


def test_a_short_outage_ends_without_a_mail(house: House) -> None:
    """Who was not told that it began is not told that it is over; the ledger has it all the same."""
    house.alarms.back("support", SINCE, BACK)
    house.alarms.send()
    assert [] == house.post.sent
    assert 1 == len(house.entries())
    assert not house.alarms.told("support", SINCE)


def test_a_closed_post_is_tried_again_with_the_next_ring(house: House) -> None:
    """An alarm is urgent: what certainly did not arrive goes out as soon as it can, and once."""
    house.post.closed = True
    house.alarms.down("support", SINCE, TROUBLE)
    assert {"stored"} == {row.state for row in house.alarms.send()}
    house.post.closed = False
    assert {"sent"} == {row.state for row in house.alarms.send()}
    assert 2 == len(house.post.sent)


def test_what_is_refused_is_tried_again_but_not_each_minute(house: House) -> None:
    """A wrong password of the mail server: half an hour of rest, then once more; mended, all arrives."""
    house.post.refuses = True
    house.alarms.down("support", SINCE, TROUBLE)
    for _ in range(20):
        house.alarms.send()
    assert 2 == house.post.asked
    house.clock.now += timedelta(minutes=30)
    house.alarms.send()
    assert 4 == house.post.asked
    house.post.refuses = False
    house.clock.now += timedelta(minutes=30)
    house.alarms.send()
    assert [LEE.address, MEI.address] == [to for to, _ in house.post.sent]


def test_a_digest_that_did_not_go_out_is_told_once(house: House) -> None:
    """To those who hear of outages, and to the owner by the other way, with who goes without, and why."""
    why = Words("lee@contoso.example: {why}", {"why": TROUBLE})
    assert house.alarms.overdue("daily", SINCE, why)
    assert not house.alarms.overdue("daily", SINCE, why)
    house.alarms.send()
    house.alarms.send()
    assert [LEE.address, MEI.address, OWNER.address] == [to for to, _ in house.post.sent]
    english, korean = (message_from_bytes(raw, policy=default) for _, raw in house.post.sent[:2])
    assert "[mailwatch] the digest daily did not go out" == english["Subject"]
    assert "was due at 2026-03-01 16:30 KST could not be sent" in english.get_content()
    assert "lee@contoso.example: nobody answers at mail.contoso.example" in english.get_content()
    assert "[mailwatch] 요약을 보내지 못했습니다: daily" == korean["Subject"]
    assert {("overdue", "")} == {(e.what, e.mailbox) for e in house.entries() if isinstance(e, Alert)}


# ── the other way ─────────────────────────────────────────────────────────────


class Way:
    """A sender that raises, or takes."""

    def __init__(self, error: MailwatchError | None) -> None:
        self.error = error

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        if self.error is not None:
            raise self.error


def by_two_ways(usual: MailwatchError | None, *, to: str = OWNER.address, quota: int | None = None) -> int:
    """Send through a server that fails with ``usual``; how many mails lie in the owner's INBOX then."""
    server = FakeServer(quota=quota)
    mailboxes = MailboxSender({OWNER.address: lambda: FakeMailbox(server)})
    way = OtherWay(Way(usual), mailboxes, pulse=lambda: 0.0, chance=lambda: 0.5)
    way.send(b"Subject: x\r\n\r\n", "a@contoso.example", to)
    return len(server.contents().get("INBOX", ()))


def test_the_inbox_takes_what_the_mail_server_does_not() -> None:
    """Only what certainly did not arrive: two of one alarm are one too many."""
    assert 0 == by_two_ways(None)
    assert 1 == by_two_ways(ConfigError("the password is wrong"))
    assert 1 == by_two_ways(TemporaryError("away"))
    with pytest.raises(MaybeSent):
        by_two_ways(MaybeSent("no answer"))


def test_where_neither_way_works_the_usual_one_is_named() -> None:
    """The reader is nobody whose mailbox we watch, or his mailbox is full."""
    with pytest.raises(ConfigError, match="the password is wrong"):
        by_two_ways(ConfigError("the password is wrong"), to="elsewhere@fabrikam.example")
    with pytest.raises(ConfigError, match="the password is wrong"):
        by_two_ways(ConfigError("the password is wrong"), quota=0)


@pytest.mark.parametrize(
    ("error", "opened_at"),
    # A person must mend: 300 s and half of the 600 s beyond. The world does: 5 s and half of what is beyond
    # up to 10, 20, 40, 80, 160, 320, 640 s.
    [
        (ConfigError("the password is wrong"), [0, 600]),
        (TemporaryError("away"), [0, 60, 120, 180, 240, 360, 540]),
    ],
)
def test_a_mailbox_that_did_not_take_an_alarm_is_left_alone(
    error: MailwatchError, opened_at: list[int]
) -> None:
    """The alarm is tried each minute while the mail server is away; its reader's mailbox is not."""
    now, opened = 0, []

    def opener() -> FakeMailbox:
        opened.append(now)
        raise error

    way = OtherWay(
        Way(TemporaryError("the mail server is away")),
        MailboxSender({OWNER.address: opener}),
        pulse=lambda: float(now),
        chance=lambda: 0.5,
    )
    for now in range(0, 660, 60):  # noqa: B007 - the clock of the way under test
        with pytest.raises(TemporaryError, match="the mail server is away"):
            way.send(b"Subject: x\r\n\r\n", "a@contoso.example", OWNER.address)
    assert opened_at == opened


def test_an_alarm_waits_for_a_mailbox_that_is_down(house: House) -> None:
    """Nothing is tried with it: a wrong password each minute locks out. The other reader hears at once."""
    house.alarms.down("support", SINCE, TROUBLE, {LEE.address})
    rows = house.alarms.send({LEE.address})
    assert {(LEE.address, "stored"), (MEI.address, "sent")} == {(row.recipient, row.state) for row in rows}
    assert [MEI.address] == [to for to, _ in house.post.sent]
    assert any("alerts.smtp" in str(row.why) for row in rows)
    house.alarms.send()
    assert [MEI.address, LEE.address] == [to for to, _ in house.post.sent]


def test_where_no_reader_can_be_reached_another_mailbox_hears(house: House) -> None:
    """One of those that we watch and that is not down: once that it is lost, once that it is back."""
    closed = {LEE.address, MEI.address, KIM.address}
    house.alarms.down("support", SINCE, TROUBLE, closed)
    house.alarms.send(closed)
    assert [PARK.address] == [to for to, _ in house.post.sent]
    house.alarms.back("support", SINCE, BACK)
    house.alarms.send()
    assert {LEE.address: 2, MEI.address: 2, PARK.address: 2} == Counter(to for to, _ in house.post.sent)


def test_an_alarm_says_what_to_do_in_both_languages(house: House) -> None:
    """The trouble, and the command that says how to mend it."""
    house.alarms.down("support", SINCE, TROUBLE)
    house.alarms.send()
    texts = [message_from_bytes(raw, policy=default).get_content() for _, raw in house.post.sent]
    assert all("sudo mailwatch check" in text for text in texts)
    assert "What to do" in texts[0]
    assert "조치 방법" in texts[1]
