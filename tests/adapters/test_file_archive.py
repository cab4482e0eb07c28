from __future__ import annotations

import ctypes
import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.books import fetched, open_archive, sha

from mailwatch.adapters import archive as archive_module
from mailwatch.adapters import disk
from mailwatch.adapters.archive import FileArchive
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.ports import Fetched

RAW = b"Subject: x\r\n\r\nhello"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def file_of(root: Path, raw: bytes) -> Path:
    name = sha(raw)
    return root / name[:2] / name[2:4] / f"{name}.eml"


def spooled(archive: FileArchive, raw: bytes) -> Fetched:
    path = archive.spool()
    path.write_bytes(raw)
    return replace(fetched(raw), content=path)


def test_an_original_lies_under_its_hash_for_its_owner_alone(root: Path) -> None:
    """ab/cd/<sha256>.eml, 0400 in folders of 0700, and tmp holds nothing afterwards."""
    archive = FileArchive(root)
    archive.put([fetched(RAW)])
    path = file_of(root, RAW)
    assert path.read_bytes() == RAW
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert {stat.S_IMODE(p.stat().st_mode) for p in (root, path.parent, path.parent.parent)} == {0o700}
    archive.close()
    assert list((root / "tmp").iterdir()) == []


def test_what_was_put_is_read_and_listed_in_order(root: Path) -> None:
    """``read``, ``has`` and ``all`` speak of the same originals; strangers' files are no originals."""
    archive = FileArchive(root)
    mails = [f"mail {n}".encode() for n in range(20)]
    archive.put([fetched(raw) for raw in mails])
    (file_of(root, mails[0]).parent / "notes.txt").write_text("x")
    (root / "README").write_text("x")
    assert list(archive.all()) == sorted(sha(raw) for raw in mails)
    assert all(archive.read(sha(raw)) == raw for raw in mails)
    assert archive.has(sha(mails[0]))


def test_an_original_that_is_not_there_is_a_key_error(root: Path) -> None:
    """Also for a name that is none: no path is made of it."""
    archive = FileArchive(root)
    assert not archive.has("0" * 64)
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(KeyError):
            archive.read(name)


def test_the_same_bytes_twice_are_one_file(root: Path) -> None:
    """In one batch and in two; an empty batch is nothing."""
    archive = FileArchive(root)
    archive.put([fetched(RAW), fetched(RAW, uid=2)])
    archive.put([fetched(RAW)])
    archive.put([])
    assert list(archive.all()) == [sha(RAW)]


def test_a_spool_file_is_linked_and_not_copied(root: Path) -> None:
    """A big mail is written once: the archive's name is another name of the same file."""
    archive = FileArchive(root)
    mail = spooled(archive, RAW)
    assert isinstance(mail.content, Path)
    archive.put([mail])
    assert file_of(root, RAW).stat().st_ino == mail.content.stat().st_ino
    assert mail.read() == RAW


def test_a_spool_file_from_another_file_system_is_copied(root: Path, tmp_path: Path) -> None:
    """A hard link cannot cross; the bytes are hashed again on the way."""
    archive = FileArchive(root)
    mail = spooled(archive, RAW)
    links = iter([OSError(errno.EXDEV, "cross-device"), None])

    def link(one: Path, other: Path) -> None:
        problem = next(links)
        if problem is not None:
            raise problem
        real(one, other)

    real = os.link
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_module.os, "link", link)
        archive.put([mail])
    assert file_of(root, RAW).read_bytes() == RAW


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_mail_that_changed_on_its_way_is_refused(root: Path, *, on_disk: bool) -> None:
    """The hash taken from the server must still hold on the way to the disk; nothing is kept."""
    archive = FileArchive(root)
    mail = spooled(archive, RAW + b"!") if on_disk else fetched(RAW + b"!")
    with pytest.raises(TemporaryError, match="changed between"):
        archive.put([replace(mail, sha256=sha(RAW))])
    assert list(archive.all()) == []


def test_other_bytes_under_the_same_name_are_a_loud_error(root: Path) -> None:
    """A changed original is never taken for the mail that comes in again."""
    archive = FileArchive(root)
    archive.put([fetched(RAW)])
    path = file_of(root, RAW)
    path.chmod(0o600)
    path.write_bytes(RAW + b"!")
    with pytest.raises(ConfigError, match="does not hold the bytes") as caught:
        archive.put([fetched(RAW)])
    assert "mailwatch verify" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, TemporaryError, "is full"),
        (errno.EDQUOT, TemporaryError, "is full"),
        (errno.EROFS, ConfigError, "cannot be written to"),
        (errno.EACCES, ConfigError, "cannot be written to"),
        (errno.EIO, TemporaryError, "failed"),
    ],
)
def test_a_disk_that_refuses_is_one_line(
    root: Path, number: int, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose fault it is and what to do; nothing half-written carries an original's name."""
    archive = FileArchive(root)

    def refuse(_handle: int, _data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(archive_module, "write_all", refuse)
    with pytest.raises(kind, match=words):
        archive.put([fetched(RAW)])
    assert list(archive.all()) == []


def test_an_archive_that_others_can_look_into_is_refused(root: Path) -> None:
    """The mend is the command to run."""
    root.mkdir(mode=0o755)
    root.chmod(0o755)
    with pytest.raises(ConfigError, match="other users") as caught:
        FileArchive(root)
    assert str(caught.value.mend) == f"run: chmod 700 {root}"


def test_what_a_crash_left_in_tmp_is_swept_and_what_is_in_use_is_not(root: Path) -> None:
    """Two processes share one archive: the second start must not take the first one's spool files."""
    first = FileArchive(root)
    in_use = first.spool()
    in_use.write_bytes(b"half")
    left = root / "tmp" / "crashed"
    left.mkdir()
    (left / "x.eml").write_bytes(b"half")
    FileArchive(root)
    assert in_use.exists()
    assert not left.exists()


def test_a_crash_between_link_and_folder_sync_is_made_good(root: Path) -> None:
    """The name is there already when the batch comes again; its folder is synced once more."""
    archive = FileArchive(root)
    archive.put([fetched(RAW)])
    synced: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_module, "sync_folder", synced.append)
        archive.put([fetched(RAW)])
    assert file_of(root, RAW).parent in synced


def test_every_folder_is_synced_once_a_batch(root: Path) -> None:
    """Two mails in one folder cost one fsync of it; a new folder costs one of the folder above."""
    archive = FileArchive(root)
    synced: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_module, "sync_folder", synced.append)
        patch.setattr(disk, "_syncfs", None)
        archive.put([fetched(f"{n}".encode()) for n in range(300)])
    assert len(synced) == len(set(synced))
    assert root in synced


@pytest.mark.parametrize("whole", [True, False], ids=["syncfs", "each"])
def test_a_big_batch_is_made_durable_in_one_go_or_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    """Where the kernel cannot be trusted with the whole file system, each file and folder is synced."""
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
    if not whole:
        monkeypatch.setattr(disk, "_syncfs", None)
    batch = [fetched(b"mail %d" % n, uid=n) for n in range(1, 101)]
    open_archive(tmp_path).put(batch)
    assert all(open_archive(tmp_path).read(mail.sha256) == mail.content for mail in batch)
    assert (synced == []) is (whole and disk._syncfs is not None)


def test_a_file_system_that_cannot_be_synced_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed write that only the sync reports stops the batch before any row speaks of it."""

    def fails(_handle: int) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(disk, "_syncfs", fails)
    with pytest.raises(TemporaryError, match="failed"):
        open_archive(tmp_path).put([fetched(b"mail %d" % n, uid=n) for n in range(1, 101)])
