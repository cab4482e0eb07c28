"""The mails of cases and what each told, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.books import BACKENDS, START, Ticking, fetched, message, open_store, sha, url_on

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.case_events import CaseEvent, Kind
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.entries import FiledEntry, MessageKept, SeenElsewhere
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.place import Place
from mailwatch.core.standing import Standing
from mailwatch.core.told import Told
from mailwatch.ports import CaseMail, Transaction

CASE = CaseNumber("tracking-id", "2402220010002574")
OTHER = CaseNumber("srx", "SRX1318598611")
TODAY, YESTERDAY = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(tmp_path / "data", Ticking(), url=url_on(request, tmp_path / "data"))
    yield opened
    opened.close()


def keep(
    tx: Transaction,
    raw: bytes,
    uid: int,
    number: CaseNumber | None = CASE,
    *,
    at: datetime = START,
    received: datetime | None = None,
    **more: object,
) -> None:
    """A mail as ingest records it: kept, then decided."""
    mail = fetched(raw, uid)
    entry = MessageKept(mail.sha256, mail.size, mail.place, received or at, mail.server)
    tx.ledger.record(entry, message(raw, message_id=f"{uid}@example", date=at))
    tx.ledger.record(FiledEntry(filing(raw, number, **more), (), "none", desk=True))


def filing(raw: bytes, number: CaseNumber | None = CASE, **more: object) -> Filing:
    known: dict[str, object] = {
        "verdict": Verdict.FILED,
        "standing": Standing.VOUCHED,
        "rule": Rule.SUBJECT_TOKEN,
        "confidence": Confidence.CERTAIN,
    }
    return Filing(sha(raw), number=number, **{**known, **more})


def unread(store: SqlStore, fingerprint: str = TODAY, limit: int = 100) -> tuple[CaseMail, ...]:
    with store.reading() as library:
        return library.mails.unread(fingerprint, limit)


def shas(mails: tuple[CaseMail, ...]) -> list[str]:
    return [mail.filing.sha256 for mail in mails]


def told(raw: bytes) -> Told:
    event = CaseEvent(START, Kind.QUESTION, sha(raw), Side.THEM, vendor="Microsoft")
    return Told((event,), "en")


def test_the_newest_is_read_first_and_each_once(store: SqlStore) -> None:
    """What was kept is not asked for again, and is told with the times of its mail."""
    with store.writing() as tx:
        keep(tx, b"old", 1, at=START - timedelta(days=2))
        keep(tx, b"new", 2, received=START + timedelta(minutes=3))
    assert shas(unread(store)) == [sha(b"new"), sha(b"old")]
    assert shas(unread(store, limit=1)) == [sha(b"new")]
    (new, _) = unread(store)
    assert (new.mailbox, new.size, new.sent_at) == ("support", 3, START)
    assert (new.received_at, new.told) == (START + timedelta(minutes=3), None)
    with store.writing() as tx:
        tx.told.save(TODAY, [(new, told(b"new"))])
    assert shas(unread(store)) == [sha(b"old")]
    with store.reading() as library:
        old, again = library.mails.of(CASE, TODAY)
    assert old.told is None
    assert again.told is not None
    assert [event.at for event in again.told.events] == [START + timedelta(minutes=3)]
    assert again.told.language == "en"


def test_other_rules_and_another_filing_have_it_read_again(store: SqlStore) -> None:
    """A row speaks for one filing under one fingerprint; the new reading takes its place."""
    with store.writing() as tx:
        keep(tx, b"x", 1)
    with store.writing() as tx:
        tx.told.save(YESTERDAY, [(unread(store)[0], told(b"x"))])
    assert shas(unread(store)) == [sha(b"x")]
    assert unread(store, YESTERDAY) == ()
    with store.writing() as tx:
        tx.told.save(TODAY, [(unread(store)[0], told(b"x"))])
    assert (unread(store), shas(unread(store, YESTERDAY))) == ((), [sha(b"x")])
    with store.writing() as tx:
        tx.ledger.record(FiledEntry(filing(b"x", OTHER), (), "none", desk=True))
    assert [(m.filing.sha256, m.filing.number) for m in unread(store)] == [(sha(b"x"), OTHER)]


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (CASE, {"standing": Standing.STRANGER}),
        (CASE, {"standing": Standing.PARTICIPANT}),
        (None, {"verdict": Verdict.UNNUMBERED}),
        (CASE, {"verdict": Verdict.SAME, "via": sha(b"other")}),
    ],
)
def test_mail_that_moves_no_case_is_not_read(
    store: SqlStore, number: CaseNumber | None, more: dict[str, object]
) -> None:
    """Strangers' mail, mail without a case, and further originals of a mail."""
    with store.writing() as tx:
        keep(tx, b"x", 1, number, **more)
    assert unread(store) == ()


@pytest.mark.parametrize("age", [29, 30, 31])
def test_a_case_sleeps_as_the_list_of_cases_says(store: SqlStore, age: int) -> None:
    """One rule, told in two places: what is listed as dormant is left alone until it wakes."""
    with store.writing() as tx:
        keep(tx, b"x", 1, at=START - timedelta(days=age))
    with store.reading() as library:
        (row,) = library.cases()
        awake = shas(library.mails.awake(TODAY))
        assert awake == ([sha(b"x")] if row.status == "open" else [])
        assert shas(library.mails.of(CASE, TODAY)) == [sha(b"x")]
    with store.writing() as tx:
        keep(tx, b"y", 2)
    assert shas(unread(store)) == [sha(b"y"), sha(b"x")]


def test_a_stranger_wakes_no_case(store: SqlStore) -> None:
    """His mail makes the case neither awake nor read."""
    with store.writing() as tx:
        keep(tx, b"x", 1, at=START - timedelta(days=40))
        keep(tx, b"s", 2, standing=Standing.STRANGER)
    assert unread(store) == ()


def test_the_first_receipt_of_any_original_counts(store: SqlStore) -> None:
    """Definition 11: in whichever mailbox it came first, however late that one is read."""
    with store.writing() as tx:
        keep(tx, b"x", 1, received=START + timedelta(minutes=9))
        keep(tx, b"same", 2, received=START + timedelta(minutes=2), verdict=Verdict.SAME, via=sha(b"x"))
        place = Place("kim", "INBOX", 1, 7)
        tx.ledger.record(SeenElsewhere(sha(b"x"), place, START + timedelta(minutes=5), None))
    (mail,) = unread(store)
    assert (mail.received_at, mail.mailbox) == (START + timedelta(minutes=2), "support")
    with store.writing() as tx:
        tx.told.save(TODAY, [(replace(mail, received_at=None), told(b"x"))])
    with store.reading() as library:
        (again,) = library.mails.awake(TODAY)
    assert again.told is not None
    assert [event.at for event in again.told.events] == [START + timedelta(minutes=2)]
