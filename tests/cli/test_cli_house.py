"""Commands on a real database and archive, filled from files."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from mailwatch.cli.chassis import cli

NUMBER = "2611240040001180"


def mail(number: int, subject: str, body: str, sender: str = "support@mail.support.microsoft.com") -> bytes:
    lines = [
        f"Message-ID: <m{number}@mail.support.microsoft.com>",
        f"From: {sender}",
        "To: support@contoso.example",
        f"Date: Tue, 24 Nov 2026 0{number}:00:00 +0900",
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        body,
        "",
    ]
    return "\n".join(lines).encode()


MAILS = (
    mail(1, f"Mail flow stops - TrackingID#{NUMBER}", "복구 절차를 안내드립니다. 인증번호 123456"),
    mail(2, f"Re: Mail flow stops - TrackingID#{NUMBER}", "Could you provide the trace?"),
    mail(3, "A new offer", "SRX300 at half the price", sender="offers@shop.example"),
    mail(4, "\x1b]0;owned\x07 TrackingID#2611240040002220", "third", sender="mallory@evil.example"),
)


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    """A case whose last mail is a month old when it is first met sleeps: these are a week old."""
    with time_machine.travel(datetime(2026, 12, 1, 3, tzinfo=UTC)):
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose first import has been done; tests only add to it."""
    home = tmp_path_factory.mktemp("home")
    (home / "config.yaml").write_text("data: data\ntimezone: Asia/Seoul\nlanguage: en\nmailboxes: []\n")
    (home / "away.yaml").write_text(
        "data: data\ntimezone: Asia/Seoul\nlanguage: en\n"
        "mailboxes:\n"
        "  - name: box\n"
        "    address: box@contoso.example\n"
        "    imap: {host: localhost, port: 1, tls: none, timeout: 2 s}\n"
        "    password: {env: MAILWATCH_TEST_PASSWORD}\n"
        "smtp: {host: localhost, port: 1, tls: none, timeout: 2 s}\n"
        "digests: [{name: daily, to: [lee@contoso.example]}]\n"
    )
    (home / "in").mkdir()
    for number, raw in enumerate(MAILS):
        (home / "in" / f"{number}.eml").write_bytes(raw)
    run(home, "import", str(home / "in"))
    return home


def run(home: Path, *words: str, config: str = "config.yaml") -> Result:
    return CliRunner().invoke(cli, ["--config", str(home / config), *words], prog_name="mailwatch")


def said(home: Path, *words: str) -> Any:
    result = run(home, *words, "--json")
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


def test_second_import_files_nothing(home: Path) -> None:
    """The same files again change nothing: every mail is known."""
    counts = said(home, "import", str(home / "in"))
    assert (0, 0, []) == (counts["filed"], counts["renamed"], counts["errors"])


def test_cases_and_status(home: Path) -> None:
    """Cases are listed newest first; one that only strangers speak of is unverified and can be asked for."""
    assert [("2611240040002220", "unverified"), (NUMBER, "waiting-us")] == [
        (case["number"], case["status"]) for case in said(home, "cases")
    ]
    assert [NUMBER] == [case["number"] for case in said(home, "cases", "--status", "open")]
    assert [NUMBER] == [case["number"] for case in said(home, "cases", "--status", "waiting-us")]
    assert [] == said(home, "cases", "--status", "closed")


def test_who_must_act_and_by_which_words(home: Path) -> None:
    """The second mail asks: its time, its sender and its very sentence say why we are to act."""
    case = said(home, "show", NUMBER)
    assert ("us", "Microsoft", "waiting-us", 0) == (
        case["holder"],
        case["vendor"],
        case["status"],
        case["unread"],
    )
    because = case["because"]
    assert ("question", "2026-11-23T17:00:00Z") == (because["kind"], because["at"])
    assert "Could you provide the trace?" == because["words"]
    assert [["response"], ["response", "question"]] == [
        [event["kind"] for event in message["events"]] for message in case["messages"]
    ]
    lines = [line.strip() for line in run(home, "show", NUMBER).output.splitlines()]
    assert "who must act: us" in lines
    assert (
        "why: 2026-11-24 02:00, support@mail.support.microsoft.com, question to us: "
        '"Could you provide the trace?"' in lines
    )


