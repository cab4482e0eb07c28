"""The command as a whole: what it imports, how it ends, what it says of errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mailwatch.cli import logs, outcome
from mailwatch.cli.chassis import cli
from mailwatch.cli.menu import MENU
from mailwatch.cli.outcome import ExitCode, told
from mailwatch.cli.session import Session
from mailwatch.config.log import LogConfig
from mailwatch.errors import ConfigError, TemporaryError, UnreadableMessage, Words

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy", "pydantic", "alembic", "imapclient", "mailparser", "rich", "jinja2", "babel", "yaml")


def mailwatch(*words: str, text: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "MAILWATCH", "XDG"))}
    return subprocess.run(
        [sys.executable, "-m", "mailwatch", *words],
        cwd=ROOT,
        env={**clean, "HOME": "/nonexistent", "PYTHONUTF8": "1", **env},
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["poll", "--help"], ["show", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    """Help is there at once, because none of the slow libraries is imported for it."""
    code = (
        "import sys; from mailwatch.cli.chassis import cli\n"
        f"try: cli({words!r}, prog_name='mailwatch')\n"
        "except SystemExit: pass\n"
        f"print(sorted(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert "[]" == done.stdout.splitlines()[-1]


def test_help_lists_every_command_and_each_loads() -> None:
    """Every command of the menu is in --help, exists, and has a help text of its own."""
    runner = CliRunner()
    listed = runner.invoke(cli, ["--help"]).output
    for name, item in MENU.items():
        assert item.hidden or f"  {name} " in listed
        shown = runner.invoke(cli, [name, "--help"])
        assert 0 == shown.exit_code, shown.output
        assert f"Usage: cli {name}" in shown.output


def test_recognise_needs_no_configuration() -> None:
    """The rules can be tried on a machine where nothing is set up."""
    done = mailwatch("recognise", "--json", "Re: TrackingID#2402220010002574 SRX300")
    assert (0, "") == (done.returncode, done.stderr)
    [number] = json.loads(done.stdout)["numbers"]
    assert ("2402220010002574", "tracking-id", "subject-token") == (
        number["number"],
        number["scheme"],
        number["rule"],
    )


def test_recognise_tries_schemes_that_are_switched_off_when_asked() -> None:
    """Clarify is shipped switched off: its number is found with --all-schemes alone."""
    text = "SR number: SRX080803600053"
    assert [] == json.loads(mailwatch("recognise", "--json", text).stdout)["numbers"]
    (number,) = json.loads(mailwatch("recognise", "--json", "--all-schemes", text).stdout)["numbers"]
    assert ("clarify", "SRX080803600053") == (number["scheme"], number["number"])


def test_recognise_reads_standard_input_and_judges_the_sender() -> None:
    """A short number behind a label counts from support's own address alone."""
    words = ("recognize", "--json", "-")
    stranger = mailwatch(*words, text="케이스 12175139")
    desk = mailwatch(*words, "--sender", "support@mail.support.microsoft.com", text="케이스 12175139")
    assert ([], ["12175139"]) == tuple(
        [n["number"] for n in json.loads(done.stdout)["numbers"]] for done in (stranger, desk)
    )


