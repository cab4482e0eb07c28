"""The day of ``digests.busy`` with what its mails told: whose turn it is on each case, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from fakes.digests import (
    CALLS,
    LICENCE,
    LOGS,
    MAILFLOW,
    NOW,
    SEOUL,
    TEAMS,
    VM,
    busy,
    case,
    in_english,
    quiet,
    seoul,
    tracking,
)

from mailwatch.core.case_events import Day, Kind
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import DigestContent
from mailwatch.core.digest_facts import DigestFacts
from mailwatch.core.holder import Holder
from mailwatch.core.reminders import compose
from mailwatch.core.support_plan import Severity
from mailwatch.core.turn_facts import Cause, TurnFacts

REFUND = "2610280030005512"
VENDOR = TurnFacts(Holder.VENDOR, closed=False, vendor="Microsoft")

TURNS: dict[CaseNumber, TurnFacts] = {
    tracking(VM): replace(
        VENDOR,
        severity=Severity.A,
        cause=Cause(seoul(24, 7, 48), Kind.OPENED, sender="최도윤"),
        due=seoul(24, 9, 48),
        left=timedelta(minutes=48),
        customer="대성물류",
        owner="최도윤",
    ),
    tracking(MAILFLOW): replace(
        VENDOR,
        holder=Holder.US,
        severity=Severity.B,
        responded=True,
        announced=Cause(
            seoul(20, 16, 42),
            Kind.CLOSING_ANNOUNCED,
            Day(date(2026, 11, 24)),
            "Hong G",
            "11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.",
        ),
        strikes=2,
        customer="한빛정밀",
        owner="박지훈",
    ),
    tracking(TEAMS): replace(
        VENDOR,
        holder=Holder.US,
        responded=True,
        cause=Cause(seoul(23, 15, 20), Kind.QUESTION, None, "Jane Kim", "로그를 보내 주시겠습니까?"),
        customer="가람테크",
    ),
    tracking(LICENCE): replace(
        VENDOR, cause=Cause(seoul(23, 17, 31), Kind.ACKNOWLEDGED), candidates=("온누리약품",)
    ),
    tracking(CALLS): replace(
        VENDOR,
        severity=Severity.B,
        responded=True,
        promise=Cause(
            seoul(17, 10, 5),
            Kind.PROMISE,
            Day(date(2026, 11, 20)),
            "Jane Kim",
            "20일까지 확인 후 회신드리겠습니다",
        ),
        customer="서림건설",
        owner="김민아",
    ),
    tracking(LOGS): replace(
        VENDOR,
        holder=Holder.CUSTOMER,
        cause=Cause(seoul(20, 18, 0), Kind.CUSTOMER_ASKED, None, "정유리", "로그를 보내 주시겠어요?"),
        customer="미래교육재단",
    ),
    tracking(REFUND): replace(
        VENDOR,
        holder=Holder.NOBODY,
        closed=True,
        cause=Cause(seoul(23, 11, 0), Kind.CLOSED, None, "Hong G", "이에 케이스를 종료하겠습니다."),
        customer="한빛정밀",
    ),
}


def model() -> DigestFacts:
    """The model digest's day."""
    facts = busy()
    return replace(facts, cases=(*facts.cases, case(REFUND, "환불 요청", last_at=seoul(23, 11, 0))))


def turned(facts: DigestFacts | None = None, customers: tuple[str, ...] | None = None) -> DigestContent:
    """Composed with the turns."""
    return compose(
        facts or model(),
        name="daily",
        now=NOW,
        zone=SEOUL,
        silent_after=3,
        turns=TURNS,
        customers=customers,
    )


def calm() -> DigestContent:
    """A quiet day: three cases, all with the vendor."""
    facts = quiet()
    turns = {c.number: VENDOR for c in facts.cases}
    return compose(facts, name="daily", now=NOW, zone=SEOUL, silent_after=3, turns=turns)


_ENGLISH = {
    "환불 요청": "Refund",
    "대성물류": "Daesung Logistics",
    "한빛정밀": "Hanbit Precision",
    "가람테크": "Garam Tech",
    "온누리약품": "Onnuri Pharm",
    "서림건설": "Seorim E&C",
    "미래교육재단": "Mirae Foundation",
    "최도윤": "Doyun Choi",
    "박지훈": "Jihun Park",
    "김민아": "Mina Kim",
    "정유리": "Yuri Jeong",
    "11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.": (
        "If we do not hear from you by 24 Nov, we will close it."
    ),
    "로그를 보내 주시겠습니까?": "Could you send us the logs?",
    "로그를 보내 주시겠어요?": "Could you send us the logs?",
    "20일까지 확인 후 회신드리겠습니다": "We will check and reply by the 20th",
    "이에 케이스를 종료하겠습니다.": "We will proceed with closing the case.",
}


def _told(cause: Cause | None) -> Cause | None:
    if cause is None:
        return None
    return replace(
        cause,
        sender=_ENGLISH.get(cause.sender, cause.sender),
        words=_ENGLISH.get(cause.words, cause.words),
    )


def in_english_too() -> DigestContent:
    """The model digest of an English-speaking team."""
    facts = in_english(model())
    cases = tuple(replace(c, title=_ENGLISH.get(c.title, c.title)) for c in facts.cases)
    turns = {
        number: replace(
            turn,
            customer=_ENGLISH.get(turn.customer or "", turn.customer),
            owner=_ENGLISH.get(turn.owner or "", turn.owner),
            candidates=tuple(_ENGLISH[name] for name in turn.candidates),
            cause=_told(turn.cause),
            announced=_told(turn.announced),
            promise=_told(turn.promise),
        )
        for number, turn in TURNS.items()
    }
    facts = replace(facts, cases=cases, reviews=())
    return compose(facts, name="daily", now=NOW, zone=SEOUL, silent_after=3, turns=turns)
