"""A week in the life of a support lead, as facts: for tests, and for the picture in the README."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest import DigestContent
from mailwatch.core.digest_facts import (
    CaseFacts,
    DigestFacts,
    EarlierDigest,
    FolderFacts,
    GapFacts,
    HeldFacts,
    MailFacts,
    ReviewFacts,
    Side,
    Tally,
)
from mailwatch.core.filing import Confidence, Rule
from mailwatch.core.reminders import Recipient, compose
from mailwatch.core.standing import Standing

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 09:00 in Seoul, a Tuesday
SINCE = NOW - timedelta(days=1)

KOREAN = Recipient("sujin@contoso.example", "ko", SEOUL)
ENGLISH = Recipient("sujin@contoso.example", "en", SEOUL)


def seoul(day: int, hour: int, minute: int) -> datetime:
    """A time in Seoul in November 2026, in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def tracking(number: str) -> CaseNumber:
    return CaseNumber("tracking-id", number)


def case(number: str, title: str, messages: int = 4, **changes: object) -> CaseFacts:
    """An open case whose last mail came from them yesterday at 15:20."""
    last = seoul(23, 15, 20)
    facts = CaseFacts(
        tracking(number), title, "open", messages, seoul(19, 10, 4), last, seoul(20, 9, 0), last
    )
    return replace(facts, **changes)


def mail(number: str | None, at: datetime, **changes: object) -> MailFacts:
    """A vouched mail from support that the reader does not know yet."""
    facts = MailFacts(
        sha256(f"{number} {at}".encode()).hexdigest(),
        tracking(number) if number else None,
        at,
        Side.THEM,
        "Jane Kim",
        "Re: 진행 상황",
        Standing.VOUCHED,
        fresh=True,
        rule=Rule.SUBJECT_TOKEN,
        confidence=Confidence.CERTAIN,
        mailbox="support",
        folder="INBOX",
    )
    return replace(facts, **changes)


VM, TEAMS, MAILFLOW = "2611240040001180", "2611190030002765", "2611120030003307"
LICENCE, CALLS, LOGS = "2611230030000947", "2611060010002251", "2611180030004182"


def busy() -> DigestFacts:
    """A day on which each block has something to say."""
    folders = tuple(
        FolderFacts(box, folder, seoul(24, 8, 57), backfilled=True)
        for box in ("support", "csp", "billing", "azure", "lead")
        for folder in ("INBOX", "보낸 편지함")
    )
    return DigestFacts(
        cases=(
            case(
                VM,
                "Azure 가상 머신 12대 접속 불가",
                2,
                opened_at=seoul(24, 7, 48),
                last_at=seoul(24, 8, 51),
                last_from_us_at=seoul(24, 7, 48),
                last_from_them_at=seoul(24, 8, 51),
            ),
            case(LICENCE, "라이선스 할당 오류", 1, opened_at=seoul(23, 17, 31), last_at=seoul(23, 17, 31)),
            case(TEAMS, "Teams 회의 녹화 오류", 7),
            case(
                MAILFLOW,
                "Exchange Online 외부 메일 수신 지연(한빛정밀 본사와 지사 3곳, 11월 12일부터)",
                9,
                last_at=seoul(23, 16, 42),
                last_from_us_at=seoul(23, 16, 42),
            ),
            case(
                CALLS,
                "Teams 통화 품질",
                5,
                last_at=seoul(17, 10, 5),
                last_from_us_at=seoul(12, 9, 0),
                last_from_them_at=seoul(17, 10, 5),
            ),
            case(
                LOGS,
                "감사 로그 보존 기간 문의",
                3,
                last_at=seoul(20, 18, 0),
                last_from_us_at=seoul(20, 18, 0),
                last_from_them_at=seoul(18, 11, 0),
            ),
        ),
        messages=(
            mail(VM, seoul(24, 7, 48), side=Side.US, sender="최도윤"),
            mail(VM, seoul(24, 8, 51), sender="Microsoft Support", automatic=True),
            mail(
                LICENCE,
                seoul(23, 17, 31),
                rule=Rule.QUOTED,
                confidence=Confidence.DOUBTFUL,
                subject="라이선스 문의 드립니다",
            ),
            mail(TEAMS, seoul(23, 15, 20)),
            mail(MAILFLOW, seoul(23, 11, 3), sender="박준호"),
            mail(MAILFLOW, seoul(23, 16, 42), side=Side.US, sender="박지훈"),
            mail(
                MAILFLOW,
                seoul(23, 22, 4),
                standing=Standing.STRANGER,
                sender="Microsoft",
                subject="http://evil.example 010-1234-5678",
            ),
        ),
        loose=(
            mail(None, seoul(24, 7, 12), sender="Microsoft 지원", subject="문의하신 내용에 대한 추가 안내"),
        ),
        held=(HeldFacts("3f2a91bc77d0" + "0" * 52, "parse-failed", seoul(23, 21, 40), 3),),
        reviews=(
            ReviewFacts(
                "9d41c2ab5e07" + "0" * 52, tracking(TEAMS), "support", "INBOX", seoul(23, 15, 22), None
            ),
        ),
        folders=folders,
        gaps=(GapFacts("outage", "support", None, seoul(23, 2, 10), seoul(23, 2, 40)),),
        tally=Tally(4812, 18204),
        since=SINCE,
    )