def test_customer_and_deadline_follow_from_the_configuration(home: Path) -> None:
    """The plan is that of the customer whose domain stands in To; what is missing for a target is told."""
    (home / "csp.yaml").write_text(
        "data: data\ntimezone: Asia/Seoul\nlanguage: en\nmailboxes: []\n"
        "customers: [{name: Contoso, domains: [contoso.example], plan: ours}]\n"
        "plans: [{name: ours, extends: csp}]\n"
    )
    case = json.loads(run(home, "show", NUMBER, "--json", config="csp.yaml").stdout)
    assert ("Contoso", "ours", "none", None) == (case["customer"], case["plan"], case["clock"], case["due"])
    assert "severity-unknown" == case["deadline"]["why_none"]
    lines = [line.strip() for line in run(home, "show", NUMBER, config="csp.yaml").output.splitlines()]
    assert "customer: Contoso" in lines
    assert "no target: the severity is not known" in lines
    assert "[x] the number is kept whole" in lines
    rows = json.loads(run(home, "check", "--json", config="csp.yaml").stdout)
    assert [True] == [row["ok"] for row in rows if row["check"] == "configuration"]


def test_a_command_that_looks_leaves_no_trace(home: Path) -> None:
    """What was not read yet is read for this once: the table is as empty after as before."""
    with closing(sqlite3.connect(home / "data" / "mailwatch.db")) as database:
        database.execute("DELETE FROM told")
        database.commit()
        assert "waiting-us" in {case["status"] for case in said(home, "cases")}
        assert "us" == said(home, "show", NUMBER)["holder"]
        assert (0,) == database.execute("SELECT count(*) FROM told").fetchone()


def test_unverified_cases_stand_apart(home: Path) -> None:
    """For people, cases of strangers come after a line of their own."""
    lines = run(home, "cases").output.splitlines()
    apart = lines.index("Unverified: only unknown senders speak of these")
    assert any(NUMBER in line for line in lines[:apart])
    assert any("2611240040002220" in line for line in lines[apart:])


@pytest.mark.parametrize("asked", [NUMBER, f"TrackingID#{NUMBER}", f"Re: anything - TrackingID#{NUMBER}"])
def test_show_finds_a_case_by_any_form(home: Path, asked: str) -> None:
    """A number, its token and a pasted subject find the same case with its messages by date."""
    case = said(home, "show", asked)
    assert NUMBER == case["number"]
    assert ["<m1@mail.support.microsoft.com>", "<m2@mail.support.microsoft.com>"] == [
        message["message_id"] for message in case["messages"]
    ]
    assert {"rule": "subject-token", "confidence": "certain", "standing": "claimed"} == {
        key: value for key, value in case["messages"][0]["filed_by"].items() if key != "matched"
    }


def test_show_of_an_unknown_case(home: Path) -> None:
    """A number that nobody mentioned is told as such, with exit code 2."""
    result = run(home, "show", "2611240040009990")
    assert (2, "") == (result.exit_code, result.stdout)
    assert "there is no case 2611240040009990" in result.stderr


def test_terminal_sequences_of_strangers_are_harmless(home: Path) -> None:
    """A subject that would set the terminal's title is printed without its power."""
    assert "\x1b" not in run(home, "show", "2611240040002220").output


def test_search_finds_korean_and_covers_codes(home: Path) -> None:
    """A two-syllable word inside the text is found; the one-time code beside it is not shown."""
    [hit] = said(home, "search", "복구")
    assert NUMBER == hit["number"]
    assert "복구 절차" in hit["snippet"]
    assert "123456" not in hit["snippet"]
    assert "123456" not in run(home, "search", "복구").output
    assert [] == said(home, "search", "존재하지않는말")


