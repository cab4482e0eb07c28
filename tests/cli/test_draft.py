"""``draft``: a reply for a person to send, on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from mailwatch.cli.chassis import cli

NUMBER = "2611240040001180"
LOG = "support@mail.support.microsoft.com"
MAIL = f"""Message-ID: <a1@microsoft.com>
From: Hong <v-hong@microsoft.com>
To: support@contoso.example, lee@fabrikam.example
Cc: {LOG}
Date: Mon, 23 Nov 2026 10:00:00 +0900
Subject: Mail flow - TrackingID#{NUMBER}
Content-Type: text/plain; charset=utf-8

Could you send us the message trace?
"""


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    """A case whose last mail is a month old when it is first met sleeps: these are a week old."""
    with time_machine.travel(datetime(2026, 12, 1, 3, tzinfo=UTC)):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(
        "data: data\ntimezone: Asia/Seoul\nlanguage: en\nown_domains: [contoso.example]\nmailboxes: []\n"
    )
    (tmp_path / "a1.eml").write_text(MAIL)
    assert run(tmp_path, "import", str(tmp_path / "a1.eml")).exit_code == 0
    return tmp_path


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(home / "config.yaml"), *words])


def test_a_question_of_the_vendor_is_answered_to_all(home: Path) -> None:
    """With the number in the subject and the address that logs; in the language that is asked for."""
    told = json.loads(run(home, "draft", NUMBER, "--json").stdout)
    assert told["for"] == "answer"
    assert (told["to"], told["cc"]) == (["v-hong@microsoft.com"], ["lee@fabrikam.example", LOG])
    assert told["subject"] == f"RE: [TrackingID#{NUMBER}] Mail flow"
    assert (told["in_reply_to"], told["logged"]) == ("a1@microsoft.com", True)
    assert told["text"].startswith(
        f"Hello,\n\nabout your mail of 2026-11-23 on case {NUMBER}: here is our answer."
    )
    assert told["text"].endswith("> Could you send us the message trace?\n")
    korean = run(home, "draft", NUMBER, "--lang", "ko", "--for", "reopen").stdout
    assert f"종료된 케이스 {NUMBER}" in korean


def test_a_draft_is_a_file_for_a_mail_program_and_never_takes_the_place_of_another(home: Path) -> None:
    """Only its owner can read it."""
    path = home / "reply.eml"
    assert run(home, "draft", NUMBER, "--eml", str(path)).exit_code == 0
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"] == "Hong <v-hong@microsoft.com>"
    assert path.stat().st_mode & 0o777 == 0o600
    again = run(home, "draft", NUMBER, "--eml", str(path))
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    nowhere = run(home, "draft", NUMBER, "--eml", str(home / "no" / "reply.eml"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)


def test_a_case_without_mail_has_nobody_to_answer(home: Path) -> None:
    """It says what to do instead."""
    assert run(home, "add", "TrackingID#2611300040003330").exit_code == 0
    result = run(home, "draft", "2611300040003330")
    assert result.exit_code == 2
    assert "no mail of case 2611300040003330 can be answered" in result.stderr
    assert "[TrackingID#2611300040003330]" in result.stderr
