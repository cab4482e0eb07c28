"""What people say, beside whoever else writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.books import fetched, message, open_archive, open_store

from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.originals import FileOriginals
from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import Erased, FiledEntry, MessageKept, Text
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.spoken import CaseNote
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.jobs import statements
from mailwatch.jobs.statements import File, Word
from mailwatch.jobs.verify import verify

CASE = CaseNumber("tracking-id", "2402220010002574")
OTHER = CaseNumber("tracking-id", "2611240040001180")
KIM = Word("kim")


def test_two_who_speak_at_once_are_both_heard(tmp_path: Path) -> None:
    """Each with a store of its own, as a command has beside the daemon: nothing is lost."""
    data = tmp_path / "data"
    stores = [open_store(data), open_store(data)]

    def speak(store: SqlStore) -> list[int]:
        notes = ([CaseNote(CASE, Text("kim"), Text(f"note {n}"))] for n in range(12))
        return [one.entry for note in notes for one in statements.say(store, note, KIM)]

    with ThreadPoolExecutor(2) as pool:
        entries = [entry for some in pool.map(speak, stores) for entry in some]
    assert len(set(entries)) == 24
    with stores[0].reading() as library:
        assert {one.entry for one in library.statements(CASE)} == set(entries)
    assert verify(stores[0].evidence(), FileJournal(data), open_archive(data)).problems == ()
    for store in stores:
        store.close()


def test_a_mail_that_cannot_be_read_any_more_stays_with_its_case(tmp_path: Path) -> None:
    """Erased, it names no number; merged, it goes along with its case, and comes back with it."""
    store = open_store(tmp_path / "data")
    mail = fetched(b"x")
    filing = Filing(mail.sha256, Verdict.FILED, CASE, rule=Rule.SUBJECT_TOKEN, confidence=Confidence.CERTAIN)
    with store.writing() as tx:
        entry = MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server)
        tx.ledger.record(entry, message(b"x"))
        tx.ledger.record(FiledEntry(filing, (), "none", desk=True))
        tx.ledger.record(Erased(None, mail.sha256, Text("law"), Text("kim")), message(b"x"))
    merged, mails = statements.merge(store, OTHER, CASE, KIM)
    with store.writing() as tx:
        assert tx.trees.filings([mail.sha256]) == {mail.sha256: replace(filing, number=OTHER, named=CASE)}
    assert mails == 1
    assert statements.withdraw(store, [merged.entry], "kim", None)[1] == 1
    with store.writing() as tx:
        assert tx.trees.filings([mail.sha256]) == {mail.sha256: filing}
    store.close()


def test_a_file_is_safe_before_the_ledger_speaks_of_it(tmp_path: Path) -> None:
    """Where its bytes cannot be kept, nothing is said; bytes that nobody speaks of do no harm."""
    data = tmp_path / "data"
    store, archive = open_store(data), open_archive(data)

    class Full(FileOriginals):
        """An archive on a full disk."""

        def put(self, batch: object) -> None:
            raise TemporaryError("the disk is full")

        def spool(self) -> Path:
            raise NotImplementedError

    file = File("a.txt", b"a")
    with pytest.raises(TemporaryError):
        statements.attach(store, Full(data / "archive", ""), CASE, file, KIM)
    assert store.evidence().head().seq == 0
    with pytest.raises(ConfigError, match="is no attached file"):
        statements.attached(store, archive, CASE, 1)
    store.close()