def test_recognise_with_a_scheme_of_ones_own(tmp_path: Path) -> None:
    """Schemes from the configuration are tried as well."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "data: /d\ntimezone: UTC\nmailboxes: []\n"
        "schemes:\n"
        "  - {name: hd, pattern: 'HD-([0-9]{6})', canonical: 'H{1}', matches: HD-004711, rejects: HD-1}\n"
    )
    done = mailwatch("recognise", "--json", "HD-123456", MAILWATCH_CONFIG=str(path))
    assert ["H123456"] == [n["number"] for n in json.loads(done.stdout)["numbers"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["no-such-command"], 2, "No such command"),
        (["poll", "--no-such-option"], 2, "No such option"),
        (["--config", "/nowhere.yaml", "cases"], 2, "/nowhere.yaml cannot be read: No such file"),
        (["cases"], 2, "there is no configuration at /nonexistent/.config/mailwatch/config.yaml"),
        (["rename", "--all"], 2, "--all belongs to --undo"),
        (["rename", "--undo", "--all", "--backlog"], 2, "exclude each other"),
        (["rename", "--undo", "--all", "--dry-run"], 2, "exclude each other"),
        (["rename", "--undo"], 2, "--undo takes either a NUMBER or --all"),
        (["reindex", "--apply"], 2, "--apply belongs to --refile"),
        (["digest", "--send", "--lang", "ko"], 2, "--send stands alone"),
        (["quarantine", "show"], 2, "show needs a MESSAGE"),
    ],
)
def test_what_the_user_must_mend_is_exit_2(words: list[str], code: int, said: str) -> None:
    """A wrong call and a missing configuration end with 2, one reason, and no traceback."""
    done = mailwatch(*words)
    assert code == done.returncode
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_every_problem_of_a_configuration_is_a_line(tmp_path: Path) -> None:
    """All problems are printed, one a line, each with its place."""
    path = tmp_path / "c.yaml"
    path.write_text("timezone: Nowhere\nkeep: all\n")
    done = mailwatch("--config", str(path), "status")
    assert 2 == done.returncode
    lines = done.stderr.splitlines()
    # A headline, then data, mailboxes, timezone and keep, then what to do.
    assert 6 == len(lines)
    assert all(line.startswith(f"  {path}:") for line in lines[1:5])


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            ConfigError("no {what}", what="way", mend="go {what}"),
            ExitCode.MEND,
            "mailwatch: no way\n  → go way\n",
        ),
        (
            ConfigError("bad", problems=[Words("one"), Words("two")]),
            ExitCode.MEND,
            "mailwatch: bad\n  one\n  two\n",
        ),
        (TemporaryError("away"), ExitCode.TRY_LATER, "mailwatch: away\n"),
        (UnreadableMessage("timeout"), ExitCode.PROBLEM, "mailwatch: the mail cannot be read (timeout)\n"),
        (OSError(28, "No space left on device"), ExitCode.TRY_LATER, "mailwatch: the disk is full\n"),
        (
            ModuleNotFoundError("No module named 'psycopg.pq'", name="psycopg.pq"),
            ExitCode.MEND,
            "mailwatch: a part of mailwatch is missing, or cannot be loaded: psycopg\n  → install it again: ",
        ),
        (
            ImportError("libpq.so.5: cannot open shared object file"),
            ExitCode.MEND,
            "mailwatch: a part of mailwatch is missing, or cannot be loaded: libpq.so.5: cannot open ",
        ),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ""),
        (click.Abort(), ExitCode.INTERRUPTED, ""),
        (
            ZeroDivisionError("hunter2"),
            ExitCode.DEFECT,
            "mailwatch: an error of mailwatch itself: ZeroDivisionError\n",
        ),
        (ConfigError("esc {x}", x="\x1b[2J"), ExitCode.MEND, "mailwatch: esc \N{REPLACEMENT CHARACTER}[2J\n"),
    ],
)
def test_errors_become_words_and_exit_codes(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    """Each kind of error has its exit code and its words; a secret in an unforeseen one is not shown."""
    with pytest.raises(click.exceptions.Exit) as caught, told(Session(lang="en")):
        raise error
    shown = capsys.readouterr().err
    assert code == caught.value.exit_code
    assert shown.startswith(said)
    assert "hunter2" not in shown
    assert "Traceback" not in shown


def test_defect_shows_its_traceback_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """With -v an error of our own shows where it happened."""
    with pytest.raises(click.exceptions.Exit), told(Session(lang="en", verbose=1)):
        raise ZeroDivisionError
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_reader_that_leaves_is_no_error() -> None:
    """``mailwatch … | head -1`` ends without a word."""
    text = "TrackingID#2402220010002574 " * 40_000
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "mailwatch", "recognise", "-"],
        cwd=ROOT,
        input=text.encode(),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(write)
    assert (ExitCode.BROKEN_PIPE, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "ko_KR.UTF-8"}, "ko"),
        ({}, "en"),
    ],
)
def test_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    """Before a configuration is read the environment chooses; --lang wins over everything."""
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language == Session().language
    assert "ko" == Session(lang="ko").language


def test_log_lines_cannot_be_forged(tmp_path: Path) -> None:
    """A line break in a stranger's words begins no new log line; other libraries' debug is never on."""
    path = tmp_path / "log"
    code = (
        "import logging; from pathlib import Path; from mailwatch.cli import logs\n"
        "from mailwatch.config.log import LogConfig\n"
        f"logs.begin(2); logs.to_file(LogConfig(file=Path({str(path)!r}), level='debug'))\n"
        "logging.getLogger('mailwatch.x').warning('a\\nERROR forged \\x1b[2J')\n"
        "logging.getLogger('imapclient').debug('whole message')\n"
        "logging.getLogger('imapclient.imaplib').debug('whole message')\n"
        "logging.getLogger('sqlalchemy.engine.Engine').info('values')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    for shown in (done.stderr, path.read_text()):
        assert 1 == len(shown.splitlines())
        assert "\x1b" not in shown
    assert 0o600 == path.stat().st_mode & 0o777


def test_log_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A log that cannot be written is the user's to mend."""
    with pytest.raises(ConfigError, match="cannot be written"):
        logs.to_file(LogConfig(file=tmp_path / "no" / "log"))


def test_exit_codes_are_those_of_the_manual() -> None:
    """The numbers are a contract."""
    assert [0, 1, 2, 4, 70, 75, 130, 141] == [int(code) for code in outcome.ExitCode]
