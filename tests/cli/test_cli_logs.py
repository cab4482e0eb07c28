"""Log lines as they come out of a process: formats, levels, the journal, files that are moved away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_PREAMBLE = """
import logging, os, sys
from pathlib import Path
from mailwatch.adapters.logcontext import bind
from mailwatch.cli import logs
from mailwatch.config.log import LogConfig
from mailwatch.daemon.events import event
"""


def said(code: str, path: Path, *, journal: bool = False) -> list[str]:
    """What ``code`` writes to standard error, here ``path``; with ``journal`` as under systemd."""
    with path.open("wb") as file:
        env = dict(os.environ)
        if journal:
            status = os.fstat(file.fileno())
            env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        subprocess.run(
            [sys.executable, "-c", _PREAMBLE + code], cwd=ROOT, stderr=file, env=env, timeout=60, check=True
        )
    return path.read_text(encoding="utf-8").splitlines()


def serving(form: str, level: str = "debug") -> str:
    return f"logs.begin(0); logs.serve(LogConfig(format={form!r}, level={level!r}), 0)\n"


HOSTILE = "a\\nevent=forged \\x1b[2J \\ud800 \\u202e"


def test_key_value_with_time_level_and_what_is_bound(tmp_path: Path) -> None:
    """What is said deep below by other modules names mailbox and poll, too."""
    code = (
        serving("keyvalue")
        + "bind(mailbox='support', poll='ab12')\n"
        + "event('poll', fetched=2)\n"
        + f"logging.getLogger('mailwatch.adapters.imap').warning('{HOSTILE}')\n"
    )
    first, second = said(code, tmp_path / "err")
    time, rest = first.split(" ", 1)
    assert time.startswith("time=20")
    assert "level=INFO event=poll mailbox=support poll=ab12 fetched=2" == rest
    assert "event=log mailbox=support poll=ab12 logger=mailwatch.adapters.imap what=" in second
    assert "\\nevent=forged \\u001b[2J \\ud800 \\u202e" in second


def test_json_and_a_traceback_are_one_line(tmp_path: Path) -> None:
    """A defect is one object, its traceback a string in it."""
    code = serving("json") + (
        f"event('trouble', level=logging.WARNING, what='{HOSTILE}', n=3)\n"
        "try: 1 / 0\n"
        "except ZeroDivisionError as error: event('defect', level=logging.CRITICAL, fault=error)\n"
    )
    trouble, defect = map(json.loads, said(code, tmp_path / "err"))
    assert ("trouble", "WARNING", 3) == (trouble["event"], trouble["level"], trouble["n"])
    assert "a\nevent=forged \x1b[2J \ud800 \u202e" == trouble["what"]
    assert "ZeroDivisionError" in defect["traceback"]


@pytest.mark.parametrize("form", ["keyvalue", "json"])
def test_the_journal_gets_priorities(tmp_path: Path, form: str) -> None:
    """Each line begins with its level (sd-daemon(3)); without JSON the journal's own time is enough."""
    code = serving(form) + "".join(
        f"event('x', level=logging.{level})\n" for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    )
    lines = said(code, tmp_path / "err", journal=True)
    assert ["<7>", "<6>", "<4>", "<3>", "<2>"] == [line[:3] for line in lines]
    if form == "keyvalue":
        assert {"event=x"} == {line[3:] for line in lines}
    else:
        assert {"x"} == {json.loads(line[3:])["event"] for line in lines}


def test_standard_error_that_is_not_the_journal_has_no_priorities(tmp_path: Path) -> None:
    """JOURNAL_STREAM is inherited by what a service starts: it counts only if it names this very stream."""
    code = "os.environ['JOURNAL_STREAM'] = '1:2'\n" + serving("keyvalue") + "event('x')\n"
    [line] = said(code, tmp_path / "err")
    assert line.startswith("time=")


def test_the_level_of_the_configuration(tmp_path: Path) -> None:
    """What weighs less is not written."""
    code = serving("keyvalue", "error") + "event('x'); event('y', level=logging.ERROR)\n"
    # Without -v the lowest level is that of the configuration or WARNING, whichever is lower.
    assert ["y"] == [line.split("event=")[1] for line in said(code, tmp_path / "err")]


def test_a_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    """As logrotate does it; a new configuration closes the file of the old one. Nobody else can read it."""
    log = tmp_path / "log"
    code = (
        f"path = Path({str(log)!r}); logs.begin(0)\n"
        "logs.serve(LogConfig(file=path, format='json'), 0)\n"
        "event('one'); path.rename(path.with_suffix('.1')); event('two')\n"
        "logs.serve(LogConfig(), 0); event('three')\n"
    )
    assert 3 == len(said(code, tmp_path / "err"))
    assert ["one"] == [json.loads(line)["event"] for line in log.with_suffix(".1").read_text().splitlines()]
    assert ["two"] == [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert 0o600 == log.stat().st_mode & 0o777
