"""What people say, beside whoever else writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes.books import open_archive, open_store

from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.originals import FileOriginals
from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import Text
from mailwatch.core.spoken import CaseNote
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.jobs import statements
from mailwatch.jobs.statements import File, Word
from mailwatch.jobs.verify import verify

CASE = CaseNumber("tracking-id", "2402220010002574")
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
