"""Real mail: 1,260 messages of public test suites, and what their own parsers make of them."""

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from mime.known_differences import KNOWN
from servers.shared import shared_folder

from mailwatch.core.message import Message
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.parse import parse
from mailwatch.mime.resubject import CannotResubject, restore, resubject
from mailwatch.mime.screen import screen

pytestmark = pytest.mark.shared

_CORPUS = shared_folder() / "corpus"
_WORD = r"\d{8}"


def _index() -> list[str]:
    """The distinct files; the index names 36 of its 1,260 lines twice."""
    lines = (_CORPUS / "INDEX.tsv").read_text("utf-8").splitlines()[1:]
    assert len(lines) == 1_260
    return list(dict.fromkeys(line.split("\t", 1)[0] for line in lines))


def _fold(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


@pytest.fixture(scope="module")
def messages() -> dict[str, Message]:
    """Every mail of the corpus, parsed. Whatever is unreadable is missing."""
    found: dict[str, Message] = {}
    for path in _index():
        try:
            found[path] = parse((_CORPUS / path).read_bytes())
        except UnreadableMessage:
            continue
    return found


def test_every_message_is_read(messages: dict[str, Message]) -> None:
    """No exception escapes, and not one of them is unreadable."""
    assert len(messages) == len(_index()) == 1_224


def test_segments_lie_where_they_say(messages: dict[str, Message]) -> None:
    """Joined, the segments of a part are the part; each is found at its offset."""
    for message in messages.values():
        parts: dict[int, str] = {}
        for segment in message.segments:
            parts[segment.part] = parts.get(segment.part, "") + segment.text
            assert parts[segment.part][segment.start :] == segment.text


def test_the_screen_is_exact(messages: dict[str, Message]) -> None:
    """What cannot matter holds no number, no short scheme's word, and shows the names that parse shows."""
    spared = 0
    for path, message in messages.items():
        screened = screen((_CORPUS / path).read_bytes())
        names = (screened.message_id, screened.thread_key, screened.answers, screened.date)
        assert names == (message.message_id, message.thread_key, message.answers, message.date), path
        if not screened.matters:
            spared += 1
            shown = unicodedata.normalize("NFKC", f"{message.subject}\n{message.text}")
            shown = "".join(c for c in shown if unicodedata.category(c) != "Cf")
            assert not re.search(_WORD + "|vuln-|msrc", shown, re.IGNORECASE | re.ASCII), path
            assert (
                message.sender is None
                or message.sender.addr in screened.senders
                or "@" not in message.sender.addr
            ), path
    # A screen that spares nothing would be exact, too.
    assert spared > 300


def test_every_mail_that_can_be_renamed_can_be_restored(messages: dict[str, Message]) -> None:
    """With the line ends of IMAP. The renamed mail reads as before but for its subject."""
    renamed = 0
    for path in messages:
        raw = re.sub(rb"\r?\n|\r", b"\r\n", (_CORPUS / path).read_bytes())
        before = parse(raw)
        try:
            copy = resubject(raw, "[TrackingID#2402220010002574] 안녕", sha256=before.sha256, plan="0" * 32)
        except CannotResubject:
            continue
        renamed += 1
        after = parse(copy)
        assert restore(copy) == raw
        assert after.subject == "[TrackingID#2402220010002574] 안녕"
        assert (after.body_hash, after.message_id, after.date) == (
            before.body_hash,
            before.message_id,
            before.date,
        )
        assert after.original is not None
        assert after.original.sha256 == before.sha256
    assert renamed > 750


def test_no_subject_of_the_corpus_has_a_control_character(messages: dict[str, Message]) -> None:
    """mail-parser keeps the folds of 4,821 of 28,089 subjects."""
    assert not any(re.search(r"[\x00-\x1f\x7f]", m.subject) for m in messages.values())


# ── against the results that came with them ───────────────────────────────────


def _expected(project: str) -> Iterator[tuple[str, Path]]:
    root = _CORPUS / "expected" / project
    for path in sorted(root.rglob("*.json")) if root.is_dir() else ():
        yield path.relative_to(_CORPUS / "expected").as_posix(), path


def _compare(name: str, expected: dict[str, Any], message: Message) -> list[tuple[str, str]]:
    ours = {
        "subject": _fold(message.subject),
        "sender": (message.sender.addr if message.sender else "").lower(),
        "date": message.date,
        "message_id": message.message_id or "",
    }
    return [(name, field) for field, value in expected.items() if value != ours[field]]


def _stalwart(path: Path) -> dict[str, Any]:
    fields = json.loads(path.read_text("utf-8"))["parts"][0]["headers"]
    values: dict[str, Any] = {}
    for field in fields:
        values.setdefault(str(field["name"]), field["value"] if isinstance(field["value"], dict) else {})
    sender = values.get("from", {}).get("Address", {})
    people = sender.get("List") or [a for group in sender.get("Group", []) for a in group["addresses"]]
    return {
        "subject": _fold(values.get("subject", {}).get("Text")),
        "sender": ((people or [{}])[0].get("address") or "").lower(),
        "date": _stalwart_time(values.get("date", {}).get("DateTime")),
        "message_id": values.get("message_id", {}).get("Text") or "",
    }


def _stalwart_time(time: dict[str, Any] | None) -> datetime | None:
    if time is None:
        return None
    offset = timedelta(hours=time["tz_hour"], minutes=time["tz_minute"])
    try:
        local = datetime(*(time[k] for k in ("year", "month", "day", "hour", "minute", "second")), tzinfo=UTC)
    except ValueError:
        return None
    return local + offset if time["tz_before_gmt"] else local - offset


def _imap_tools(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_text("utf-8"))
    expected = {"subject": _fold(data["subject"]), "sender": data["from_"].lower()}
    expected["message_id"] = (data["headers"].get("message-id") or [""])[0].strip().strip("<>")
    if not data["date"].startswith("1900"):
        found = parsedate_to_datetime(data["date_str"].split("(")[0].strip())
        expected["date"] = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return expected


def _imap_tools_source(name: str) -> Path:
    """imap_tools took most of its mails from the ``mail`` gem: the corpus holds each once."""
    relative = Path(*Path(name).with_suffix(".eml").parts[1:])
    own = _CORPUS / "ikvk+imap_tools/tests/messages" / relative
    return own if own.is_file() else _CORPUS / "mikel+mail/spec/fixtures/emails" / relative


def test_results_agree_with_the_projects_own() -> None:
    """Subject, sender, date and Message-ID, or the difference is known with its reason; none is stale."""
    differences: list[tuple[str, str]] = []
    compared = 0
    for name, path in _expected("stalwartlabs+mail-parser"):
        source = (_CORPUS / name).with_suffix(".eml")
        if source.is_file():
            compared += 1
            differences += _compare(name, _stalwart(path), parse(source.read_bytes()))
    for name, path in _expected("ikvk+imap_tools"):
        source = _imap_tools_source(name)
        if source.is_file():
            compared += 1
            differences += _compare(name, _imap_tools(path), parse(source.read_bytes()))
    assert set(differences) == set(KNOWN)
    assert compared > 210


def test_raw_fields_agree_with_james() -> None:
    """mime4j gives the fields as they stand: the first Subject and Message-ID are ours, folds apart."""
    compared = 0
    root = _CORPUS / "expected/apache+james-mime4j"
    for path in sorted(root.rglob("*.xml")):
        source = (_CORPUS / path.relative_to(_CORPUS / "expected")).with_suffix(".msg")
        if not source.is_file() or path.name.endswith("_decoded.xml"):
            continue
        try:
            root_element = ET.parse(path).getroot()
        except ET.ParseError:  # some of these files hold the raw bytes of the mail
            continue
        fields = [f.text or "" for f in root_element.findall("./header/field")]
        subjects = [f.split(":", 1)[1] for f in fields if f.lstrip().lower().startswith("subject:")]
        message = parse(source.read_bytes())
        compared += 1
        if path.name == "obsolete.xml":  # mime4j ends the header at "Subject   :", which RFC 5322 4.5 allows
            assert message.subject_fields == 1
            continue
        assert _fold(message.raw_subject) == _fold(subjects[0] if subjects else ""), path
        assert message.subject_fields == len(subjects), path
    assert compared > 60
