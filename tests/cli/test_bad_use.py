"""What a command cannot use: one line says what it is, another what to do; and the exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from servers.house import House, build

MEND, PROBLEM, LATER = 2, 1, 75
SMTP = "smtp: {host: 127.0.0.1, port: 1, tls: none, sender: kim@contoso.example}\n"
DIGESTS = "digests: [{name: daily, to: [kim@contoso.example]}]\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """No mailbox, one digest, and an SMTP server that is away: nothing of it needs a server."""
    return build(tmp_path, "", more=SMTP + DIGESTS)


def line_and_mend(done: Result | subprocess.CompletedProcess[str], code: int) -> tuple[str, str]:
    """What is wrong, and what to do; nothing on standard output, no traceback, in two lines."""
    got = done.exit_code if isinstance(done, Result) else done.returncode
    assert (got, done.stdout) == (code, ""), done.stdout + done.stderr
    wrong, mend = done.stderr.splitlines()
    assert wrong.startswith("mailwatch: ")
    assert mend.startswith("  → ")
    return wrong, mend


def both(house: House, code: int, english: str, mend: str, *words: str) -> None:
    """The command says it in English, and all of it in Korean."""
    wrong, what_to_do = line_and_mend(house.run(*words), code)
    assert re.search(english, wrong), wrong
    assert re.search(mend, what_to_do), what_to_do
    for line in line_and_mend(house.run(*words, lang="ko"), code):
        assert re.search("[가-힣]", line), line


# ── the configuration ─────────────────────────────────────────────────────────


def test_a_configuration_that_may_not_be_read(house: House) -> None:
    """Whoever may not read it is told to get the right, or to be somebody else."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux), by which root obeys file modes, is not installed")
    drop = "-dac_override,-dac_read_search"
    through = ["setpriv", "--bounding-set", drop, "--inh-caps", drop] if os.geteuid() == 0 else []
    house.config.chmod(0o000)
    wrong, mend = line_and_mend(house.process("cases", through=through), MEND)
    assert wrong.endswith("cannot be read: Permission denied")
    assert "the right to read it" in mend
    assert "sudo mailwatch" in mend


@pytest.mark.parametrize(
    ("make", "english", "mend"),
    [
        (lambda path: path.unlink(), "No such file", "write one .* or name it"),
        (lambda path: (path.unlink(), path.mkdir()), "Is a directory", "name it: mailwatch --config FILE"),
        (
            lambda path: path.write_bytes(b"a: 1\nb: \xff\n"),
            r"not UTF-8 \(line 2\)",
            "save the file as UTF-8",
        ),
        (lambda path: path.write_bytes(b"#" * 2**21), "larger than 1 MiB", "name another file"),
    ],
)
def test_a_file_that_is_no_configuration(
    house: House, make: Callable[[Path], object], english: str, mend: str
) -> None:
    """Gone, a folder, in an old encoding, far too big."""
    make(house.config)
    both(house, MEND, english, mend, "cases")


@pytest.mark.parametrize("log", ["/nonexistent/mailwatch.log", "."])
def test_a_log_that_cannot_be_written(house: House, log: str) -> None:
    """No folder for it, or a folder in its place."""
    house.config.write_text(house.config.read_text() + f"log: {{file: {log}}}\n")
    both(house, MEND, "the log .* cannot be written", "make its folder, .* or correct log", "cases")


@pytest.mark.parametrize("folder", ["/nonexistent/templates", "config.yaml"])
def test_a_folder_of_templates_that_is_none(house: House, folder: str) -> None:
    """Somebody who names one wants it used: it is not passed over in silence, and the line is named."""
    lines = [*house.config.read_text().splitlines(), f"templates: {folder}"]
    house.config.write_text("\n".join(lines) + "\n")
    for lang in ("en", "ko"):
        done = house.run("cases", lang=lang)
        assert (done.exit_code, done.stdout) == (MEND, "")
        assert f"{house.config}:{len(lines)}:" in done.stderr
        assert "templates" in done.stderr
    assert "is not there or may not be read" in house.run("cases").stderr


def moved(house: House, old: str, new: str) -> None:
    """One line of the configuration says something else."""
    text = house.config.read_text()
    assert old in text
    house.config.write_text(text.replace(old, new))


@pytest.mark.parametrize("key", ["data", "archive"])
def test_a_file_where_a_folder_should_be(house: House, key: str) -> None:
    """No disk has failed, and nothing passes by itself: a person names another folder."""
    (house.folder / "taken").write_bytes(b"a file")
    house.config.write_text(
        re.sub(rf"^{key}:.*\n", "", house.config.read_text(), flags=re.MULTILINE)
        + f"{key}: {house.folder / 'taken'}\n"
    )
    both(house, MEND, "a file stands in its way", "name another folder in the configuration", "cases")