def test_a_person_decides(home: Path) -> None:
    """A mail is filed by hand under another case, by its Message-ID, and the timeline says who decided."""
    result = run(home, "file", "<m4@mail.support.microsoft.com>", NUMBER, "--reason", "asked by phone")
    assert 0 == result.exit_code, result.output
    case = said(home, "show", NUMBER)
    assert ["subject-token", "subject-token", "person"] == [m["filed_by"]["rule"] for m in case["messages"]]
    assert 0 == run(home, "file", "<m4@mail.support.microsoft.com>", "2611240040002220").exit_code


def test_file_of_an_unknown_mail(home: Path) -> None:
    """A name that no mail has is told with exit code 2."""
    result = run(home, "file", "ffffffffffff", NUMBER)
    assert 2 == result.exit_code
    assert "ffffffffffff" in result.stderr


def test_quarantine_is_empty(home: Path) -> None:
    """Nothing in these mails is unreadable."""
    assert [] == said(home, "quarantine")
    assert "every mail could be read\n" == run(home, "quarantine").output


def test_verify_and_reindex_on_a_sound_house(home: Path) -> None:
    """Nothing was changed, and a rebuild finds the same mails and cases as before."""
    before = said(home, "cases")
    report = said(home, "verify")
    assert (True, True, []) == (report["ok"], report["complete"], report["problems"])
    rebuilt = said(home, "reindex")
    assert (len(before), []) == (rebuilt["cases"], rebuilt["changed"])
    assert before == said(home, "cases")


def test_verify_names_what_was_changed(home: Path, tmp_path: Path) -> None:
    """One changed byte of an original is found, with exit code 1 and a word that programs may rely on."""
    [original] = [p for p in (home / "data" / "archive").rglob("*.eml") if b"Could you" in p.read_bytes()]
    sound = original.read_bytes()
    original.chmod(0o600)
    original.write_bytes(sound.replace(b"Could you", b"could you"))
    result = run(home, "verify", "--json")
    original.write_bytes(sound)
    assert 1 == result.exit_code
    assert ["original-changed"] == [problem["code"] for problem in json.loads(result.stdout)["problems"]]


