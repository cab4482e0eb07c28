from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mailwatch.adapters.journal import FileJournal
from mailwatch.core.canonical import canonical
from mailwatch.core.ledger import Head, link_hash
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import JournalLine


def entry(seq: int, month: str = "2026-03", pad: int = 0) -> JournalLine:
    return JournalLine(month, canonical({"seq": seq, "prev": "p", "pad": "x" * pad}))


def text(commit: str, month: str = "2026-03") -> JournalLine:
    return JournalLine(month, canonical({"commit": commit}))


def end_of(line: JournalLine, seq: int) -> Head:
    return Head(seq, link_hash(line.data))


def test_lines_are_canonical_bytes_and_lf_by_month(tmp_path: Path) -> None:
    """Two months are two files, for their owner alone."""
    FileJournal(tmp_path).append([entry(1), entry(2, "2026-04")], [text("a")])
    march = tmp_path / "ledger" / "2026-03.jsonl"
    assert march.read_bytes() == entry(1).data + b"\n"
    assert (tmp_path / "ledger" / "2026-04.jsonl").read_bytes() == entry(2).data + b"\n"
    assert (tmp_path / "texts" / "2026-03.jsonl").read_bytes() == b'{"commit":"a"}\n'
    assert stat.S_IMODE(march.stat().st_mode) == 0o600
    assert stat.S_IMODE(march.parent.stat().st_mode) == 0o700


def test_an_empty_journal_ends_at_genesis(tmp_path: Path) -> None:
    """Nothing was written: seq 0."""
    assert FileJournal(tmp_path).end() == Head()
    assert list(FileJournal(tmp_path).entries()) == []


@pytest.mark.parametrize("pad", [0, 70_000, 200_000])
def test_the_end_is_the_last_whole_line_however_long(tmp_path: Path, pad: int) -> None:
    """It is read from the end of the file, in blocks."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1), entry(2, pad=pad)], [])
    assert journal.end() == end_of(entry(2, pad=pad), 2)
    with (tmp_path / "ledger" / "2026-03.jsonl").open("ab") as file:
        file.write(entry(3, pad=pad).data[:-5])
    assert journal.end() == end_of(entry(2, pad=pad), 2)


def test_a_clock_set_back_loses_nothing(tmp_path: Path) -> None:
    """A later entry in an earlier month is still the end, and entries come by seq."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1, "2026-03"), entry(2, "2026-04"), entry(3, "2026-03")], [])
    assert journal.end() == end_of(entry(3), 3)
    assert list(journal.entries()) == [entry(seq).data for seq in (1, 2, 3)]


@pytest.mark.parametrize("pad", [0, 70_000])
def test_half_a_line_is_cut_before_it_is_written_whole(tmp_path: Path, pad: int) -> None:
    """What a crash left in the middle of a line goes; no line before it is touched."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1)], [text("a")])
    for folder, line in (("ledger", entry(2, pad=pad)), ("texts", text("b"))):
        with (tmp_path / folder / "2026-03.jsonl").open("ab") as file:
            file.write(line.data[:-3])
    assert list(journal.entries()) == [entry(1).data]
    # The texts of a batch may come in another order than the one in which the crash met them.
    journal.append([entry(2, pad=pad)], [text("c"), text("b")])
    assert list(journal.entries()) == [entry(1).data, entry(2, pad=pad).data]
    assert list(journal.texts()) == [text(name).data for name in "acb"]


@pytest.mark.parametrize("pad", [0, 70_000])
def test_half_a_line_that_is_not_ours_stays_as_a_line(
    tmp_path: Path, pad: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be evidence: it is told, nothing is written into it, and ``verify`` finds it."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1)], [text("a")])
    foreign = b'{"half' + b"x" * pad
    for folder in ("ledger", "texts"):
        with (tmp_path / folder / "2026-03.jsonl").open("ab") as file:
            file.write(foreign)
    journal.append([entry(2)], [text("b")])
    assert (tmp_path / "ledger" / "2026-03.jsonl").read_bytes().splitlines() == [
        entry(1).data,
        foreign,
        entry(2).data,
    ]
    assert list(journal.texts()) == [text("a").data, foreign, text("b").data]
    assert "mailwatch verify" in caplog.text


def test_half_a_line_is_ended_where_nothing_is_written(tmp_path: Path) -> None:
    """So that whoever reads the journal sees it; a second time changes nothing."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1), entry(2, "2026-04")], [text("a")])
    march = tmp_path / "ledger" / "2026-03.jsonl"
    with march.open("ab") as file:
        file.write(b"rubbish")
    journal.close_lines()
    journal.close_lines()
    assert march.read_bytes() == entry(1).data + b"\nrubbish\n"
    assert (tmp_path / "ledger" / "2026-04.jsonl").read_bytes() == entry(2).data + b"\n"


def test_a_file_that_holds_half_a_line_alone_starts_anew(tmp_path: Path) -> None:
    """The very first write may be the one that was cut."""
    journal = FileJournal(tmp_path)
    path = tmp_path / "ledger" / "2026-03.jsonl"
    path.write_bytes(entry(1).data[:-1])
    assert journal.end() == Head()
    journal.append([entry(1)], [])
    assert path.read_bytes() == entry(1).data + b"\n"


@pytest.mark.parametrize("rubbish", [b"rubbish\n", b"\0" * 70_000 + b"\n", b"a\nb\n\n", b'{"seq":9}\n'])
def test_lines_at_the_end_that_are_no_entries_are_told_and_passed_over(
    tmp_path: Path, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """As a power cut leaves them: the watching goes on, and ``verify`` names them."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1), entry(2)], [])
    assert journal.end() == end_of(entry(2), 2)
    assert not caplog.text
    with (tmp_path / "ledger" / "2026-03.jsonl").open("ab") as file:
        file.write(rubbish)
    assert journal.end() == end_of(entry(2), 2)
    assert "mailwatch verify" in caplog.text


def test_a_journal_without_a_single_entry_is_told(tmp_path: Path) -> None:
    """As after an attack that encrypts files: a new ledger must not begin behind it."""
    journal = FileJournal(tmp_path)
    (tmp_path / "ledger" / "2026-03.jsonl").write_bytes(b"rubbish\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        journal.end()


def test_other_files_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    """A person's notes or a copy of a month are no journal."""
    journal = FileJournal(tmp_path)
    journal.append([entry(1)], [])
    (tmp_path / "ledger" / "2026-03.jsonl.bak").write_bytes(entry(9).data + b"\n")
    assert journal.end().seq == 1


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """The second one waits as long as it was told, then says who is in the way; later it may."""
    first, second = FileJournal(tmp_path), FileJournal(tmp_path, patience=0.05)
    with first.locked(), pytest.raises(TemporaryError, match="another mailwatch"), second.locked():
        pass
    with second.locked():
        pass


def test_a_journal_that_others_can_look_into_is_refused(tmp_path: Path) -> None:
    """Subjects and addresses stand in the texts."""
    (tmp_path / "texts").mkdir(mode=0o755)
    (tmp_path / "texts").chmod(0o755)
    with pytest.raises(ConfigError, match="other users"):
        FileJournal(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("x")
    with pytest.raises(ConfigError, match="a file stands in its way"):
        FileJournal(tmp_path / "data")