@pytest.mark.parametrize(
    ("where", "why", "mend"),
    [
        ("folder", "Is a directory", "name a file, not a folder"),
        ("gone/mailwatch.db", "No such file", "make the folder of the database first"),
        ("file/mailwatch.db", "Not a directory", "make the folder of the database first"),
    ],
)
def test_a_database_in_a_place_that_cannot_hold_it(house: House, where: str, why: str, mend: str) -> None:
    """What is in the way is not a right to write, and the mend does not speak of one."""
    (house.folder / "folder").mkdir()
    (house.folder / "file").write_bytes(b"")
    with house.config.open("a") as file:
        file.write(f"database: sqlite:///{house.folder / where}\n")
    both(house, MEND, f"cannot be opened: {why}", mend, "cases")


# ── commands that are given what they cannot use ──────────────────────────────

UNKNOWN = "f00dfeed12"


@pytest.mark.parametrize(
    ("words", "english", "mend"),
    [
        (["file", UNKNOWN, "2402220010002574"], f"no mail has the name {UNKNOWN}", "copy a sha256 from"),
        (["file", "short", "none"], "no mail has the name short", "copy a sha256 from"),
        (
            ["file", UNKNOWN, "nonsense"],
            "nonsense is no case number",
            "try it: mailwatch recognise 'nonsense'",
        ),
        (
            ["quarantine", "show", UNKNOWN],
            f"no mail in quarantine has the name {UNKNOWN}",
            "mailwatch quarantine$",
        ),
        (
            ["quarantine", "retry", UNKNOWN],
            f"no mail in quarantine has the name {UNKNOWN}",
            "mailwatch quarantine$",
        ),
        (["show", "2402220010002574"], "there is no case 2402220010002574", "mailwatch cases"),
        (["backup", "{data}/inside"], "would lie inside the data folder", "name a folder outside"),
        (["backup", "{folder}"], "is not empty and holds no backup", "name a new or empty folder"),
        (["backup", "/proc/backup"], "/proc/backup is not there and cannot be made", "on the command line"),
        (
            ["demo", "--folder", "/proc/demo"],
            "the folder /proc/demo cannot be used",
            "mailwatch demo --folder DIR",
        ),
        (["demo", "--folder", "{folder}"], "the folder .* is not empty", "name a folder that does not exist"),
        (["reindex", "--from", "{folder}"], "holds no ledger", "name a data folder, or a backup of one"),
        (["rename", "--undo", "2402220010002574"], "no mailbox is configured", "add one under mailboxes"),
    ],
)
def test_a_name_that_nothing_has(house: House, words: list[str], english: str, mend: str) -> None:
    """An unknown mail, number or folder: what it is, and where the right ones are found."""
    filled = [word.format(data=house.data, folder=house.folder) for word in words]
    both(house, MEND, english, mend, *filled)


@pytest.mark.parametrize(
    ("words", "english", "korean"),
    [
        (
            ["import", "/nonexistent.mbox"],
            "'/nonexistent.mbox' does not exist",
            "'/nonexistent.mbox': 없습니다",
        ),
        (["import"], "Missing argument", "빠진 값"),
        (["backup"], "Missing argument", "빠진 값"),
        (["reindex", "--from", __file__], "is a file", "폴더가 아니라 파일입니다"),
        (["quarantine", "eat"], "'eat' is not one of", "다음 중 하나를 쓰세요"),
        (["quarantine", "show"], "show needs a MESSAGE", "show에는 MESSAGE가 필요합니다"),
    ],
)
def test_words_that_make_no_command(house: House, words: list[str], english: str, korean: str) -> None:
    """Usage, and one line that says which word."""
    for lang, told in (("en", english), ("ko", korean)):
        done = house.run(*words, lang=lang)
        assert (done.exit_code, done.stdout) == (MEND, "")
        assert told in done.stderr.splitlines()[-1]


def test_a_kind_of_path_is_told_in_the_readers_language(house: House) -> None:
    """A process of its own: click names the kind of a path when a command is loaded."""
    done = house.process("reindex", "--from", "/nonexistent", lang="ko")
    assert (done.returncode, done.stdout) == (MEND, "")
    assert "폴더 '/nonexistent': 없습니다" in done.stderr.splitlines()[-1]


def test_files_without_mail(house: House) -> None:
    """Nothing went wrong, but nothing was imported either: the line says what would be read."""
    folder = house.folder / "nothing"
    (folder / "inner").mkdir(parents=True)
    (folder / "empty.mbox").write_bytes(b"")
    (folder / "inner" / "letter.pdf").write_bytes(b"%PDF")
    for path in (folder, folder / "empty.mbox"):
        done = house.run("import", str(path))
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith("no mail was found there: ")
        assert re.search("[가-힣]", house.run("import", str(path), lang="ko").stdout)
        assert house.json("import", str(path))["fetched"] == 0


