"""The main job on a real IMAP server, as a user runs it: by commands, looked at by ``--json``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fakes.books import BACKENDS
from servers.mailuser import MailUser, Stored

from mailwatch.cli.chassis import cli

pytestmark = pytest.mark.server

ENGINEER = "support@mail.support.microsoft.com"
STRANGER = "someone@fabrikam.example"
US = "kim@contoso.example"


@dataclass(frozen=True)
class House:
    """A data folder with its configuration, and the command that works on it."""

    folder: Path
    user: MailUser
    new_database: Callable[[], str] | None = None

    def lose(self) -> None:
        """The database is gone: its file, or on a server all that stands in it."""
        for path in (self.folder / "data").glob("mailwatch.db*"):
            path.unlink()
        if self.new_database is not None:
            (self.folder / "database").write_text(self.new_database())

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """As a process of its own."""
        command = [sys.executable, "-m", "mailwatch", "--config", str(self.folder / "config.yaml"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    def json(self, *words: str) -> Any:
        """In this process, which spares the tests a minute of imports."""
        config = str(self.folder / "config.yaml")
        done = CliRunner().invoke(cli, ["--config", config, *words, "--json"], catch_exceptions=False)
        assert 0 == done.exit_code, done.stderr
        return json.loads(done.stdout)


on_both = pytest.mark.parametrize("new_database", BACKENDS, indirect=True)
"""For what must work on each kind of database. The others run on SQLite alone."""


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Callable[[], str] | None:
    """Makes an empty database on the server; None for SQLite."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    made: Callable[[], str] = request.getfixturevalue("postgresql").new_database
    return made


@pytest.fixture
def house(
    tmp_path: Path, dovecot_user: MailUser, new_database: Callable[[], str] | None
) -> Callable[..., House]:
    """Makes a house over the given user's mailbox."""

    def make(rename: str = "off", more: str = "") -> House:
        (tmp_path / "data").mkdir(mode=0o700)
        if new_database is not None:
            (tmp_path / "database").write_text(new_database())
            (tmp_path / "database").chmod(0o600)
            more += f"database: {{file: {tmp_path / 'database'}}}\n"
        secret = tmp_path / "password"
        secret.write_text(dovecot_user.password)
        secret.chmod(0o600)
        (tmp_path / "config.yaml").write_text(
            f"data: {tmp_path / 'data'}\n"
            "timezone: Asia/Seoul\n"
            "language: en\n"
            "since: 2000-01-01\n"
            "mailboxes:\n"
            "  - name: support\n"
            f"    address: {US}\n"
            f"    imap: {{host: localhost, port: {dovecot_user.tls_port}, ca_file: {dovecot_user.ca_file}}}\n"
            f"    username: {dovecot_user.name}\n"
            f"    password: {{file: {secret}}}\n"
            f"    folders: [{{name: INBOX, rename: {rename}}}]\n" + more
        )
        return House(tmp_path, dovecot_user, new_database)

    return make


def letter(
    name: str, subject: str, body: str, *, sender: str = ENGINEER, day: datetime | None = None, more: str = ""
) -> bytes:
    """A mail whose subject is folded where ``subject`` has a line break."""
    text = (
        subject if subject.isascii() else Header(subject.replace("\n", " "), "utf-8").encode(linesep="\r\n")
    )
    folded = "\r\n ".join(line.strip() for line in text.split("\n"))
    date = format_datetime(day or datetime(2026, 12, 31, 12, tzinfo=UTC))
    return (
        f"From: {sender}\r\nTo: {US}\r\nSubject: {folded}\r\nMessage-ID: <{name}@example>\r\nDate: {date}\r\n"
        f"{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n" + body.replace("\n", "\r\n") + "\r\n"
    ).encode()


# ── recognising, over the whole way ───────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """One line of cases.tsv."""

    number: int
    sender: str
    day: datetime
    text: str
    expected: tuple[str, ...]

    def mail(self, place: str) -> bytes:
        subject, body = (self.text, "Hello") if place == "subject" else ("Hello", self.text)
        return letter(f"{place}-{self.number}", subject, body, sender=self.sender, day=self.day)


