"""What people say of cases, on the command line: said, shown, taken back, and the same after a reindex."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from fakes.books import open_store

from mailwatch.cli.chassis import cli
from mailwatch.cli.commands.attach import read_file
from mailwatch.errors import ConfigError

A, B, ADDED = "2611240040001180", "2611240040002220", "2611300040003330"
CONFIG = (
    "data: data\ntimezone: Asia/Seoul\nlanguage: en\nmailboxes: []\n"
    "customers: [{name: Hanbit Precision, names: [한빛정밀]}]\n"
)


def mail(name: str, hour: int, subject: str, answers: str = "") -> bytes:
    lines = [
        f"Message-ID: <{name}@mail.support.microsoft.com>",
        "From: support@mail.support.microsoft.com",
        "To: support@contoso.example",
        f"Date: Tue, 24 Nov 2026 {hour:02}:00:00 +0900",
        f"Subject: {subject}",
        *([f"In-Reply-To: <{answers}@mail.support.microsoft.com>"] if answers else []),
        "Content-Type: text/plain; charset=utf-8",
        "",
        name,
        "",
    ]
    return "\n".join(lines).encode()


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    """A case whose last mail is a month old when it is first met sleeps: these are a week old."""
    with time_machine.travel(datetime(2026, 12, 1, 3, tzinfo=UTC)):
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases: one of a single mail, one of three in a thread. Filled once, copied for each test."""
    tmp_path = tmp_path_factory.mktemp("filled")
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "in").mkdir()
    mails = {
        "a1": mail("a1", 1, f"Mail flow - TrackingID#{A}"),
        "b1": mail("b1", 2, f"Licences - TrackingID#{B}"),
        "b2": mail("b2", 3, f"RE: Licences - TrackingID#{B}", "b1"),
        "b3": mail("b3", 4, "RE: Licences", "b2"),
    }
    for name, raw in mails.items():
        (tmp_path / "in" / f"{name}.eml").write_bytes(raw)
    assert run(tmp_path, "import", str(tmp_path / "in")).exit_code == 0
    return tmp_path