# ── the digest ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/nonexistent/digest.html", "/proc/digest.html"])
def test_a_digest_that_cannot_be_written(house: House, path: str) -> None:
    """No folder, or one where nobody can make a file."""
    both(
        house,
        MEND,
        f"{path} cannot be written",
        "name a file in a folder that is there",
        "digest",
        "--html",
        path,
    )


@pytest.mark.parametrize("words", [["digest", "weekly"], ["digest", "weekly", "--send"]])
def test_an_unknown_digest(house: House, words: list[str]) -> None:
    """Those that there are stand in the answer."""
    both(house, MEND, "no digest weekly; there are: daily", "name one of them", *words)


BROKEN = [
    (b"hello\n{{ nope.x }}\n", 2, "'nope' is undefined"),
    (b"hello\n\n{% if %}\n", 3, "Expected an expression"),
    (b"hello\n\xff\n", 2, "this is not UTF-8"),
    (b'{% include "gone.j2" %}\n', 1, "there is no template gone.j2"),
]


@pytest.mark.parametrize(("content", "line", "why"), BROKEN)
def test_a_template_of_the_users_that_is_broken(house: House, content: bytes, line: int, why: str) -> None:
    """File, line, why, and how to look at it then; printing and sending end alike, for a person mends it."""
    template = house.data / "templates" / "digest.txt.j2"
    template.parent.mkdir()
    template.write_bytes(content)
    told = f"template {template}, line {line}: {why}"
    both(house, MEND, re.escape(told), "mend the file.*: mailwatch digest$", "digest")
    sent = house.run("digest", "--send")
    assert (sent.exit_code, sent.stderr) == (MEND, "")
    assert told in sent.stdout
    assert "mailwatch digest" in sent.stdout
    template.unlink()
    assert house.run("digest").exit_code == 0


def test_a_digest_whose_server_is_away(house: House) -> None:
    """That passes: the digest is stored, and the exit code says to try later."""
    sent = house.run("digest", "--send")
    assert sent.exit_code == LATER
    assert "stored" in sent.stdout
    assert "cannot be reached" in sent.stdout


# ── check ─────────────────────────────────────────────────────────────────────


def damage(house: House, what: str) -> None:
    """Make the house one that cannot be opened."""
    database, archive = house.data / "mailwatch.db", house.data / "archive"
    if what == "database":
        database.write_bytes(b"this is no database" * 1000)
    elif what == "lost":
        database.unlink()
    else:
        archive.chmod(0o755)


@pytest.mark.parametrize(
    ("what", "row", "detail", "mend"),
    [
        (
            "database",
            "database",
            "the database is damaged",
            "restore a backup, or rebuild it: mailwatch reindex",
        ),
        ("lost", "database", "it was lost or set back", "mailwatch reindex --from DIR"),
        ("open archive", "archive", "other users of this machine can look into", "chmod 700"),
    ],
)
def test_check_goes_on_where_the_house_cannot_be_opened(
    house: House, what: str, row: str, detail: str, mend: str
) -> None:
    """One red row with its mend in place of those that need the database; all else is looked at."""
    mail = house.folder / "a.eml"
    mail.write_text("From: support@mail.support.microsoft.com\nSubject: TrackingID#2611020010002574\n\n")
    assert house.run("import", str(mail)).exit_code == 0
    whole = json.loads(house.run("check", "--json").stdout)
    for path in house.data.glob("mailwatch.db-*"):
        path.unlink()
    damage(house, what)
    done = house.run("check", "--json")
    assert (done.exit_code, done.stderr) == (PROBLEM, "")
    rows = json.loads(done.stdout)
    (red,) = [r for r in rows if r["check"] == row]
    assert red["ok"] is False
    assert detail in red["detail"]
    assert mend in red["mend"]
    left_out = {r["check"] for r in whole} - {r["check"] for r in rows}
    assert left_out - {"database"} == {"clock", "backlog"}
    assert re.search("[가-힣]", house.run("check", lang="ko").stdout)


def test_a_row_of_check_is_called_alike_in_every_language(house: House) -> None:
    """The documents, mends and programs name rows: so their names are not translated, what they say is."""
    rows = [row["check"] for row in json.loads(house.run("check", "--json").stdout)]
    shown = house.run("check", lang="ko").stdout.splitlines()[1:]
    assert all(line.startswith(row) for row, line in zip(rows, shown, strict=True))
    assert all(re.search("[가-힣]", line) for line in shown)
