"""The demo runs to its end, and every mail of its story ends where the story says."""

from __future__ import annotations

import gc
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import IMAPClient

from mailwatch.core.display import width
from mailwatch.core.filing import Verdict
from mailwatch.core.standing import Standing
from mailwatch.demo.letter import message_id
from mailwatch.demo.outcome import Outcome
from mailwatch.demo.page import Page
from mailwatch.demo.play import play, show
from mailwatch.demo.run import Played, part, run
from mailwatch.demo.servers import MailServer
from mailwatch.demo.setting import make_folder
from mailwatch.demo.story import tell
from mailwatch.demo.voice import voice
from mailwatch.errors import ConfigError

NOW = datetime.now(UTC)
LETTERS = [(letter.key, letter.mailbox) for letter in tell(NOW)]
SCAM_PHONE = "1-855-000-0000"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    return run(make_folder(tmp_path_factory.mktemp("demo"), NOW), "ko", NOW)


def _outcome(played: Played, key: str, mailbox: str) -> Outcome:
    return next(o for o in played.found if (o.letter.key, o.letter.mailbox) == (key, mailbox))


@pytest.mark.parametrize(("key", "mailbox"), LETTERS)
def test_every_mail_ends_as_the_story_says(played: Played, key: str, mailbox: str) -> None:
    """Verdict, number, rule, related numbers and renaming are those that stand beside the mail."""
    outcome = _outcome(played, key, mailbox)
    assert outcome.letter.expect == outcome.found


def test_a_second_poll_finds_nothing(played: Played) -> None:
    """After poll, rename and digest another poll fetches, files and renames nothing."""
    outcome = played.second.outcome
    read = (outcome.fetched, outcome.filed, outcome.same, outcome.unfiled, outcome.unnumbered)
    assert (0, 0, 0, 0, 0) == read
    assert (0, ()) == (played.second.renamed, tuple(played.second.errors))


def test_a_retry_from_quarantine_is_no_new_mail(played: Played) -> None:
    """One mail cannot be read: the first poll says so once, the second finds nothing new."""
    assert (1, 0) == (played.first.outcome.quarantined, played.second.outcome.quarantined)


def test_the_first_poll_tells_what_it_did(played: Played) -> None:
    """No mail is counted twice, none is forgotten, and nothing went wrong."""
    outcome = played.first.outcome
    verdicts = [letter.expect.verdict for letter in tell(NOW)]
    assert () == tuple(played.first.errors)
    assert verdicts.count(Verdict.SAME) == outcome.same
    assert verdicts.count(Verdict.UNFILED) == outcome.unfiled
    assert verdicts.count(Verdict.UNNUMBERED) == outcome.unnumbered


