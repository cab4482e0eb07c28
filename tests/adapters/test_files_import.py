import hashlib
import mailbox
import os
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from mailwatch.adapters import files
from mailwatch.adapters.files import Spool, read_files, separator_date
from mailwatch.core.place import Place
from mailwatch.errors import ConfigError
from mailwatch.ports import Fetched

ONE = b"Subject: one\n\nhello\n"
TWO = b"Subject: two\n\n>From here on\n\nFrom now on we wait\n"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    numbers = count()
    return lambda: tmp_path / f"{next(numbers)}.spool"


def all_mails(paths: list[Path], spool: Spool) -> list[Fetched]:
    return [mail for batch in read_files(paths, spool) for mail in batch]


def test_single_message_keeps_its_bytes(tmp_path: Path, spool: Spool) -> None:
    """A message file is one mail of exactly its bytes, LF line ends included, without folder or UID."""
    path = tmp_path / "one.eml"
    path.write_bytes(ONE)
    [mail] = all_mails([path], spool)
    assert ONE == mail.content
    assert hashlib.sha256(ONE).hexdigest() == mail.sha256
    assert (Place("import"), len(ONE), None) == (mail.place, mail.size, mail.internaldate)


def test_mbox_is_cut_at_separators_only(tmp_path: Path, spool: Spool) -> None:
    """A sentence that begins with From cuts nothing, >From stays escaped, the separator's date is kept."""
    path = tmp_path / "archive"
    path.write_bytes(
        b"From a@b.example Fri Jul  8 12:08:34 2011\n" + ONE + b"\n"
        b"From c@d.example Sat Jan  3 01:05:34 1996\n" + TWO + b"\n"
    )
    first, second = all_mails([path], spool)
    assert (ONE, TWO) == (first.content, second.content)
    assert datetime(2011, 7, 8, 12, 8, 34, tzinfo=UTC) == first.internaldate
    assert datetime(1996, 1, 3, 1, 5, 34, tzinfo=UTC) == second.internaldate


def test_mbox_written_by_the_standard_library(tmp_path: Path, spool: Spool) -> None:
    """What mailbox.mbox writes is read back mail by mail."""
    box = mailbox.mbox(tmp_path / "x.mbox")
    bodies = [b"Subject: %d\n\n%s" % (n, b"line\n\n" * n) for n in range(1, 6)]
    for body in bodies:
        box.add(body)
    box.close()
    assert bodies == [m.content for m in all_mails([tmp_path / "x.mbox"], spool)]


def test_mbox_with_crlf(tmp_path: Path, spool: Spool) -> None:
    """CRLF line ends stay, and the empty line before a separator is no part of the mail."""
    path = tmp_path / "dos"
    body = b"Subject: x\r\n\r\ntext\r\n"
    path.write_bytes((b"From x Fri Jul  8 12:08:34 2011\r\n" + body + b"\r\n") * 2)
    assert [body, body] == [m.content for m in all_mails([path], spool)]


def test_maildir_with_flags_and_subfolders(tmp_path: Path, spool: Spool) -> None:
    """Both cur and new are read, flags come from the file name, tmp is left alone, subfolders count too."""
    for folder in ("", ".Sent"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / "Maildir" / folder / part).mkdir(parents=True)
            (tmp_path / "Maildir" / folder / part / f"{part}:2,FSX").write_bytes(
                b"Subject: %s\n\n" % part.encode()
            )
    mails = all_mails([tmp_path / "Maildir"], spool)
    assert [b"Subject: cur\n\n", b"Subject: new\n\n"] * 2 == [m.content for m in mails]
    assert {frozenset({"\\Flagged", "\\Seen"})} == {m.flags for m in mails}


def test_folder_of_files(tmp_path: Path, spool: Spool) -> None:
    """In a plain folder .eml and .mbox files are read, below it too; other files and links are not."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.eml").write_bytes(ONE)
    (tmp_path / "in" / "notes.txt").write_bytes(b"x")
    (tmp_path / "in" / "deep" / "B.EML").write_bytes(TWO)
    (tmp_path / "in" / "deep" / "again").symlink_to(tmp_path / "in")
    assert {ONE, TWO} == {m.content for m in all_mails([tmp_path / "in"], spool)}
    assert 2 == len(all_mails([tmp_path / "in"], spool))


def test_big_mail_goes_to_the_spool(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail above the limit is handed over as a file with the same bytes and hash."""
    monkeypatch.setattr(files, "BATCH_BYTES", 1000)
    body = b"Subject: big\n\n" + b"0123456789\n" * 400
    path = tmp_path / "big.mbox"
    path.write_bytes(
        b"From x Fri Jul  8 12:08:34 2011\n" + body + b"\nFrom x Fri Jul  8 12:08:34 2011\n" + ONE
    )
    big, small = all_mails([path], spool)
    assert isinstance(big.content, Path)
    assert body == big.read()
    assert hashlib.sha256(body).hexdigest() == big.sha256
    assert ONE == small.content


def test_batches_are_bounded(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch ends at the count of mails or the sum of bytes, whichever comes first."""
    monkeypatch.setattr(files, "BATCH_MAILS", 3)
    monkeypatch.setattr(files, "BATCH_BYTES", 2 * len(ONE))
    for n in range(5):
        (tmp_path / f"{n}.eml").write_bytes(ONE)
    assert [2, 2, 1] == [len(batch) for batch in read_files([tmp_path], spool)]


@pytest.mark.parametrize("name", ["missing.eml", "pipe"])
def test_what_cannot_be_read_is_the_users_to_mend(tmp_path: Path, spool: Spool, name: str) -> None:
    """A path that is not there, and one that is no file, end with one line that names it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError) as caught:
        all_mails([tmp_path / name], spool)
    assert name in " ".join(map(str, (caught.value, *caught.value.problems)))


def test_what_is_closed_is_told_when_all_else_was_read(tmp_path: Path, spool: Spool) -> None:
    """A path that is gone stands first and costs no other its turn."""
    (tmp_path / "b.eml").write_bytes(ONE)
    given = read_files([tmp_path / "a.eml", tmp_path / "b.eml"], spool)
    assert [ONE] == [mail.content for mail in next(given)]
    with pytest.raises(ConfigError, match="1 file or folder") as caught:
        next(given)
    assert [str(tmp_path / "a.eml")] == [str(words.values["path"]) for words in caught.value.problems]


def test_endless_line_is_read_in_pieces(tmp_path: Path, spool: Spool) -> None:
    """A mail that is one line of three MiB arrives whole, even where a piece begins like a separator."""
    path = tmp_path / "long"
    separator = b"From x Fri Jul  8 12:08:34 2011"
    body = (b"y" * (1024 * 1024) + separator) * 3 + b"\n"
    path.write_bytes(separator + b"\n" + body)
    [mail] = all_mails([path], spool)
    assert body == mail.content


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"From 123@xxx Mon Mar 02 10:00:00 +0900 2020\n", datetime(2020, 3, 2, 1, 0, tzinfo=UTC)),
        (b"From x Fri Jul  8 12:08:34 2011\n", datetime(2011, 7, 8, 12, 8, 34, tzinfo=UTC)),
        (b"From me 99:99 2020\n", None),
        (b"From x Fri Feb 30 12:08:34 2011\n", None),
        (b"From nobody Thu Jan  1 00:00:00 1970\n", None),
    ],
)
def test_separator_dates(line: bytes, expected: datetime | None) -> None:
    """A separator's time is UTC unless it names a zone; one that is no time, or 1970, is none."""
    assert expected == separator_date(line)
