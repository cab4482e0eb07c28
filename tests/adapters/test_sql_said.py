"""What people said, out of the store again: on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.books import BACKENDS, START, fetched, message, open_store, sha, url_on

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import FiledEntry, MessageKept, Text
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.spoken import CaseLink, CaseNote, CaseSet, Key, Said, Tie, Withdrawn

A = CaseNumber("tracking-id", "2402220010002574")
B = CaseNumber("tracking-id", "2402220010002575")
C = CaseNumber("srx", "SRX1318598611")
KIM, LEE = Text("kim"), Text("lee")


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    data = tmp_path / "data"
    made = open_store(data, url=url_on(request, data))
    yield made
    made.close()


def say(store: SqlStore, said: Said | Withdrawn, days: float = 0) -> int:
    with store.writing() as tx:
        return tx.ledger.record(said, actor="person", at=START + timedelta(days=days))


def test_statements_come_back_in_time_with_who_and_when(store: SqlStore) -> None:
    """Dated back, in the order it happened; what was taken back says by whom and when."""
    first = CaseSet(A, KIM, Key.CUSTOMER, text=Text("한빛정밀"))
    second = CaseNote(A, LEE, Text("earlier"))
    entries = [say(store, first), say(store, second, days=-2), say(store, CaseNote(B, KIM, Text("other")))]
    say(store, Withdrawn(entries[0], LEE))
    with store.reading() as library:
        found = library.statements(A)
        assert library.statements(C) == ()
    assert [(one.entry, one.said, one.by) for one in found] == [
        (entries[1], second, "lee"),
        (entries[0], first, "kim"),
    ]
    assert found[0].at == START - timedelta(days=2)
    assert found[0].recorded_at > START
    assert (found[0].withdrawn_by, found[1].withdrawn_by) == (None, "lee")
    assert found[1].withdrawn_at is not None


def test_a_merged_case_speaks_within_the_other(store: SqlStore) -> None:
    """A link is told of both; a merge that was taken back parts them again."""
    noted = say(store, CaseNote(B, KIM, Text("b")))
    tied = say(store, CaseLink(A, KIM, C, Tie.RELATED))
    merged = say(store, CaseLink(A, KIM, B, Tie.MERGED))
    with store.reading() as library:
        assert [one.entry for one in library.statements(A)] == [noted, tied, merged]
        assert [one.entry for one in library.statements(C)] == [tied]
        every = library.all_statements()
    assert {number: [one.entry for one in some] for number, some in every.items()} == {
        A: [noted, tied, merged],
        C: [tied],
    }
    say(store, Withdrawn(merged, KIM))
    with store.reading() as library:
        assert [one.entry for one in library.statements(A)] == [tied, merged]
        assert [one.entry for one in library.all_statements()[B]] == [noted, merged]


def test_what_a_person_merged_is_found_by_both_numbers(store: SqlStore) -> None:
    """A mail that is filed under one case and named another stands in the way of neither; pins are told."""
    filing = Filing(sha(b"x"), Verdict.FILED, A, rule=Rule.PERSON, confidence=Confidence.CERTAIN, named=B)
    mail = fetched(b"x")
    with store.writing() as tx:
        tx.ledger.record(
            MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server), message(b"x")
        )
        pinned = tx.ledger.record(FiledEntry(filing, (), "none", desk=False), actor="person")
        assert tx.trees.filings([sha(b"x")])[sha(b"x")] == filing
        assert tx.trees.known(frozenset({A, B, C})) == {A, B}
        assert tx.trees.filed(A) == tx.trees.filed(B) == {"m1@example"}
        assert tx.trees.filed(C) == frozenset()
        assert tx.trees.pins([sha(b"x"), sha(b"y")]) == {sha(b"x"): pinned}
        tx.ledger.record(Withdrawn(pinned, KIM), actor="person")
        assert tx.trees.pins([sha(b"x")]) == {}


def test_a_case_is_known_by_a_persons_word(store: SqlStore) -> None:
    """Added, or merged away; no more once that is taken back."""
    added = say(store, CaseSet(A, KIM, Key.OPENED, word="phone"))
    merged = say(store, CaseLink(A, KIM, B, Tie.MERGED))
    say(store, CaseSet(C, KIM, Key.PLAN, word="csp"))
    with store.writing() as tx:
        assert tx.said.known(frozenset({A, B, C})) == {A, B}
        for entry in (added, merged):
            tx.ledger.record(Withdrawn(entry, KIM), actor="person")
        assert tx.said.known(frozenset({A, B, C})) == frozenset()
