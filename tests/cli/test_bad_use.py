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
