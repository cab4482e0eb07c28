"""A backup is proved by losing the data and going on from it."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes.books import BACKENDS
from fakes.sqlite import beside
from servers.postgresql import PASSWORD, USER, PostgresqlServer

from mailwatch.adapters import backup as adapter
from mailwatch.adapters.backup import BackupFolder
from mailwatch.cli.chassis import cli
from mailwatch.config import load
from mailwatch.errors import ConfigError
from mailwatch.wiring.app import App, open_app
from mailwatch.wiring.migration import upgrade

NUMBERS = ("2611240040001180", "2611240040002220", "2611240040003330")


def mail(number: str) -> bytes:
    return (
        f"Message-ID: <{number}@mail.support.microsoft.com>\r\n"
        "From: support@mail.support.microsoft.com\r\n"
        "To: support@contoso.example\r\n"
        "Date: Tue, 24 Nov 2026 01:00:00 +0900\r\n"
        f"Subject: Mail flow stops - TrackingID#{number}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        "복구 절차를 안내드립니다.\r\n"
    ).encode()


class Home:
    """A house in a folder, worked by the command line."""

    def __init__(self, root: Path, database: str | None = None) -> None:
        self.root = root
        self.data = root / "data"
        self.backup = root / "backup"
        self.point_at(database)

    def point_at(self, database: str | None) -> None:
        lines = ["data: data", "timezone: Asia/Seoul", "language: en", "mailboxes: []"]
        if database is not None:
            (self.root / "database").write_text(database)
            (self.root / "database").chmod(0o600)
            lines.append(f"database: {{file: {self.root / 'database'}}}")
        (self.root / "config.yaml").write_text("\n".join(lines) + "\n")

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["--config", str(self.root / "config.yaml"), *words])

    def said(self, *words: str) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def receive(self, number: str) -> None:
        path = self.root / f"{number}.eml"
        path.write_bytes(mail(number))
        assert self.said("import", str(path))["filed"] == 1

    def cases(self) -> set[str]:
        return {case["number"] for case in self.said("cases")}

    def make_backup(self) -> Any:
        return self.said("backup", str(self.backup))

    @contextmanager
    def app(self) -> Iterator[App]:
        with open_app(load(self.root / "config.yaml"), upgrade) as app:
            yield app


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.receive(NUMBERS[0])
    return made


@pytest.fixture(params=BACKENDS)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    sqlite = request.param == "sqlite"
    made = Home(tmp_path, None if sqlite else request.getfixturevalue("postgresql").new_database())
    made.receive(NUMBERS[0])
    return made


# ── going on from it ──────────────────────────────────────────────────────────


def test_a_backup_put_in_the_place_of_the_data_goes_on(home: Home) -> None:
    """Nothing is missing, nothing was changed, and the next mail is filed."""
    home.receive(NUMBERS[1])
    home.make_backup()
    shutil.rmtree(home.data)
    shutil.copytree(home.backup, home.data)
    assert home.cases() == set(NUMBERS[:2])
    assert home.said("verify")["ok"]
    home.receive(NUMBERS[2])
    assert home.said("verify")["problems"] == []
    assert len(home.said("search", "복구")) == 3


def test_a_lost_database_is_made_again_from_a_backup(either: Home, request: pytest.FixtureRequest) -> None:
    """From archive and journals alone; on PostgreSQL into an empty database."""
    either.receive(NUMBERS[1])
    entries = either.make_backup()["entries"]
    shutil.rmtree(either.data)
    if (either.root / "database").exists():
        either.point_at(request.getfixturevalue("postgresql").new_database())
    assert either.said("reindex", "--from", str(either.backup))["cases"] == 2
    assert either.said("verify") == {"ok": True, "complete": True, "entries": entries, "problems": []}
    either.receive(NUMBERS[2])
    assert either.cases() == set(NUMBERS)


def test_a_backup_says_what_is_in_it(either: Home) -> None:
    """The manifest names the ledger and its end, so that a person can compare; no password in it."""
    said = either.make_backup()
    manifest = json.loads((either.backup / "backup.json").read_bytes())
    with either.app() as app:
        ledger, head = app.store.identity()
    assert (manifest["ledger"], manifest["entries"], manifest["head"]) == (ledger, head.seq, head.hash)
    assert (manifest["originals"], manifest["bytes"]) == (1, len(mail(NUMBERS[0])))
    assert (manifest["database"] is None) == (not said["database"]) == (either.root / "database").exists()
    told = either.run("backup", str(either.backup)).output
    assert ("pg_dump" in told) == (not said["database"])


def test_a_backup_that_was_killed_at_its_first_word_is_begun_again(home: Home) -> None:
    """Half of its first file is all there is: the folder is as good as empty."""
    home.backup.mkdir(mode=0o700)
    (home.backup / "unfinished.part").write_bytes(b'{"led')
    assert home.make_backup()["originals"] == 1
    assert not (home.backup / "unfinished.part").exists()


# ── what must not be rebuilt from ─────────────────────────────────────────────


def lose(home: Home) -> None:
    """Everything but configuration and backup is gone."""
    shutil.rmtree(home.data)


def refused(home: Home, folder: Path, words: str) -> None:
    """One line, exit 2, and nothing was written."""
    result = home.run("reindex", "--from", str(folder))
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "→" in result.stderr
    assert home.cases() == set()


def test_a_folder_without_a_ledger_is_told(home: Home, tmp_path: Path) -> None:
    """A slip of the hand: nothing comes from nothing, and nothing is made in that folder."""
    lose(home)
    (tmp_path / "empty").mkdir()
    refused(home, tmp_path / "empty", "holds no ledger")
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_unfinished_backup_is_told(home: Home) -> None:
    """Unless its owner says that it is the best he has."""
    home.make_backup()
    (home.backup / "backup.json").rename(home.backup / "unfinished")
    lose(home)
    refused(home, home.backup, "not finished")
    (home.backup / "unfinished").unlink()
    assert home.said("reindex", "--from", str(home.backup))["cases"] == 1


def test_a_backup_that_is_not_what_it_says_is_told(home: Home) -> None:
    """Its journal was cut: backup.json knows of an entry more."""
    home.make_backup()
    (path,) = (home.backup / "ledger").iterdir()
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    lose(home)
    refused(home, home.backup, "backup.json")
    path.write_bytes(whole)
    assert home.said("reindex", "--from", str(home.backup))["cases"] == 1


def test_a_backup_that_knows_less_than_the_journals_here_is_told(home: Home) -> None:
    """The database alone was lost: the journals beside it know more than the backup of yesterday."""
    home.make_backup()
    home.receive(NUMBERS[1])
    for path in home.data.glob("mailwatch.db*"):
        path.unlink()
    result = home.run("reindex", "--from", str(home.backup))
    assert result.exit_code == 2
    assert "goes on beyond" in result.stderr
    assert home.said("reindex", "--from", str(home.data))["cases"] == 2


def test_the_backup_of_another_ledger_is_not_mixed_in(home: Home, tmp_path: Path) -> None:
    """Journals of ours lie here already."""
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other")
    other.receive(NUMBERS[1])
    other.make_backup()
    for path in home.data.glob("mailwatch.db*"):
        path.unlink()
    result = home.run("reindex", "--from", str(other.backup))
    assert result.exit_code == 2
    assert "goes on beyond" in result.stderr
    assert home.said("reindex", "--from", str(home.data))["cases"] == 1


def test_books_that_are_in_use_are_not_overwritten(either: Home) -> None:
    """The database at hand holds entries."""
    either.make_backup()
    result = either.run("reindex", "--from", str(either.backup))
    assert result.exit_code == 2
    assert "not empty" in result.stderr


def test_a_backup_on_any_disk_will_do(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read-only, and readable for everybody, as a stick is; nothing in it is changed."""
    home.make_backup()
    for path in (home.backup, *home.backup.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted((p, p.stat().st_mtime_ns) for p in home.backup.rglob("*"))
    lose(home)
    monkeypatch.chdir(home.root)
    assert home.said("reindex", "--from", "backup")["cases"] == 1
    assert sorted((p, p.stat().st_mtime_ns) for p in home.backup.rglob("*")) == before
    assert home.said("verify")["problems"] == []


def test_a_damaged_original_of_a_backup_is_named(home: Home) -> None:
    """The rest comes back; what is lost is told at once, by its name."""
    home.receive(NUMBERS[1])
    home.make_backup()
    damaged = min(home.backup.rglob("*.eml"))
    damaged.unlink()
    damaged.write_bytes(b"altered")
    lose(home)
    result = home.run("reindex", "--from", str(home.backup))
    assert result.exit_code == 0
    assert damaged.stem in result.stdout
    assert home.cases() == set(NUMBERS[:2])


# ── while others write ────────────────────────────────────────────────────────


def test_what_is_written_meanwhile_belongs_to_the_next_backup(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail that comes between database and journals: the copy is one moment all the same."""
    copy_journals = BackupFolder.copy_journals

    def first_a_mail(folder: BackupFolder) -> None:
        home.receive(NUMBERS[1])
        copy_journals(folder)

    monkeypatch.setattr(BackupFolder, "copy_journals", first_a_mail)
    home.make_backup()
    shutil.rmtree(home.data)
    shutil.copytree(home.backup, home.data)
    assert home.cases() == {NUMBERS[0]}
    assert home.said("verify")["ok"]


def test_only_what_is_new_is_brought_over(home: Home) -> None:
    """By a hard link where one can be made: the second backup of the same mail brings nothing."""
    assert (home.make_backup()["linked"], home.make_backup()["linked"]) == (1, 0)
    home.receive(NUMBERS[1])
    again = home.make_backup()
    assert (again["linked"], again["copied"], again["originals"]) == (1, 0, 2)


def test_what_cannot_be_linked_is_copied(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another disk; the copy is as closed as its original."""

    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    made = home.make_backup()
    assert (made["linked"], made["copied"]) == (0, 1)
    (copy,) = home.backup.rglob("*.eml")
    assert copy.read_bytes() == mail(NUMBERS[0])
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    assert copy.stat().st_nlink == 1


def test_everything_in_it_is_for_its_owner_alone(home: Home) -> None:
    """Folders 0700, files 0600, originals 0400."""
    (home.data / "templates").mkdir()
    (home.data / "templates" / "digest.txt").write_text("ours")
    home.make_backup()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.backup.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in home.backup.rglob("*") if path.is_dir()}
    assert modes == {0o400, 0o600}
    assert folders | {stat.S_IMODE(home.backup.stat().st_mode)} == {0o700}
    assert (home.backup / "templates" / "digest.txt").read_text() == "ours"


# ── trouble ───────────────────────────────────────────────────────────────────


def test_a_backup_that_was_interrupted_is_known_and_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says ``unfinished`` until all is there; the same command brings what is missing."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "sync", lambda: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        result = home.run("backup", str(home.backup))
    assert result.exit_code == 75
    assert "full" in result.output
    assert (home.backup / "unfinished").exists()
    assert not (home.backup / "backup.json").exists()
    assert home.make_backup()["linked"] == 0
    assert not (home.backup / "unfinished").exists()
    assert sorted(path.name for path in home.backup.glob("*.part")) == []


def test_a_shorter_original_in_the_backup_is_brought_again(home: Home) -> None:
    """What a failed disk left behind is no original."""
    home.make_backup()
    (copy,) = home.backup.rglob("*.eml")
    copy.unlink()
    copy.write_bytes(b"half")
    home.make_backup()
    assert copy.read_bytes() == mail(NUMBERS[0])


def test_an_altered_original_is_not_copied_as_if_it_were_good(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are hashed on their way."""
    monkeypatch.setattr(adapter, "_NO_LINK", {1})
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(1, "no")))
    (original,) = (home.data / "archive").rglob("*.eml")
    original.chmod(0o600)
    original.write_bytes(b"altered")
    result = home.run("backup", str(home.backup))
    assert result.exit_code == 2
    assert "does not hold the bytes" in result.output
    assert list(home.backup.rglob("*.eml")) == []


@pytest.mark.parametrize("place", ["data", "data/backup", "data/archive/x"])
def test_a_backup_inside_the_data_is_refused(home: Home, place: str) -> None:
    """It would die with what it shall save, and back itself up."""
    result = home.run("backup", str(home.root / place))
    assert result.exit_code == 2
    assert "inside the data folder" in result.output


def test_a_folder_that_holds_something_else_is_refused(home: Home) -> None:
    """A slip of the hand must not mix mails into somebody's files."""
    result = home.run("backup", str(home.root))
    assert result.exit_code == 2
    assert "holds no backup" in result.output


def test_the_backup_of_another_ledger_is_refused(home: Home, tmp_path: Path) -> None:
    """Also one that is unfinished: it may be the only copy that somebody has."""
    home.make_backup()
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other")
    other.receive(NUMBERS[1])
    result = other.run("backup", str(home.backup))
    assert result.exit_code == 2
    assert "another mailwatch" in result.output
    (home.backup / "backup.json").rename(home.backup / "unfinished")
    assert other.run("backup", str(home.backup)).exit_code == 2


def test_a_backup_that_knows_more_than_the_data_is_kept(home: Home) -> None:
    """The data were set back; overwriting would lose what only the backup still has."""
    old = home.root / "old"
    shutil.copytree(home.data, old)
    home.receive(NUMBERS[1])
    home.make_backup()
    before = (home.backup / "mailwatch.db").read_bytes()
    shutil.rmtree(home.data)
    old.rename(home.data)
    result = home.run("backup", str(home.backup))
    assert result.exit_code == 2
    assert "knows more" in result.output
    assert (home.backup / "mailwatch.db").read_bytes() == before


def test_a_manifest_that_cannot_be_read_is_told(home: Home) -> None:
    """Guessing whose backup it is could destroy it."""
    home.make_backup()
    (home.backup / "backup.json").write_text("{")
    with home.app() as app, pytest.raises(ConfigError, match="cannot be read"):
        app.backup(home.backup, lambda *_: None)


def test_the_copied_database_is_one_file(home: Home) -> None:
    """No log beside it that somebody could forget to carry along."""
    home.make_backup()
    assert not list(home.backup.glob("mailwatch.db-*"))
    with beside(home.backup) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# ── PostgreSQL by one line ────────────────────────────────────────────────────


@pytest.mark.postgresql
def test_one_line_moves_the_books_to_postgresql(home: Home, postgresql: PostgresqlServer) -> None:
    """The URL holds no password (libpq finds it); ``check`` names the database in use."""
    name = postgresql.new_database().rpartition("/")[2]
    (home.root / "pgpass").write_text(f"127.0.0.1:{postgresql.port}:{name}:{USER}:{PASSWORD}\n")
    (home.root / "pgpass").chmod(0o600)
    os.environ["PGPASSFILE"] = str(home.root / "pgpass")
    url = f"postgresql://{USER}@127.0.0.1:{postgresql.port}/{name}"
    with (home.root / "config.yaml").open("a") as file:
        file.write(f"database: {url}\n")
    assert home.run("cases").exit_code == 2  # the new database knows less than the journals
    assert home.said("reindex", "--from", str(home.data))["cases"] == 1
    home.receive(NUMBERS[1])
    assert home.cases() == set(NUMBERS[:2])
    assert home.said("verify")["ok"]
    (row,) = [row for row in json.loads(home.run("check", "--json").stdout) if row["check"] == "database"]
    assert row["ok"]
    assert url in row["detail"]