@pytest.fixture
def home(tmp_path: Path, filled: Path) -> Path:
    """A house of its own."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


def run(home: Path, *words: str, stdin: str | None = None) -> Result:
    whole = ["--config", str(home / "config.yaml"), *words]
    return CliRunner().invoke(cli, whole, prog_name="mailwatch", input=stdin)


def said(home: Path, *words: str, stdin: str | None = None) -> Any:
    result = run(home, *words, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def mails(home: Path, number: str) -> list[str]:
    """The mails of a case, out of the store: ``show`` would start a reader of mail each time."""
    store = open_store(home / "data")
    with store.reading() as library:
        case = library.case(number)
        found = library.messages(case.number) if case else ()
    store.close()
    return [(message.message_id or "")[:2] for message in found]


def entries(home: Path) -> int:
    """How many entries the ledger has."""
    with closing(sqlite3.connect(home / "data" / "mailwatch.db")) as connection:
        found: int = connection.execute("SELECT max(seq) FROM ledger").fetchone()[0]
    return found


def test_what_is_said_is_shown_with_who_and_when_in_time(home: Path) -> None:
    """Dated back it stands among the mails where it happened, and says when it was recorded."""
    (call,) = said(home, "contact", A, "phone", "--at", "2026-11-24 00:30", "--by", "kim", "called back")[
        "statements"
    ]
    assert {key: call[key] for key in ("type", "number", "by", "at", "way", "direction", "talk", "text")} == {
        "type": "contact",
        "number": A,
        "by": "kim",
        "at": "2026-11-23T15:30:00Z",
        "way": "phone",
        "direction": "in",
        "talk": "spoke",
        "text": "called back",
    }
    assert call["recorded_at"] != call["at"]
    lines = run(home, "show", A).output.splitlines()
    told = f"entry {call['entry']} · recorded"
    first, second = (next(i for i, line in enumerate(lines) if text in line) for text in (told, "←"))
    assert first < second
    assert "2026-11-24 00:30" in lines[first]
    assert "kim" in lines[first]
    assert "called back" in lines[first]


def test_everything_that_can_be_said_is_the_same_after_a_reindex(home: Path) -> None:
    """Each kind once; ``show`` tells the same story from fresh tables."""
    said(
        home,
        "set",
        A,
        "severity=b",
        "plan=csp",
        "customer=한빛정밀",
        "owner=lee@contoso.example",
        "portal=seen",
    )
    said(home, "note", A, "-", stdin="two\nlines 한글")
    said(home, "contact", A, "chat", "--promised", "2026-12-01", "they fix it")
    said(home, "contact", A, "portal", "--by-us", "logs are up")
    said(home, "contact", A, "phone", "--asked", "more logs")
    said(home, "snooze", A, "3d")
    said(home, "close", A, "solved", "by phone")
    said(home, "reopen", A)
    said(home, "link", A, B)
    wrong = said(home, "note", A, "wrong case")["statements"][0]["entry"]
    assert (
        said(home, "withdraw", f"#{wrong}", "--reason", "typed too fast", "--by", "lee")["statements"][0][
            "withdrawn_by"
        ]
        == "lee"
    )
    before = said(home, "show", A)
    told = [(one["type"], one.get("key"), one.get("value", one.get("text"))) for one in before["statements"]]
    assert told[:6] == [
        ("set", "severity", "B"),
        ("set", "plan", "csp"),
        ("set", "customer", "Hanbit Precision"),
        ("set", "owner", "lee@contoso.example"),
        ("set", "portal", "seen"),
        ("note", None, "two\nlines 한글"),
    ]
    assert [kind for kind, _, _ in told[6:]] == ["contact"] * 3 + [
        "set",
        "set",
        "note",
        "set",
        "link",
        "note",
    ]
    assert before["related"] == [B]
    assert run(home, "reindex").exit_code == 0
    assert said(home, "show", A) == before
    assert said(home, "show", B)["related"] == [A]
    assert run(home, "verify").exit_code == 0


def test_a_case_without_mail_is_added_found_listed_and_gone_when_taken_back(home: Path) -> None:
    """It has no last mail, and its title is the one that was given."""
    added = said(
        home, "add", f"TrackingID#{ADDED}", "severity=A", "--way", "portal", "--title", "Teams down",
        "--at", "2026-11-30 09:00",
    )  # fmt: skip
    assert [(one["key"], one["value"]) for one in added["statements"]] == [
        ("opened", "portal"),
        ("title", "Teams down"),
        ("severity", "A"),
    ]
    (case,) = (one for one in said(home, "cases") if one["number"] == ADDED)
    assert (case["title"], case["messages"], case["last_message_at"], case["opened_at"], case["token"]) == (
        "Teams down",
        0,
        None,
        "2026-11-30T00:00:00Z",
        f"TrackingID#{ADDED}",
    )
    assert said(home, "show", f"RE: anything TrackingID#{ADDED}")["number"] == ADDED
    assert (case["status"], case["holder"]) == ("new", "vendor")
    (call,) = said(home, "contact", ADDED, "phone", "--asked", "wants logs")["statements"]
    assert [one["holder"] for one in said(home, "cases") if one["number"] == ADDED] == ["us"]
    assert run(home, "withdraw", str(call["entry"])).exit_code == 0
    again = run(home, "add", ADDED)
    assert (again.exit_code, f"the case {ADDED} is there already" in again.stderr) == (2, True)
    assert run(home, "add", A).exit_code == 2
    assert run(home, "withdraw", str(added["statements"][0]["entry"])).exit_code == 0
    assert ADDED not in [one["number"] for one in said(home, "cases")]


def test_merged_cases_are_one_until_that_is_taken_back(home: Path) -> None:
    """Mails of both, and those that come later; either number finds the case; rules run anew agree."""
    merged = said(home, "merge", A, B, "--by", "kim")
    assert merged["mails"] == 3
    assert mails(home, B) == mails(home, A) == ["a1", "b1", "b2", "b3"]
    case = said(home, "show", B)
    assert (case["number"], case["merged"], B in case["aliases"]) == (A, [B], True)
    (home / "late.eml").write_bytes(mail("b4", 5, f"RE: Licences - TrackingID#{B}"))
    assert run(home, "import", str(home / "late.eml")).exit_code == 0
    assert mails(home, A) == ["a1", "b1", "b2", "b3", "b4"]
    assert said(home, "reindex", "--refile", "--apply")["changed"] == []
    assert run(home, "merge", A, B).exit_code == 2
    parted = said(home, "withdraw", str(merged["statements"][0]["entry"]))
    assert parted["mails"] == 4
    assert (mails(home, A), mails(home, B)) == (["a1"], ["b1", "b2", "b3", "b4"])
    assert said(home, "reindex", "--refile", "--apply")["changed"] == []


def test_a_mail_and_its_replies_are_split_off_and_put_back(home: Path) -> None:
    """Whatever number stands in them; what came before stays."""
    moved = said(home, "split", "<b2@mail.support.microsoft.com>", ADDED, "--reason", "another problem")
    assert [(one["number"], one["rule"]) for one in moved] == [(ADDED, "person")] * 2
    assert (mails(home, B), mails(home, ADDED)) == (["b1"], ["b2", "b3"])
    assert said(home, "reindex", "--refile", "--apply")["changed"] == []
    back = said(home, "split", "<b2@mail.support.microsoft.com>", "--undo")
    assert sorted((one["number"], one["rule"]) for one in back) == [(B, "subject-token"), (B, "thread")]
    assert mails(home, B) == ["b1", "b2", "b3"]
    assert run(home, "reindex").exit_code == 0
    assert mails(home, B) == ["b1", "b2", "b3"]


def test_what_a_person_filed_is_given_back_to_the_rules(home: Path) -> None:
    """``file --undo`` leaves no pin behind."""
    name = "<a1@mail.support.microsoft.com>"
    assert run(home, "file", name, B).exit_code == 0
    result = run(home, "file", name, "--undo")
    assert (result.exit_code, A in result.output) == (0, True)
    assert said(home, "show", A)["messages"][0]["filed_by"]["rule"] == "subject-token"
    assert run(home, "file", name, "--undo").exit_code == 2
    assert run(home, "file", name).exit_code == 2


@pytest.mark.parametrize(
    ("words", "line", "mend"),
    [
        (("note", "2611240040001181", "x"), "there is no case 2611240040001181", f"did you mean {A}?"),
        (("set", A, "customer=한빛정말"), "customer cannot be 한빛정말", "did you mean Hanbit Precision?"),
        (
            ("note", A, "x", "--at", "2999-01-01 09:00"),
            "the time 2999-01-01 09:00 is in the future",
            "say when",
        ),
        (("note", A, " "), "there is nothing to record", "write it behind"),
        (("note", A, "x" * 10_001), "the text has 10001 characters", "mailwatch attach"),
        (("contact", A, "phone", "--by-us", "--asked", "x"), "only the vendor asks", "leave out --by-us"),
        (("withdraw", "1"), "entry 1 is nothing that a person said", "mailwatch show NUMBER"),
        (("link", A, A), f"{A} and {A} are one case already", ""),
        (("split", "<a1@mail.support.microsoft.com>", A), f"is in the case {A} already", ""),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_each_mistake_is_one_clear_line_and_records_nothing(
    home_once: Path, words: tuple[str, ...], line: str, mend: str
) -> None:
    """With exit code 2, and what may have been meant."""
    before = entries(home_once)
    result = run(home_once, *words)
    assert result.exit_code == 2, result.output
    assert line in result.stderr
    assert mend in result.stderr
    assert entries(home_once) == before


@pytest.fixture(scope="module")
def home_once(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Path:
    """One house for all mistakes: none of them changes anything."""
    return Path(shutil.copytree(filled, tmp_path_factory.mktemp("once") / "home"))


def test_a_mail_that_is_split_off_twice_or_has_no_case_is_told(home: Path) -> None:
    """And nothing is withdrawn twice."""
    entry = str(said(home, "note", A, "x")["statements"][0]["entry"])
    assert run(home, "withdraw", entry).exit_code == 0
    again = run(home, "withdraw", entry)
    assert (again.exit_code, f"entry {entry} was taken back already" in again.stderr) == (2, True)
    assert said(home, "split", "<a1@mail.support.microsoft.com>")[0]["verdict"] == "unfiled"
    none = run(home, "split", "<a1@mail.support.microsoft.com>")
    assert (none.exit_code, "belongs to no case" in none.stderr) == (2, True)


def test_a_number_in_brackets_counts_once_a_person_has_added_the_case(home: Path) -> None:
    """Mail that named it so before is filed then, and mail that comes later; until then it is none."""
    for name, hour in (("p1", 6), ("p2", 7)):
        (home / f"{name}.eml").write_bytes(mail(name, hour, f"[12175139] Refund {name} (TrackingID#{A})"))
    assert run(home, "import", str(home / "p1.eml")).exit_code == 0
    assert mails(home, A) == ["a1", "p1"]
    said(home, "add", "12175139", "--way", "chat")
    assert (mails(home, A), mails(home, "12175139")) == (["a1"], ["p1"])
    assert run(home, "import", str(home / "p2.eml")).exit_code == 0
    assert mails(home, "12175139") == ["p1", "p2"]
    assert said(home, "reindex", "--refile", "--apply")["changed"] == []


# ── files ─────────────────────────────────────────────────────────────────────


def test_an_attached_file_is_kept_verified_backed_up_and_restored(home: Path) -> None:
    """Beside the originals, without a suffix; the bytes come back as they were."""
    content = bytes(range(256)) * 4
    (home / "채팅.bin").write_bytes(content)
    (one,) = said(home, "attach", A, str(home / "채팅.bin"), "chat", "with", "Lee")["statements"]
    assert (one["name"], one["size"], one["text"]) == ("채팅.bin", 1024, "chat with Lee")
    sha = hashlib.sha256(content).hexdigest()
    kept = home / "data" / "archive" / sha[:2] / sha[2:4] / sha
    assert (one["sha256"], kept.read_bytes(), kept.stat().st_mode & 0o777) == (sha, content, 0o400)
    assert run(home, "attach", A, f"#{one['entry']}", "--get").stdout_bytes == content
    assert "file 채팅.bin: chat with Lee" in run(home, "show", A).output
    backup = said(home, "backup", str(home / "copy"))
    assert (backup["originals"], backup["attached"]) == (4, 1)
    shown = said(home, "show", A)
    (home / "data").rename(home / "lost")
    assert said(home, "reindex", "--from", str(home / "copy"))["left_out"] == []
    assert (said(home, "show", A), kept.read_bytes()) == (shown, content)
    assert said(home, "verify")["problems"] == []


def test_verify_names_an_attached_file_that_was_changed_or_is_gone(home: Path) -> None:
    """As it does for originals, with codes of their own."""
    (home / "a.txt").write_text("a")
    (one,) = said(home, "attach", A, str(home / "a.txt"))["statements"]
    sha = one["sha256"]
    kept = home / "data" / "archive" / sha[:2] / sha[2:4] / sha
    kept.chmod(0o600)
    kept.write_text("b")
    assert [p["code"] for p in json.loads(run(home, "verify", "--json").stdout)["problems"]] == [
        "attached-changed"
    ]
    kept.unlink()
    assert [p["code"] for p in json.loads(run(home, "verify", "--json").stdout)["problems"]] == [
        "attached-missing"
    ]
    gone = run(home, "attach", A, str(one["entry"]), "--get")
    assert (gone.exit_code, f"the attached file {sha} is gone" in gone.stderr) == (2, True)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("none.txt", "there is no file"),
        (".", "is no file"),
        ("empty.txt", "is empty"),
        ("large.bin", "is larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_attached_is_told(tmp_path: Path, file: str, line: str) -> None:
    """One byte more than may be is too much; that many are read."""
    most = 1024 * 1024
    (tmp_path / "empty.txt").touch()
    (tmp_path / "large.bin").write_bytes(bytes(most + 1))
    (tmp_path / "full.bin").write_bytes(bytes(most))
    with pytest.raises(ConfigError, match=line):
        read_file(tmp_path / file, most)
    assert read_file(tmp_path / "full.bin", most) == ("full.bin", bytes(most))


def test_only_a_file_can_be_had_back(home_once: Path) -> None:
    """An entry that is something else, or no number, is told; so is a file that is not there."""
    assert "there is no file" in run(home_once, "attach", A, str(home_once / "none.txt")).stderr
    assert "entry 1 is no attached file" in run(home_once, "attach", A, "1", "--get").stderr
    assert "ENTRY is a number" in run(home_once, "attach", A, "x", "--get").stderr
