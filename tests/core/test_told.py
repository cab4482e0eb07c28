"""What a mail tells, kept without a word of it and read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from fakes.letters import a_mail

from mailwatch.core.case_events import CaseEvent, Day, Kind, Words
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.cues import CUES
from mailwatch.core.digest_facts import Side
from mailwatch.core.filing import Filing, Verdict
from mailwatch.core.language import language, language_of
from mailwatch.core.lifecycle import Posted, events
from mailwatch.core.message import Address
from mailwatch.core.quotation import Quote, quotation, quote
from mailwatch.core.standing import SenderPolicy, Standing
from mailwatch.core.told import Told, fingerprint, from_json, timed, to_json

SHA = "ab" * 32
SENT = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 20, 7, 45, tzinfo=UTC)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
POLICY = SenderPolicy(own=("contoso.example",), senders=("*@*.microsoft.com",))

FULL = Told(
    (
        CaseEvent(NEVER, Kind.RESPONSE, SHA, Side.THEM, vendor="21Vianet"),
        CaseEvent(NEVER, Kind.SEVERITY_GRANTED, SHA, Side.THEM, Words(None, 3, 9), level=0),
        CaseEvent(NEVER, Kind.PROMISE, SHA, Side.THEM, Words(1, 0, 7), Day(date(2026, 11, 24), time(17, 30))),
        CaseEvent(NEVER, Kind.QUESTION, SHA, Side.THEM, Words(0, 10, 70), Day(date(2026, 11, 24))),
        CaseEvent(
            NEVER,
            Kind.NEW_NUMBER,
            SHA,
            Side.THEM,
            numbers=(CaseNumber("reg", "117030115391423"), CaseNumber("srx", "SRX1318598611")),
        ),
        CaseEvent(NEVER, Kind.ANSWER, SHA, Side.US),
    ),
    "ko",
)


@pytest.mark.parametrize("told", [FULL, Told(), Told(unreadable="timeout")])
def test_what_was_kept_is_read_back(told: Told) -> None:
    """Field by field: severity A is level 0, and midnight is an hour, so none may be taken for missing."""
    assert from_json(to_json(told), SHA) == told


def test_midnight_is_an_hour() -> None:
    """A closing announced for 00:00 is not one without an hour."""
    event = CaseEvent(NEVER, Kind.PROMISE, SHA, Side.THEM, day=Day(date(2026, 11, 24), time(0, 0)))
    assert from_json(to_json(Told((event,))), SHA).events == (event,)


def test_no_word_of_a_mail_is_kept() -> None:
    """Kinds, places and days stand there; the sentence itself stays in the archive."""
    message = a_mail(
        "여러 차례 연락드렸습니다. 11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.", at=SENT
    )
    filing = Filing(message.sha256, Verdict.FILED, CaseNumber("srx", "SRX1"), Standing.VOUCHED)
    kept = to_json(Told(events(Posted(message, filing, RECEIVED), POLICY, ZoneInfo("Asia/Seoul"))))
    assert "closing-announced" in kept
    assert kept.isascii()
    assert "\\u" not in kept


def test_theirs_counts_by_receipt_and_ours_by_the_time_sent() -> None:
    """Definition 11; where no receipt is known, the time sent has to do."""
    told = timed(FULL, SENT, RECEIVED)
    assert {RECEIVED} == {event.at for event in told.events if event.side is Side.THEM}
    assert {SENT} == {event.at for event in told.events if event.side is Side.US}
    assert {SENT} == {event.at for event in timed(FULL, SENT, None).events}


def test_a_fingerprint_changes_with_all_that_decides() -> None:
    """A cue that was mended, one more, another sender, another zone: each has mail read again."""
    known = fingerprint(CUES, "policy", "Asia/Seoul")
    mended = (replace(CUES[0], phrases=("something else",)), *CUES[1:])
    others = {
        fingerprint(mended, "policy", "Asia/Seoul"),
        fingerprint(CUES[1:], "policy", "Asia/Seoul"),
        fingerprint(CUES, "other", "Asia/Seoul"),
        fingerprint(CUES, "policy", "Asia/Tokyo"),
    }
    assert known == fingerprint(CUES, "policy", "Asia/Seoul")
    assert len(others - {known}) == 4
    assert len(known) == 16


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("안녕하세요, 고객기술지원부입니다. Exchange Online mail flow trace를 보내 주세요.", "ko"),
        ("Could you provide the message trace of the last 48 hours?", "en"),
        ("お問い合わせありがとうございます。ログをお送りください。", "ja"),
        ("您好，请提供最近四十八小时的邮件跟踪日志。", "zh"),
        ("Hello Kim", None),
        ("SRX 1318598611 2026-11-24", None),
        ("", None),
        ("Hello Kim Minah (김민아), please send the message trace of both connectors to us today.", "en"),
    ],
)
def test_the_script_tells_the_language(text: str, found: str | None) -> None:
    """Product names are Latin in every language; a name in Hangul makes no Korean mail."""
    assert language(text) == found


def test_quoted_text_has_no_say_in_the_language() -> None:
    """An English answer below which Korean is quoted is English."""
    message = a_mail("We will look into this today.", quoted="문제가 계속되고 있습니다. 확인 부탁드립니다.")
    assert language_of(message) == "en"


# ── words ─────────────────────────────────────────────────────────────────────

_TEXT = "안녕하세요.\n여러 차례 연락드렸습니다.\n\n11월 24일까지 회신이 없으시면 종료하겠습니다.\n감사합니다."


def test_the_sentence_is_shown_in_which_the_words_stand() -> None:
    """``회신이 없으시면`` alone would not tell what is announced."""
    start = _TEXT.index("회신이")
    assert (
        quotation(a_mail(_TEXT), Words(0, start, start + 3))
        == "11월 24일까지 회신이 없으시면 종료하겠습니다."
    )


def test_who_said_it() -> None:
    """The name, else the address, else nobody; a mail that is the cause as a whole has no words."""
    named, bare = Address("Hong G", "hong@microsoft.com"), Address("", "hong@microsoft.com")
    greeting = Quote("Hong G", "안녕하세요.")
    assert quote(a_mail(_TEXT, sender=named), Words(0, 0, 5)) == greeting
    assert quote(a_mail(_TEXT, sender=bare), None) == Quote("hong@microsoft.com", "")
    assert quote(a_mail(_TEXT), None) == Quote()


def test_words_of_a_subject() -> None:
    """A part of None is the subject."""
    assert quotation(a_mail(subject="Your case is closed"), Words(None, 8, 12)) == "Your case is closed"


def test_a_long_sentence_is_cut_around_its_words() -> None:
    """What counts is seen, not the beginning."""
    text = "word " * 60 + "please send the trace " + "more " * 60
    start = text.index("please")
    assert "please send the trace" in quotation(a_mail(text), Words(0, start, start + 6))


@pytest.mark.parametrize("words", [Words(3, 0, 5), Words(0, 9000, 9005), Words(None, 50, 60)])
def test_words_that_are_not_there(words: Words) -> None:
    """Another mail than the one that was read has no such place."""
    assert quotation(a_mail(_TEXT, subject="Hello"), words) == ""


def test_codes_are_covered_where_words_are_shown() -> None:
    """A one-time code in the very sentence is not repeated."""
    text = "Could you enter the verification code 123456 for us?"
    assert "123456" not in quotation(a_mail(text), Words(0, 0, len(text)))
