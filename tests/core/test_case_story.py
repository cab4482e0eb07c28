"""Two cases from their first mail to their last: after each mail, who has to act, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from fakes.letters import a_mail

from mailwatch.core.case_events import CaseEvent, Day
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.holder import Stand, stand
from mailwatch.core.lifecycle import Posted, events
from mailwatch.core.message import Message
from mailwatch.core.standing import SenderPolicy, Standing

SEOUL = ZoneInfo("Asia/Seoul")
DESK = "support@mail.support.microsoft.com"
POLICY = SenderPolicy(own=("contoso.example",), senders=("*@*.microsoft.com",))
NUMBER = CaseNumber("tracking-id", "2611120030003307")
WE, THEY, STRANGER = Standing.OWN, Standing.VOUCHED, Standing.STRANGER

_Mail = tuple[int, Standing, str, str, str | None]


def _posted(place: int, day: int, who: Standing, text: str) -> Posted:
    sent = datetime(2026, 11, day, 1, place, tzinfo=UTC)
    to = (DESK,) if who is WE else ("kim@contoso.example",)
    message: Message = a_mail(text, to=to, at=sent, references=() if place == 0 else ("a@b.example",))
    rule = Rule.ADOPTED if place == 0 else Rule.SUBJECT_TOKEN
    return Posted(message, Filing(message.sha256, Verdict.FILED, NUMBER, who, rule=rule), sent)


def _words(found: Stand, texts: dict[str, str]) -> str | None:
    cause = found.cause
    return texts[cause.sha256][cause.words.start : cause.words.end] if cause and cause.words else None


def _tell(mails: list[_Mail]) -> list[tuple[int, str, str | None]]:
    """After each mail: its day, the status, and the words that made it so."""
    told: list[tuple[int, str, str | None]] = []
    done: list[CaseEvent] = []
    texts: dict[str, str] = {}
    for place, (day, who, text, _, _) in enumerate(mails):
        item = _posted(place, day, who, text)
        texts[item.message.sha256] = text
        done.extend(events(item, POLICY, SEOUL))
        found = stand(done)
        told.append((day, found.status.value, _words(found, texts)))
    return told


KOREAN: list[_Mail] = [
    (12, WE, "외부에서 보낸 메일이 두 시간씩 늦게 도착합니다.", "new", None),
    (12, THEY, "티켓을 접수했으며 현재 사례를 검토 중입니다", "new", None),
    (
        13,
        THEY,
        "안녕하세요, 고객기술지원부 홍길동입니다.\n메시지 추적 48시간분을 보내 주시기 바랍니다.",
        "waiting-us",
        "보내 주시",
    ),
    (13, WE, "감사합니다.\n김민아 드림", "waiting-us", "보내 주시"),
    (
        18,
        THEY,
        "지난 메일에 대한 회신을 받지 못하여 다시 연락드립니다.",
        "waiting-us",
        "회신을 받지 못하",
    ),
    (
        20,
        THEY,
        "여러 차례 연락드렸습니다. 11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.",
        "closing-announced",
        "11월 24일까지 회신이 없으시면 케이스를 종료",
    ),
    (
        21,
        STRANGER,
        "Your case has been closed. Please call +1 855 000 0000 to reopen it.",
        "closing-announced",
        "11월 24일까지 회신이 없으시면 케이스를 종료",
    ),
    (23, WE, "요청하신 메시지 추적을 첨부합니다. 확인 부탁드립니다.", "waiting-vendor", None),
    (
        24,
        THEY,
        "자료 감사합니다. 26일까지 확인 후 회신드리겠습니다.",
        "waiting-vendor",
        "26일까지 확인 후 회신드리겠습니다",
    ),
    (
        26,
        THEY,
        "커넥터 설정을 수정하여 해결되었습니다. 이에 케이스를 종료하겠습니다.",
        "closed",
        "케이스를 종료하겠습니다",
    ),
    (27, THEY, "지원 만족도 조사에 참여해 주시기 바랍니다.", "closed", "케이스를 종료하겠습니다"),
    (28, WE, "같은 문제가 계속되고 있습니다. 재오픈을 요청드립니다.", "waiting-vendor", "재오픈을 요청"),
]

ENGLISH: list[_Mail] = [
    (2, WE, "Twelve virtual machines cannot be reached. Please set the severity to A.", "new", None),
    (2, THEY, "Your ticket was received and will be responded to within 24 hours.", "new", None),
    (
        3,
        THEY,
        "My name is Hong and I will be the Support Engineer working on your ticket.",
        "waiting-vendor",
        None,
    ),
    (4, THEY, "Could you provide the boot diagnostics?", "waiting-us", "Could you"),
    (5, THEY, "I will be sending your case to our EMEA team.", "waiting-us", "Could you"),
    (
        9,
        THEY,
        "We haven't been able to reach you and will be closing this ticket on November 12 as a result.",
        "closing-announced",
        "will be closing this ticket on November 12",
    ),
    (
        13,
        THEY,
        "Your case has been closed due to no response.",
        "closed-for-silence",
        "closed due to no response",
    ),
    (14, WE, "Thank you.", "closed-for-silence", "closed due to no response"),
]


def test_a_korean_case_from_its_opening_to_its_reopening() -> None:
    """Nobody's thank you answers, no stranger closes, no survey reopens; and each state shows its words."""
    assert [(day, status, words) for day, _, _, status, words in KOREAN] == _tell(KOREAN)


def test_an_english_case_that_is_closed_for_silence() -> None:
    """A hand-over leaves the question with us, and our late thanks leave it closed."""
    assert [(day, status, words) for day, _, _, status, words in ENGLISH] == _tell(ENGLISH)


def test_the_announced_day_is_known_while_it_is_open() -> None:
    """From the warning of the 20th until we write on the 23rd."""
    posts = [_posted(place, day, who, text) for place, (day, who, text, _, _) in enumerate(KOREAN)]
    done = [events(item, POLICY, SEOUL) for item in posts]
    closes = [stand(event for mail in done[: n + 1] for event in mail).closes_on for n in range(len(done))]
    assert [None] * 5 + [Day(date(2026, 11, 24))] * 2 + [None] * 5 == closes