def test_a_card_number_is_stored_nowhere(played: Played) -> None:
    """Neither database nor archive nor journals hold the card number, in groups or in one piece."""
    raw = _outcome(played, "alike-3", "support").letter
    day = (raw.arrived + timedelta(days=4 - 9)).strftime("%y%m %d")
    card = f"{day}00 3000 1235"
    files = [path for path in played.folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        data = path.read_bytes()
        assert card.encode() not in data, path
        assert card.replace(" ", "").encode() not in data, path


def test_private_mail_is_not_archived(played: Played) -> None:
    """No original is kept of a mail that belongs to no case and comes from no support desk."""
    unfiled = {o.sha256 for o in played.found if o.letter.expect.verdict is Verdict.UNFILED}
    kept = {path.stem for path in (played.folder / "data" / "archive").rglob("*.eml")}
    assert set() == unfiled & kept
    assert {o.sha256 for o in played.found} - unfiled == {sha for sha in kept if sha in _all(played)}


def _all(played: Played) -> set[str]:
    return {outcome.sha256 for outcome in played.found}


def test_strangers_change_nothing(played: Played) -> None:
    """Phishing and forgery are filed as a stranger's, keep their subjects, and lend the digest no word."""
    for key in ("fake-1", "fake-2", "wide-1"):
        outcome = _outcome(played, key, "support")
        assert outcome.row is not None
        assert Standing.STRANGER is outcome.row.filing.standing
        assert outcome.before == outcome.after
    text = part(played.mailed[0], "plain")
    assert SCAM_PHONE not in text
    assert "rnicrosoft" not in text


def test_the_digest_lies_in_the_folder(played: Played) -> None:
    """What was mailed can be read again as .txt, .html and .eml."""
    assert 1 == len(played.mailed)
    assert part(played.mailed[0], "plain") == (played.folder / "digest.txt").read_text(encoding="utf-8")
    assert "<html" in (played.folder / "digest.html").read_text(encoding="utf-8")
    assert (played.folder / "digest.eml").read_bytes() == played.mailed[0].raw


def test_the_demo_runs_from_end_to_end(tmp_path: Path) -> None:
    """The whole demo shows its story in English and leads to one's own mailbox."""
    stream = io.StringIO()
    play(folder=tmp_path / "made", language="en", stream=stream)
    text = stream.getvalue()
    assert "What was filed, and by which rule" in text
    assert "47 of 47 mails ended as expected" in text
    assert text.rstrip().endswith("my-mailbox.yaml poll")


def test_the_demo_speaks_korean(played: Played) -> None:
    """The same run in Korean: headings, captions and the mail in an old encoding."""
    stream = io.StringIO()
    show(Page(stream), played, "ko", voice("ko"))
    text = stream.getvalue()
    assert "== 분류 결과와 근거" in text
    assert "똠카페·펲로그" in text
    assert "47통 중 47통이 예상대로" in text


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """The demo never writes among files that are not its own."""
    (tmp_path / "mine").touch()
    with pytest.raises(ConfigError, match="not empty"):
        make_folder(tmp_path, NOW)


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    """A path that cannot be a folder is the user's to mend."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used"):
        make_folder(tmp_path / "file", NOW)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2059, 12, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants bounds without a zone.
def test_the_story_can_be_told_on_any_day(now: datetime) -> None:
    """Every mail is in the past, has the line ends of the wire, and all but one have an id of their own."""
    letters = tell(now)
    assert all(letter.arrived < now for letter in letters)
    assert all(b"\n" not in letter.raw.replace(b"\r\n", b"") for letter in letters)
    assert len(letters) - 1 == len({message_id(letter.key) for letter in letters})
    assert letters == tell(now)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_headings_and_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal of 80 columns a case number stays in one piece beside a long subject."""
    monkeypatch.setenv("COLUMNS", "80")
    stream = _Terminal()
    page = Page(stream)
    page.heading("cases")
    page.table(("case", "subject"), [("2611160030003307", "mail flow " * 20)])
    assert "■ cases" in stream.getvalue()
    assert "2611160030003307" in stream.getvalue()


def test_no_column_vanishes_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that stay whole leave room for those that are folded; of a text not a letter is lost."""
    monkeypatch.setenv("COLUMNS", "80")
    token, shows = "TrackingID#2611160030003307", "이미 표준 제목이라 그대로 둡니다."
    for row in (
        ("1", "11-16 14:30", "INBOX", f"RE: {token}", shows),
        ("1", "x" * 18, "y" * 18, "z" * 18, shows),
        ("1", "11-16 14:30", "INBOX", "short", shows * 4),
    ):
        stream = _Terminal()
        Page(stream).table(("#", "time", "folder", "subject", "shows"), [row])
        lines = re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue()).splitlines()
        assert max(map(width, lines)) <= 80
        shown = "".join("".join(lines).split())
        assert all(letter in shown for letter in "".join(row).replace(" ", ""))
        assert sum(shown.count(letter) for letter in ".") == "".join(row).count(".")


def test_what_strangers_wrote_cannot_steer_a_terminal() -> None:
    """Control sequences of a subject reach neither a pipe nor a terminal."""
    for stream in (io.StringIO(), _Terminal()):
        Page(stream).table(("#", "subject"), [("1", "\x1b]0;owned\x07\x1b[2Jhello")])
        assert "\x1b]0;" not in stream.getvalue()
        assert "\x1b[2J" not in stream.getvalue()
        assert "hello" in stream.getvalue()


def test_the_demo_s_server_outlives_the_garbage_collector() -> None:
    """A connection is answered although nobody but the server's loop holds the task that serves it."""
    with MailServer() as server:
        server.fill(tell(NOW)[:1])
        client = IMAPClient("127.0.0.1", port=server.port, ssl=False, timeout=20)
        client.login("support", server.password)
        for _ in range(20):
            gc.collect()
            client.select_folder("INBOX", readonly=True)
        client.logout()


def test_the_story_is_the_same_on_every_day_of_a_year() -> None:
    """Of two originals of one mail the one with the lesser SHA-256 is filed, and days change the bytes."""
    for day in range(366):
        letters = {(one.key, one.mailbox): one.raw for one in tell(NOW - timedelta(days=day))}
        first, second = (letters["flow-3", mailbox] for mailbox in ("support", "mina"))
        assert hashlib.sha256(first).hexdigest() < hashlib.sha256(second).hexdigest()
