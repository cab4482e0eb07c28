"""What a digest says, what its subject counts, and when it is due."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.digests import (
    CALLS,
    LOGS,
    MAILFLOW,
    NOW,
    SEOUL,
    TEAMS,
    VM,
    broken,
    busy,
    case,
    content,
    mail,
    quiet,
    seoul,
    tracking,
)
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.digest import Block, BlockKind, CaseItem, DigestContent, HeldItem, MailItem, as_json
from mailwatch.core.digest_facts import DigestFacts, EarlierDigest, GapFacts, HeldFacts, ReviewFacts, Side
from mailwatch.core.filing import Rule
from mailwatch.core.reminders import (
    DigestSpec,
    Matter,
    compose,
    digest_due,
    digest_subject,
    late_since,
    wanted_between,
)
from mailwatch.core.standing import Standing


def block(made: DigestContent, kind: BlockKind) -> Block:
    found = made.block(kind)
    assert found is not None, kind
    return found


def case_item(made: DigestContent, kind: BlockKind, number: str) -> CaseItem:
    items = [i for i in block(made, kind).items if isinstance(i, CaseItem) and i.number == number]
    assert len(items) == 1
    return items[0]


# ── cases ─────────────────────────────────────────────────────────────────────


def test_a_case_is_new_when_all_its_mails_are() -> None:
    """Two of two mails are new: a new case. One of seven: a case with news."""
    made = content(busy())
    assert (case_item(made, BlockKind.NEW, VM).received, case_item(made, BlockKind.NEW, VM).sent) == (1, 1)
    assert case_item(made, BlockKind.NEWS, TEAMS).received == 1


def test_a_strangers_mail_makes_a_new_case_no_older() -> None:
    """The stranger's mail counts among the case's mails but not as news of it."""
    facts = replace(
        quiet(),
        cases=(case(VM, "x", 2),),
        messages=(mail(VM, seoul(23, 15, 20)), mail(VM, seoul(23, 16, 0), standing=Standing.STRANGER)),
    )
    item = case_item(content(facts), BlockKind.NEW, VM)
    assert item.received == 1


def test_silence_is_told_before_novelty_and_each_case_once() -> None:
    """A case that is found with ten days of silence stands among the silent, and nowhere else."""
    old = case(VM, "x", 1, last_at=seoul(14, 9, 0), last_from_us_at=None, last_from_them_at=seoul(14, 9, 0))
    made = content(replace(quiet(), cases=(old,), messages=(mail(VM, seoul(14, 9, 0)),)))
    assert [b.kind for b in made.blocks] == [BlockKind.SILENT]
    assert case_item(made, BlockKind.SILENT, VM).silent_days == 10


@pytest.mark.parametrize(
    ("last", "silent"), [(seoul(21, 23, 59), True), (seoul(22, 0, 0), False), (seoul(24, 8, 0), False)]
)
def test_silence_counts_calendar_days_of_the_reader(last: datetime, *, silent: bool) -> None:
    """On the 24th a last mail of the 21st is three days old, to the last minute of that day in Seoul."""
    made = content(replace(quiet(), cases=(case(VM, "x", last_at=last),)))
    assert (made.block(BlockKind.SILENT) is not None) == silent


@pytest.mark.parametrize(
    ("us", "them", "side"),
    [
        (seoul(20, 9, 0), seoul(20, 9, 1), Side.THEM),
        (seoul(20, 9, 1), seoul(20, 9, 0), Side.US),
        (seoul(20, 9, 0), seoul(20, 9, 0), Side.US),
        (None, seoul(20, 9, 0), Side.THEM),
        (seoul(20, 9, 0), None, Side.US),
        (None, None, None),
    ],
)
def test_who_wrote_last(us: datetime | None, them: datetime | None, side: Side | None) -> None:
    """The later of the two; nobody where only participants wrote."""
    facts = case(VM, "x", last_at=seoul(20, 9, 1), last_from_us_at=us, last_from_them_at=them)
    made = content(replace(quiet(), cases=(facts,)))
    assert case_item(made, BlockKind.SILENT, VM).last_side is side


def test_what_was_silent_for_two_months_is_counted_only() -> None:
    """Sixty-one days: told often enough, so that it takes no line any more."""
    ages = (60, 61)
    cases = tuple(
        case(f"261124004000118{i}", "x", last_at=NOW - timedelta(days=age)) for i, age in enumerate(ages)
    )
    silent = block(content(replace(quiet(), cases=cases)), BlockKind.SILENT)
    assert (len(silent.items), silent.older) == (1, 1)


@pytest.mark.parametrize("status", ["dormant", "unverified"])
def test_cases_that_are_not_open_are_left_aside(status: str) -> None:
    """Dormant cases and those that only strangers speak of stand in no block of cases."""
    facts = case(VM, "x", status=status, last_at=seoul(1, 9, 0))
    assert content(replace(quiet(), cases=(facts,))).blocks == ()


def test_the_counts_add_up() -> None:
    """Open cases are told apart by who wrote last; nothing is counted twice."""
    counts = content(busy()).counts
    assert counts.open == counts.last_from_them + counts.last_from_us == 6
    assert (counts.mails, counts.new_cases, counts.news, counts.silent) == (6, 2, 2, 2)
    assert (counts.to_check, counts.unverified, counts.unreadable) == (4, 1, 1)


def test_the_sender_is_named_where_his_mail_is_the_last_one_and_new() -> None:
    """An automatic receipt is told as such: it is no answer of a person."""
    made = content(busy())
    item = case_item(made, BlockKind.NEW, VM)
    assert (item.last_sender, item.last_automatic) == ("Microsoft Support", True)
    assert case_item(made, BlockKind.SILENT, CALLS).last_sender is None
    assert case_item(made, BlockKind.SILENT, LOGS).last_side is Side.US


# ── mails ─────────────────────────────────────────────────────────────────────


def test_strangers_are_told_by_number_time_and_count_alone() -> None:
    """Three mails of strangers with one number are one line, without a word of theirs."""
    times = [seoul(23, 22, minute) for minute in (1, 5, 3)]
    facts = replace(
        busy(),
        messages=tuple(
            mail(MAILFLOW, t, standing=Standing.STRANGER, subject="http://evil.example", sender="Microsoft")
            for t in times
        ),
    )
    made = content(facts)
    [item] = block(made, BlockKind.UNVERIFIED).items
    assert isinstance(item, MailItem)
    assert (item.number, item.count, item.at, item.known) == (MAILFLOW, 3, seoul(23, 22, 5), True)
    assert (item.sender, item.subject) == (None, None)
    assert "evil" not in json.dumps(as_json(made))


def test_a_case_that_only_strangers_speak_of_is_told_as_such() -> None:
    """Nobody whom we trust ever named this number."""
    facts = replace(
        quiet(),
        cases=(case(VM, "evil", status="unverified"),),
        messages=(mail(VM, seoul(23, 22, 4), standing=Standing.STRANGER),),
    )
    [item] = block(content(facts), BlockKind.UNVERIFIED).items
    assert isinstance(item, MailItem)
    assert not item.known


def test_a_strangers_mail_that_a_person_filed_is_no_use_of_the_number() -> None:
    """The person put it there; the stranger need not have named any case."""
    filed = replace(mail(MAILFLOW, seoul(23, 22, 4), standing=Standing.STRANGER), rule=Rule.PERSON)
    assert content(replace(busy(), messages=(filed,))).block(BlockKind.UNVERIFIED) is None


def test_what_stands_is_told_once_and_counted_from_then_on() -> None:
    """A mail held before the last digest takes no line; it still counts."""
    old = HeldFacts("a" * 64, "timeout", NOW - timedelta(days=3), 3)
    new = HeldFacts("b" * 64, "memory", NOW - timedelta(hours=3), 1)
    review = ReviewFacts("c" * 64, None, "support", "INBOX", NOW - timedelta(days=3), None)
    made = content(replace(quiet(), held=(old, new), reviews=(review,)))
    unread = block(made, BlockKind.UNREADABLE)
    assert [i.ref for i in unread.items if isinstance(i, HeldItem)] == ["b" * 12]
    assert unread.older == 1
    assert (block(made, BlockKind.REVIEW).items, block(made, BlockKind.REVIEW).older) == ((), 1)
    assert made.counts.unreadable == 2
    assert made.counts.to_check == 1


def test_a_block_has_room_for_twelve() -> None:
    """Of thirty mails without a number twelve are shown, newest first, and eighteen counted."""
    loose = tuple(mail(None, NOW - timedelta(hours=hour)) for hour in range(30))
    made = content(replace(quiet(), loose=loose))
    found = block(made, BlockKind.UNNUMBERED)
    assert (len(found.items), found.more, found.total) == (12, 18, 30)
    assert [i.at for i in found.items if isinstance(i, MailItem)] == [
        NOW - timedelta(hours=h) for h in range(12)
    ]


def test_items_are_numbered_through_in_reading_order() -> None:
    """What asks for something comes first; numbers run on from block to block."""
    made = content(busy())
    turns = {BlockKind.NOW, BlockKind.OURS, BlockKind.LATE, BlockKind.CUSTOMER, BlockKind.CLOSED}
    assert [b.kind for b in made.blocks] == [kind for kind in BlockKind if kind not in turns]
    numbers = [item.n for b in made.blocks for item in b.items]
    assert numbers == list(range(1, len(numbers) + 1))


# ── watching ──────────────────────────────────────────────────────────────────


def test_a_quiet_day_is_quiet_only_where_the_watching_lives() -> None:
    """Silence is good news from a house that is awake, and no news from one that sleeps."""
    assert content(quiet()).quiet
    assert not content(broken()).quiet
    assert not content(replace(quiet(), folders=())).quiet


def test_the_text_knows_up_to_the_folder_that_was_read_first() -> None:
    """One folder that was never read: nothing can be said of the whole."""
    assert content(quiet()).watch.up_to == seoul(24, 8, 57)
    assert content(broken()).watch.up_to is None
    assert [f.folder for f in content(broken()).watch.behind] == ["INBOX", "보낸 편지함"]


def test_an_outage_that_goes_on_breaks_the_watching() -> None:
    """Folders read a minute ago do not help while the server is away."""
    facts = replace(quiet(), gaps=(replace(broken().gaps[0]),))
    assert not content(facts).watch.ok
    ended = replace(broken().gaps[0], until=seoul(23, 23, 0))
    assert content(replace(quiet(), gaps=(ended,))).watch.ok


# ── subject ───────────────────────────────────────────────────────────────────


def test_the_subject_begins_with_what_cannot_wait() -> None:
    """Three counts at most; a watching that broke off comes before all else."""
    assert digest_subject(content(busy())) == (
        (Matter.TO_CHECK, 4),
        (Matter.NEW, 2),
        (Matter.NEWS, 2),
    )
    assert digest_subject(content(quiet())) == ()


def test_the_subject_counts_mailboxes_that_are_not_watched() -> None:
    """Once each: by a folder that was not read lately, by an outage, or because none was ever read."""
    # Two folders of one mailbox, and an outage of it.
    assert digest_subject(content(broken())) == ((Matter.NOT_WATCHING, 1),)
    never = replace(quiet(), unread=("billing", "sales"))
    assert digest_subject(content(never)) == ((Matter.NOT_WATCHING, 2),)
    assert (False, None) == (content(never).watch.ok, content(never).watch.up_to)
    all_of_it = replace(
        broken(),
        unread=("billing", "sales"),
        gaps=(*broken().gaps, GapFacts("outage", "lead", None, seoul(23, 22, 15), None)),
    )
    assert ("billing", "lead", "sales", "support") == content(all_of_it).watch.lost
    assert digest_subject(content(all_of_it)) == ((Matter.NOT_WATCHING, 4),)


def test_the_first_digest_is_never_late() -> None:
    """Nobody waited for it: mailwatch was being installed when its hour struck."""
    due = seoul(24, 6, 0)

    def late(facts: DigestFacts) -> datetime | None:
        return compose(facts, name="daily", now=NOW, zone=SEOUL, silent_after=3, due=due).due

    first = replace(quiet(), since=None, earlier=(), missed=())
    assert late(first) is None
    assert due == late(replace(first, since=seoul(23, 9, 0)))
    assert due == late(replace(first, earlier=(EarlierDigest(date(2026, 11, 23), "maybe"),)))
    assert due == late(replace(first, missed=(date(2026, 11, 23),)))


# ── due ───────────────────────────────────────────────────────────────────────

SPEC = DigestSpec("daily", "us@contoso.example", (), at=time(9, 0))
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        (seoul(24, 8, 59), None, None),
        (seoul(24, 9, 0), None, TUESDAY),
        (seoul(24, 9, 0), date(2026, 11, 23), TUESDAY),
        (seoul(24, 23, 59), date(2026, 11, 20), TUESDAY),
        (seoul(24, 9, 1), TUESDAY, None),
        (seoul(24, 9, 1), date(2026, 11, 25), None),
    ],
)
def test_due_once_a_local_day_from_its_hour_on(now: datetime, last: date | None, due: date | None) -> None:
    """Late is late but still today; a day before is not made up for; a clock set back sends nothing."""
    assert digest_due(SPEC, now, SEOUL, last) == due


def test_due_on_the_weekdays_that_are_asked_for() -> None:
    """Sunday the 22nd is no working day; Monday in Seoul begins on Sunday in UTC."""
    spec = replace(SPEC, weekdays=frozenset({1, 2, 3, 4, 5}))
    assert digest_due(spec, seoul(22, 12, 0), SEOUL, None) is None
    assert digest_due(
        replace(spec, at=time(0, 0)), datetime(2026, 11, 22, 15, 0, tzinfo=UTC), SEOUL, None
    ) == date(2026, 11, 23)


def test_an_hour_that_does_not_exist_is_due_with_the_next_minute() -> None:
    """Berlin, 29 March 2026: the clock goes from 01:59 to 03:00; 02:30 is due at 03:00, once."""
    berlin, spec = ZoneInfo("Europe/Berlin"), replace(SPEC, at=time(2, 30))
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert digest_due(spec, before, berlin, None) is None
    assert digest_due(spec, after, berlin, None) == date(2026, 3, 29)


def test_an_hour_that_comes_twice_is_due_once() -> None:
    """Berlin, 25 October 2026: 02:30 comes at 00:30 and at 01:30 UTC."""
    berlin, spec = ZoneInfo("Europe/Berlin"), replace(SPEC, at=time(2, 30))
    day = date(2026, 10, 25)
    assert digest_due(spec, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), berlin, None) == day
    assert digest_due(spec, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), berlin, day) is None


@pytest.mark.parametrize(
    ("hour", "minute", "late"),
    [(9, 0, False), (9, 30, False), (9, 31, True), (23, 59, True), (8, 0, False)],
)
def test_a_digest_that_is_made_half_an_hour_after_its_time_is_late(
    hour: int, minute: int, *, late: bool
) -> None:
    """Less is the first look at the mailboxes after a start; before its hour nothing is late."""
    due = late_since(SPEC, seoul(24, hour, minute), SEOUL)
    assert due == (seoul(24, 9, 0) if late else None)


def test_a_night_with_two_equal_hours_makes_nobody_late() -> None:
    """Berlin, 25 October 2026, due 02:30: made at the first one it is in time; an hour on it is late."""
    berlin, spec = ZoneInfo("Europe/Berlin"), replace(SPEC, at=time(2, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert late_since(spec, first, berlin) is None
    assert late_since(spec, first + timedelta(hours=1), berlin) == first


def test_an_hour_that_was_left_out_is_not_late_at_once() -> None:
    """Berlin, 29 March 2026, due 02:30: what is made at 03:00, the next minute that exists, is in time."""
    berlin, spec = ZoneInfo("Europe/Berlin"), replace(SPEC, at=time(2, 30))
    assert late_since(spec, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), berlin) is None
    assert late_since(spec, datetime(2026, 3, 29, 3, 0, tzinfo=UTC), berlin) is not None


def test_days_without_a_digest_are_those_on_which_one_is_wanted() -> None:
    """Between Thursday the 19th and Tuesday the 24th lie Friday and Monday; a year is counted at most."""
    spec = replace(SPEC, weekdays=frozenset({1, 2, 3, 4, 5}))
    assert wanted_between(spec, date(2026, 11, 19), TUESDAY) == (date(2026, 11, 20), date(2026, 11, 23))
    assert wanted_between(SPEC, date(2026, 11, 23), TUESDAY) == ()
    assert 400 == len(wanted_between(SPEC, date(2000, 1, 1), TUESDAY))


ZONES = st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])


@given(
    zone=ZONES.map(ZoneInfo),
    start=st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    at=st.times(max_value=time(23, 30)).map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_a_scheduler_that_asks_each_quarter_sends_one_a_day(
    zone: ZoneInfo, start: datetime, at: time
) -> None:
    """Over three days, asked every quarter of an hour, each local date is due at most once, in order."""
    spec, last, sent = replace(SPEC, at=at), None, []
    for step in range(3 * 96):
        due = digest_due(spec, start.replace(tzinfo=UTC) + timedelta(minutes=15 * step), zone, last)
        if due is not None:
            sent.append(due)
            last = due
    assert sent == sorted(set(sent))
    assert 2 <= len(sent) <= 4


# ── JSON ──────────────────────────────────────────────────────────────────────


def test_a_day_after_a_missing_digest_is_not_quiet() -> None:
    """Nothing is new, but the reader must hear that he was told nothing."""
    assert content(quiet()).quiet
    assert not content(replace(quiet(), missed=(date(2026, 11, 23),))).quiet


def test_content_survives_json() -> None:
    """Every value is JSON's own; times are UTC with milliseconds."""
    values = as_json(content(busy()))
    again = json.loads(json.dumps(values))
    assert again == values
    assert again["now"] == "2026-11-24T00:00:00.000Z"
    assert again["blocks"][4]["items"][0]["last_side"] == "them"


def test_the_same_facts_make_the_same_digest_in_any_order() -> None:
    """The order in which the store hands out rows decides nothing."""
    facts = busy()
    turned: DigestFacts = replace(
        facts,
        cases=facts.cases[::-1],
        messages=facts.messages[::-1],
        loose=facts.loose[::-1],
    )
    assert content(turned).blocks == content(facts).blocks
    assert tracking(VM).canonical == VM