_ENGLISH = {
    "Azure 가상 머신 12대 접속 불가": "Azure: 12 virtual machines unreachable",
    "라이선스 할당 오류": "License assignment error",
    "Teams 회의 녹화 오류": "Teams, meeting recording fails",
    "Exchange Online 외부 메일 수신 지연(한빛정밀 본사와 지사 3곳, 11월 12일부터)": (
        "Exchange Online, inbound mail delayed at head office and three branches"
    ),
    "Teams 통화 품질": "Teams, call quality",
    "감사 로그 보존 기간 문의": "How long audit logs are kept",
    "라이선스 문의 드립니다": "Question about licenses",
    "문의하신 내용에 대한 추가 안내": "More about your question",
}
_PEOPLE = {
    "최도윤": "Doyun Choi",
    "박준호": "Junho Park",
    "박지훈": "Jihun Park",
    "Microsoft 지원": "Microsoft Support",
}


def in_english(facts: DigestFacts) -> DigestFacts:
    """The same day with English subjects and names."""

    def turned(mail: MailFacts) -> MailFacts:
        return replace(
            mail,
            subject=_ENGLISH.get(mail.subject, mail.subject),
            sender=_PEOPLE.get(mail.sender, mail.sender),
        )

    return replace(
        facts,
        cases=tuple(replace(c, title=_ENGLISH.get(c.title, c.title)) for c in facts.cases),
        messages=tuple(map(turned, facts.messages)),
        loose=tuple(map(turned, facts.loose)),
    )


def quiet() -> DigestFacts:
    """A day without news: three open cases, all heard of lately, the watching well."""
    numbers = ("2611030010004471", "2611050010004472", "2611090010004473")
    return DigestFacts(
        cases=tuple(case(n, "환불 요청") for n in numbers),
        messages=(),
        loose=(),
        held=(),
        reviews=(),
        folders=(FolderFacts("support", "INBOX", seoul(24, 8, 57), backfilled=True),),
        gaps=(),
        tally=Tally(212, 901),
        since=SINCE,
    )


def broken() -> DigestFacts:
    """The server is away since last night, and yesterday's digest is in doubt."""
    return replace(
        quiet(),
        folders=(
            FolderFacts("support", "INBOX", seoul(23, 22, 10), backfilled=False),
            FolderFacts("support", "보낸 편지함", None, backfilled=False, older=71250, older_seconds=720),
        ),
        gaps=(GapFacts("outage", "support", None, seoul(23, 22, 15), None),),
        earlier=(EarlierDigest(date(2026, 11, 23), "resent"),),
    )


def content(facts: DigestFacts, zone: ZoneInfo = SEOUL) -> DigestContent:
    return compose(facts, name="daily", now=NOW, zone=zone, silent_after=3)