def rows(shared_dir: Path) -> list[Row]:
    lines = (shared_dir / "recognition" / "cases.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = []
    for number, line in enumerate(lines):
        sender, date, text, expected, *_ = line.split("\t")
        found.append(
            Row(
                number,
                ENGINEER if sender == "trusted" else STRANGER,
                datetime.fromisoformat(date).replace(hour=12, tzinfo=UTC),
                text.replace("\\n", "\n"),
                () if expected == "NONE" else tuple(expected.split(", ")),
            )
        )
    return found


ALL_SCHEMES = "schemes: [{name: clarify, enabled: true}, {name: msrc, enabled: true}]\n"


@pytest.mark.shared
@pytest.mark.parametrize("place", ["subject", "own"])
def test_every_line_of_cases_is_found_by_show(
    house: Callable[..., House], shared_dir: Path, place: str
) -> None:
    """Each line as a mail: polled, and its case shows the mail, or lists the number as related."""
    home = house(more=ALL_SCHEMES)
    table = rows(shared_dir)
    assert len(table) > 60
    for row in table:
        home.user.deliver(row.mail(place), internaldate=row.day)
    report = home.json("poll")
    assert (len(table), []) == (report["fetched"], report["errors"])
    shown: dict[str, Any] = {}
    for number in sorted({n for row in table for n in row.expected}):
        shown[number] = home.json("show", number)
        assert number == shown[number]["number"]
    filed = {
        (message["message_id"] or "").strip("<>"): case["number"]
        for case in shown.values()
        for message in case["messages"]
    }
    for row in table:
        name = f"{place}-{row.number}@example"
        if not row.expected:
            assert name not in filed, row.text
            continue
        assert filed.get(name) in row.expected, row.text
        rivals = [number for number in row.expected if number != filed[name]]
        related = shown[filed[name]]["related"]
        assert all(number in related or shown[number]["messages"] for number in rivals), row.text
    second = home.json("poll")
    assert {0} == {second[key] for key in second if key not in {"errors", "waiting"}}


# ── renaming and undo ─────────────────────────────────────────────────────────

NUMBER = "2611020010002574"
MAILBOX = [
    letter("a", f"RE: 메일 흐름 중단 - TrackingID#{NUMBER}", "안녕하세요"),
    letter("b", "RE: 메일 흐름 중단", "회신드립니다", more="References: <a@example>\r\n"),
    letter("c", f"[External] Fwd: second\n question TrackingID#{NUMBER}", "Hello", sender=US),
    letter("d", "Lunch?", "At noon", sender=STRANGER),
    letter("e", f"Fake TrackingID#{NUMBER}", "Click here", sender="x@rnicrosoft.example"),
]


def contents(stored: list[Stored]) -> list[tuple[bytes, frozenset[str], datetime | None]]:
    return sorted((mail.raw, mail.flags, mail.internaldate) for mail in stored)


def fill(user: MailUser) -> None:
    arrived = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    for index, raw in enumerate(MAILBOX):
        flags = [r"\Seen", r"\Flagged", "$Important"][: index % 4]
        user.deliver(raw, flags=flags, internaldate=arrived + timedelta(minutes=index))


@on_both
@pytest.mark.parametrize("mode", ["replace", "copy"])
def test_rename_and_undo_leave_the_mailbox_byte_for_byte(house: Callable[..., House], mode: str) -> None:
    """Renamed copies are seen, strangers' mails are not touched, and after the undo all is as it was."""
    home = house(rename=mode)
    fill(home.user)
    before = contents(home.user.dump())
    home.json("poll")
    shown = home.json("rename", "--backlog", "--dry-run")
    assert before == contents(home.user.dump())
    done = [row for row in home.json("rename", "--backlog") if row["state"] == "done"]
    assert 3 == len(done)
    assert {row["to"] for row in shown if row["state"] == "planned"} == {row["to"] for row in done}
    assert {f"[TrackingID#{NUMBER}] 메일 흐름 중단", f"[TrackingID#{NUMBER}] second question"} == {
        row["to"] for row in done
    }
    folder = "INBOX" if mode == "replace" else "Mailwatch/Cases"
    copies = [mail for mail in home.user.dump(folder) if b"\nMailwatch-Original: " in b"\n" + mail.raw]
    assert 3 == len(copies)
    zeros = home.json("poll")
    assert {0} == {zeros[key] for key in zeros if key not in {"errors", "waiting"}}
    undone = [row for row in home.json("rename", "--undo", "--all") if row["state"] == "done"]
    assert 3 == len(undone)
    assert before == contents(home.user.dump())
    assert [] == [m for m in home.user.dump(folder) if b"Mailwatch-Original" in m.raw]
    zeros = home.json("poll")
    assert {0} == {zeros[key] for key in zeros if key not in {"errors", "waiting", "same", "fetched"}}
    assert before == contents(home.user.dump())


def test_fetching_changes_nothing_on_the_server(house: Callable[..., House]) -> None:
    r"""Without a rename mode a poll leaves bytes, flags (\Recent, too) and dates as they were."""
    home = house()
    fill(home.user)
    before, recent = home.user.dump(), home.user.recent()
    home.json("poll")
    assert (before, recent) == (home.user.dump(), home.user.recent())


# ── books ─────────────────────────────────────────────────────────────────────


@on_both
def test_the_books_hold_together_and_can_be_made_again(house: Callable[..., House]) -> None:
    """``verify`` is content, ``reindex`` changes nothing, also with today's rules."""
    home = house(rename="replace")
    fill(home.user)
    home.json("poll")
    home.json("rename", "--backlog")
    cases = home.json("cases")
    assert [(NUMBER, 4)] == [(case["number"], case["messages"]) for case in cases]
    verified = home.json("verify")
    assert (True, []) == (verified["ok"], verified["problems"])
    assert [] == home.json("reindex")["changed"]
    assert [] == home.json("reindex", "--refile")["changed"]
    assert cases == home.json("cases")


@on_both
def test_a_lost_database_is_made_again_from_archive_and_journals(house: Callable[..., House]) -> None:
    """The database is deleted; the refusal names the command that brings everything back."""
    home = house(rename="replace")
    fill(home.user)
    home.json("poll")
    home.json("rename", "--backlog")
    before = home.json("cases"), home.json("show", NUMBER)
    home.lose()
    refused = home.run("cases")
    assert (2, True) == (refused.returncode, "mailwatch reindex --from" in refused.stderr)
    home.json("reindex", "--from", str(home.folder / "data"))
    assert before == (home.json("cases"), home.json("show", NUMBER))
    assert home.json("verify")["ok"]
    undone = home.json("rename", "--undo", "--all")
    assert [] == [row for row in undone if row["state"] != "done"]


@on_both
def test_after_a_loss_nothing_comes_twice(house: Callable[..., House]) -> None:
    """Mail is known by place and bytes, renames and digests by the ledger, though reading begins anew."""
    home = house(rename="replace", more=f"digests: [{{name: daily, to: [{US}]}}]\n")
    fill(home.user)
    home.json("poll")
    home.json("rename", "--backlog")
    assert ["sent"] == [row["state"] for row in home.json("digest", "--send")]
    home.json("poll")
    told = home.json("cases"), home.json("show", NUMBER), home.json("search", "중단")
    lying = {name: contents(home.user.dump(name)) for name in ("INBOX", "Mailwatch/Originals")}
    entries = home.json("verify")["entries"]
    home.lose()
    home.json("reindex", "--from", str(home.folder / "data"))
    report = home.json("poll")
    # The private mail and our own digest are fetched: nothing but their sightings was kept, and is lost.
    assert {"fetched": 2, "filed": 0, "same": 0, "renamed": 0} == {
        key: report[key] for key in ("fetched", "filed", "same", "renamed")
    }
    assert [] == [row for row in home.json("rename", "--backlog") if row["state"] == "done"]
    assert ["already-sent"] == [row["state"] for row in home.json("digest", "--send")]
    assert told == (home.json("cases"), home.json("show", NUMBER), home.json("search", "중단"))
    assert lying == {name: contents(home.user.dump(name)) for name in lying}
    assert home.json("verify")["ok"]
    (ledger,) = (home.folder / "data" / "ledger").iterdir()
    added = [json.loads(line) for line in ledger.read_text().splitlines()[entries:]]
    # The first look after the loss is told; nothing else is new.
    assert [("watch", "first-good-poll")] == [(entry["type"], entry["what"]) for entry in added]


@on_both
def test_a_person_files_a_mail_and_its_answers_follow(house: Callable[..., House]) -> None:
    """A private mail, of which only a sighting stayed, is fetched and filed by its Message-ID."""
    home = house()
    fill(home.user)
    home.json("poll")
    done = home.run("file", "d@example", NUMBER, "--reason", "Agreed on the phone")
    assert 0 == done.returncode, done.stderr
    shown = home.json("show", NUMBER)
    by_rule = {(m["message_id"] or "").strip("<>"): m["filed_by"]["rule"] for m in shown["messages"]}
    assert "person" == by_rule["d@example"]
    assert 0 == home.run("file", "d@example", "none").returncode
    assert "d@example" not in {
        (m["message_id"] or "").strip("<>") for m in home.json("show", NUMBER)["messages"]
    }


@on_both
def test_the_digest_comes_once_and_is_known_for_ours(house: Callable[..., House]) -> None:
    """Without smtp it is put into the inbox, once a day, and the next poll takes it for nobody's mail."""
    home = house(rename="replace", more=f"digests: [{{name: daily, to: [{US}]}}]\n")
    fill(home.user)
    home.json("poll")
    cases = home.json("cases")
    assert ["sent"] == [row["state"] for row in home.json("digest", "--send")]
    assert ["already-sent"] == [row["state"] for row in home.json("digest", "--send")]
    digests = [mail for mail in home.user.dump() if b"\nMailwatch-Digest: " in mail.raw]
    assert 1 == len(digests)
    assert b"Auto-Submitted: auto-generated" in digests[0].raw
    report = home.json("poll")
    assert (0, 0, 0) == (report["filed"], report["unnumbered"], report["renamed"])
    assert cases == home.json("cases")
    zeros = home.json("poll")
    assert {0} == {zeros[key] for key in zeros if key not in {"errors", "waiting"}}
    assert home.json("verify")["ok"]


def test_a_forged_digest_and_a_forged_copy_are_mail_like_any_other(house: Callable[..., House]) -> None:
    """Fields of ours prove nothing: the mails are filed as a stranger's, and never renamed."""
    home = house(rename="replace")
    fields = f"Mailwatch-Digest: 0\r\nMailwatch-Original: sha256={'0' * 64}; plan={'0' * 32}\r\n"
    forged = letter("f", f"TrackingID#{NUMBER}", "Hello", sender="x@rnicrosoft.example", more=fields)
    home.user.deliver(forged)
    home.json("poll")
    (message,) = home.json("show", NUMBER)["messages"]
    assert "stranger" == message["filed_by"]["standing"]
    assert [] == [row for row in home.json("rename", "--backlog") if row["state"] == "done"]
    assert [forged] == [mail.raw for mail in home.user.dump()]


@on_both
def test_search_finds_two_korean_syllables(house: Callable[..., House]) -> None:
    """A part of a Korean word is found exactly."""
    home = house()
    fill(home.user)
    home.json("poll")
    assert {"a@example", "b@example"} == _ids(home, "중단")
    assert set() == _ids(home, "흐중")


def _ids(home: House, text: str) -> set[str]:
    hits = {hit["sha256"] for hit in home.json("search", text)}
    messages = home.json("show", NUMBER)["messages"]
    return {
        (m["message_id"] or "").strip("<>")
        for m in messages
        for original in m["originals"]
        if original["sha256"] in hits
    }


def test_the_house_speaks_of_no_secret(house: Callable[..., House]) -> None:
    """Neither output nor log nor database nor journal holds the password."""
    home = house()
    fill(home.user)
    done = home.run("-v", "poll")
    assert home.user.password not in done.stdout + done.stderr
    for path in (home.folder / "data").rglob("*"):
        if path.is_file():
            assert home.user.password.encode() not in path.read_bytes(), path
            assert 0 == path.stat().st_mode & 0o077, path