def test_every_command_goes_on_where_the_journal_ends_in_rubbish(home: Path) -> None:
    """A line that is no entry takes nothing from the entries before it: it stays, and verify names it."""
    journal = max((home / "data" / "ledger").glob("*.jsonl"))
    sound = journal.read_bytes()
    journal.write_bytes(sound + b'{"x":1}\n')
    others = [run(home, *words) for words in (("cases",), ("import", str(home / "in")), ("reindex",))]
    result = run(home, "verify", "--json")
    left = journal.read_bytes()
    journal.write_bytes(sound + left.removeprefix(sound + b'{"x":1}\n'))
    assert [0, 0, 0] == [one.exit_code for one in others], [one.output for one in others]
    assert 1 == result.exit_code, result.output
    assert ["journal-unreadable"] == [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert left.startswith(sound + b'{"x":1}\n')
    assert [] == said(home, "verify")["problems"]


def test_verify_goes_on_where_no_line_of_the_journal_can_be_read(home: Path) -> None:
    """Every other command refuses and names verify, so verify itself must look and say what is wrong."""
    journals = list((home / "data" / "ledger").glob("*.jsonl"))
    sound = {journal: journal.read_bytes() for journal in journals}
    for journal in journals:
        journal.write_bytes(b'{"x":1}\n')
    refused = [run(home, *words) for words in (("cases",), ("import", str(home / "in")), ("reindex",))]
    result = run(home, "verify", "--json")
    left = {journal.read_bytes() for journal in journals}
    for journal in journals:
        journal.write_bytes(sound[journal])
    assert [2, 2, 2] == [one.exit_code for one in refused]
    assert all("mailwatch verify" in one.stderr for one in refused)
    assert 1 == result.exit_code, result.output
    assert "journal-unreadable" in [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert {b'{"x":1}\n'} == left


def test_status_and_check(home: Path) -> None:
    """A house without mailboxes is healthy, and says that nothing has been read from a server yet."""
    status = said(home, "status")
    assert ([], 0, 0) == (status["folders"], status["quarantined"], status["open_plans"])
    assert "no folder has been read yet" in run(home, "status").output
    rows = said(home, "check")
    assert {"check", "ok", "detail", "mend"} == set(rows[0])
    assert not [row for row in rows if row["ok"] is False]


def test_status_does_not_wait_for_a_writer(home: Path) -> None:
    """A first poll writes all the time; whoever asks how far it is gets an answer meanwhile."""
    with closing(sqlite3.connect(home / "data" / "mailwatch.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        asked = run(home, "status", "--json")
        writer.execute("ROLLBACK")
    assert 0 == asked.exit_code, asked.output


def test_korean(home: Path) -> None:
    """With --lang ko the same table speaks Korean, aligned by terminal columns."""
    result = CliRunner().invoke(cli, ["--config", str(home / "config.yaml"), "--lang", "ko", "quarantine"])
    assert (0, "읽지 못한 메일 없음\n") == (result.exit_code, result.output)


@pytest.mark.parametrize("words", [["poll"], ["rename"]])
def test_work_on_mailboxes_needs_one(home: Path, words: list[str]) -> None:
    """Without a mailbox there is nothing to poll, and saying "no new mail" would be a lie."""
    result = run(home, *words)
    assert 2 == result.exit_code
    assert "no mailbox is configured" in result.stderr


def test_digest_is_printed_and_kept_as_a_file(home: Path, tmp_path: Path) -> None:
    """The digest is printed as text, as JSON, in another language, and its HTML is written where asked."""
    text = run(home, "digest", config="away.yaml").output
    assert NUMBER in text
    assert "123456" not in text
    html = tmp_path / "digest.html"
    quiet = run(home, "digest", "daily", "--html", str(html), "--lang", "ko", config="away.yaml")
    assert (0, "") == (quiet.exit_code, quiet.output)
    assert "케이스" in html.read_text(encoding="utf-8")
    as_json = run(home, "digest", "--json", config="away.yaml")
    assert isinstance(json.loads(as_json.output), dict)


def test_digest_that_is_not_there(home: Path, tmp_path: Path) -> None:
    """An unknown digest and an unwritable file are the user's to mend."""
    assert 2 == run(home, "digest", "weekly", config="away.yaml").exit_code
    nowhere = str(tmp_path / "no" / "digest.html")
    assert 2 == run(home, "digest", "--html", nowhere, config="away.yaml").exit_code


def test_servers_that_are_away_are_exit_75(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll and a digest that reach nobody say whose server it is, and may be tried later."""
    monkeypatch.setenv("MAILWATCH_TEST_PASSWORD", "hunter2-geheim")
    for words in (["poll"], ["digest", "--send"]):
        result = run(home, *words, config="away.yaml")
        assert 75 == result.exit_code, result.output
        assert "hunter2-geheim" not in result.output
    result = run(home, "poll", "--json", config="away.yaml")
    assert 75 == result.exit_code
    [error] = json.loads(result.stdout)["errors"]
    assert error.startswith("box: ")


def test_check_says_what_is_red(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailbox that cannot be reached is a red line, and check ends with 1."""
    monkeypatch.setenv("MAILWATCH_TEST_PASSWORD", "hunter2-geheim")
    result = run(home, "check", "--json", config="away.yaml")
    assert 1 == result.exit_code
    assert [row["check"] for row in json.loads(result.stdout) if row["ok"] is False]


def test_unreadable_mail_is_kept_and_shown(home: Path) -> None:
    """A mail nested a thousand deep is held with its reason, and its beginning is shown without its power."""
    raw = b"Subject: \x1b[2J TrackingID#2611240040003330\n"
    for level in range(1000):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    (home / "deep.eml").write_bytes(raw + b"\nTrackingID#2611240040003330\n")
    assert 1 == said(home, "import", str(home / "deep.eml"))["quarantined"]
    [held] = said(home, "quarantine")
    assert (1, True) == (held["tries"], bool(held["why"]))
    shown = run(home, "quarantine", "show", held["sha256"][:8]).output
    assert "TrackingID#2611240040003330" in shown
    assert "\x1b" not in shown
    again = run(home, "quarantine", "retry", held["sha256"][:8], "--json")
    assert [2] == [row["tries"] for row in json.loads(again.stdout)]
