"""What the store tells a digest: by the ledger's order, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.books import BACKENDS, START, message, open_store, sha, url_on

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import FolderFacts, GapFacts, HeldFacts, Tally
from mailwatch.core.entries import FiledEntry, MessageKept, Renamed, Text, Watch
from mailwatch.core.filing import Filing, Verdict
from mailwatch.core.place import Place
from mailwatch.ports import Cursor, DigestShelf, OutboxItem, Transaction

CASE = CaseNumber("tracking-id", "2611240040001180")


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    found = open_store(tmp_path / "data", url=url_on(request, tmp_path / "data"))
    yield found
    found.close()


def keep(
    tx: Transaction, name: str, verdict: Verdict = Verdict.FILED, number: CaseNumber | None = CASE
) -> str:
    raw = name.encode()
    tx.ledger.record(
        MessageKept(sha(raw), len(raw), Place("support", "INBOX", 1, len(name)), START, None),
        message(raw, message_id=f"{name}@example"),
    )
    tx.ledger.record(FiledEntry(Filing(sha(raw), verdict, number), (), "none", desk=False))
    return sha(raw)


def position(shelf: DigestShelf) -> int:
    return shelf.tally().position


def test_the_tally_counts_originals_and_names_the_last_entry(store: SqlStore) -> None:
    """An empty ledger stands at 0; a start and two entries for each of two mails make five."""
    with store.digesting() as (_, shelf):
        assert shelf.tally() == Tally(0, 0)
    with store.writing() as tx:
        keep(tx, "a")
        keep(tx, "b")
    with store.digesting() as (_, shelf):
        assert shelf.tally() == Tally(2, 5)


def test_decided_follows_the_ledger(store: SqlStore) -> None:
    """What was filed after an entry, and what was filed anew; other verdicts are not told."""
    with store.writing() as tx:
        first = keep(tx, "a")
        keep(tx, "ours", Verdict.OURS, None)
    with store.digesting() as (_, shelf):
        assert shelf.decided(0) == {first: CASE}
        mark = position(shelf)
    with store.writing() as tx:
        loose = keep(tx, "b", Verdict.UNNUMBERED, None)
    with store.digesting() as (_, shelf):
        assert shelf.decided(mark) == {loose: None}
    with store.writing() as tx:
        tx.ledger.record(FiledEntry(Filing(first, Verdict.FILED, CASE), (), "none", desk=False))
    with store.digesting() as (_, shelf):
        assert shelf.decided(mark) == {loose: None, first: CASE}


def renamed(plan: str, state: str) -> Renamed:
    return Renamed(
        plan=plan * 32,
        original=sha(b"a"),
        copy="c" * 64,
        mailbox="support",
        mode="replace",
        state=state,
        why="copy-changed" if state == "review" else None,
        folder=Text("INBOX"),
        originals=Text("Mailwatch/Originals"),
        uidvalidity=1,
        uid=1,
        copy_folder=Text("INBOX"),
        copy_uidvalidity=1,
        copy_uid=2,
        originals_uidvalidity=None,
        originals_uid=None,
        subject_from=Text("a"),
        subject_to=Text("b"),
    )


def test_troubles_are_what_nobody_has_dealt_with(store: SqlStore) -> None:
    """A held mail and a rename in review; a rename that went well later ends the review."""
    with store.writing() as tx:
        keep(tx, "a")
        tx.quarantine.hold("f" * 64, "timeout", START)
        tx.ledger.record(renamed("1", "review"))
    with store.digesting() as (_, shelf):
        held, reviews = shelf.troubles()
        assert held == (HeldFacts("f" * 64, "timeout", START, 1),)
        assert [(r.sha256, r.mailbox, r.folder, r.why) for r in reviews] == [
            (sha(b"a"), "support", "INBOX", "copy-changed")
        ]
    with store.writing() as tx:
        tx.ledger.record(renamed("2", "done"))
    with store.digesting() as (_, shelf):
        assert shelf.troubles()[1] == ()


def test_watch_tells_folders_and_gaps_after_an_entry(store: SqlStore) -> None:
    """Cursors say how far each folder was read; the ledger tells of outages, folder names included."""
    cursor = Cursor("support", "받은 편지함", 1, 1, 9, backfilled=False, last_good=START)
    with store.writing() as tx:
        tx.desk.set_cursor(cursor)
        tx.desk.set_cursor(replace(cursor, folder="Archive", older=12, older_seconds=30))
        tx.desk.set_cursor(replace(cursor, folder="Sent", last_good=None, backfilled=True))
        tx.ledger.record(Watch("outage", "support", since=START, until=START + timedelta(hours=1)))
    with store.digesting() as (_, shelf):
        folders, gaps = shelf.watch(0)
        assert folders == (
            FolderFacts("support", "Archive", START, backfilled=False, older=12, older_seconds=30),
            FolderFacts("support", "Sent", None, backfilled=True),
            FolderFacts("support", "받은 편지함", START, backfilled=False),
        )
        assert gaps == (GapFacts("outage", "support", None, START, START + timedelta(hours=1)),)
        mark = position(shelf)
    with store.writing() as tx:
        tx.ledger.record(Watch("first-good-poll", "support"))
        tx.ledger.record(Watch("folder-gone", "support", Text("옛 폴더")))
    with store.digesting() as (_, shelf):
        assert shelf.watch(mark)[1] == (GapFacts("folder-gone", "support", "옛 폴더", None, None),)


def test_earlier_digests_come_newest_first_and_per_reader(store: SqlStore) -> None:
    """31 at most, of one name and one reader, none later than asked for."""
    item = digest_item(40, "sent")
    with store.writing() as tx:
        for day in range(1, 43):
            tx.outbox.put(digest_item(day, "sent"))
        tx.outbox.put(replace(item, recipient="mei@x.example"))
        tx.outbox.put(replace(item, name="weekly"))
    with store.digesting() as (_, shelf):
        found = shelf.earlier("daily", "lee@x.example", FIRST + timedelta(days=40))
    assert [i.date for i in found] == [digest_item(day, "sent").date for day in range(40, 9, -1)]
    assert found[0].raw == b"raw"


def test_the_newest_digest_that_arrived_is_found_however_long_ago(store: SqlStore) -> None:
    """Two months in which nothing could be sent do not make the next digest a first one."""
    with store.writing() as tx:
        for day in range(1, 61):
            tx.outbox.put(digest_item(day, "sent" if day < 3 else "failed"))
    with store.digesting() as (_, shelf):
        found = shelf.earlier("daily", "lee@x.example", FIRST + timedelta(days=60))
    assert [("failed", 60), ("failed", 30), ("sent", 2)] == [
        (i.state, (date.fromisoformat(i.date) - FIRST).days) for i in (found[0], found[-2], found[-1])
    ]


FIRST = date(2026, 10, 1)


def digest_item(day: int, state: str) -> OutboxItem:
    on = FIRST + timedelta(days=day)
    return OutboxItem("daily", "lee@x.example", on.isoformat(), "id", "m@x", b"raw", state)


def test_library_and_shelf_see_one_snapshot(store: SqlStore) -> None:
    """What is committed meanwhile is seen by neither."""
    with store.digesting() as (library, shelf):
        before = position(shelf)
        with store.writing() as tx:
            keep(tx, "a")
        assert (library.cases(), position(shelf)) == ((), before)
