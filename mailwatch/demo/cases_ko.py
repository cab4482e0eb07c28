"""The story's main case, in Korean: mail that arrives late."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import count

from mailwatch.core.filing import Rule, Verdict
from mailwatch.demo.letter import Draft, Expect, Letter, arriving, filed
from mailwatch.demo.people import CUSTOMER, DESK, MINA, SEOYEON, TEAM, Calendar, Numbers

_FIRST = """안녕하세요. 한빛정밀 IT 담당 김민아입니다.
오늘 오전 8시부터 외부에서 보낸 메일이 20~40분 늦게 들어옵니다.
내부 메일은 정상입니다. 확인 부탁드립니다.
"""
_RECEIPT = """문의해 주셔서 감사합니다. 티켓을 접수했으며 현재 사례를 검토 중입니다.
지원 요청 번호: {mailflow}
이 번호를 제목에 그대로 두고 회신해 주세요.
"""
_HELLO = """안녕하세요 김민아 고객님, 한국마이크로소프트 고객기술지원부 Seoyeon P입니다.
문의 사항과 지원 범위에 대해 확인을 부탁드리며, 이도현 님을 참조에 넣었습니다.

[문의 번호]
- {mailflow}
[문의 사항]
- 외부 메일 수신 지연
[진행 사항]
- 메시지 추적 48시간분을 보내 주시면 분석하겠습니다.

지원 내용의 시스템 기록을 위해 회신 주실 때 반드시 전체 회신으로
support@mail.support.microsoft.com 메일을 포함하여 응답 부탁 드립니다.
"""
_QUOTE = """

보낸 사람: Seoyeon P <support@mail.support.microsoft.com>
보낸 날짜: {day} 14:30
받는 사람: 한빛정밀 IT <support@hanbit.example>
제목: TrackingID#{mailflow} / 한빛정밀 / Exchange Online / 외부 메일 수신 지연

메시지 추적 48시간분을 보내 주시면 분석하겠습니다.
"""
_CLOSING = """안녕하세요 김민아 고객님,
두 차례 연락드렸으나 아직 회신을 받지 못했습니다.
{deadline}까지 회신이 없으실 경우 케이스를 종료하겠습니다.
같은 문제가 계속되면 이 번호로 재오픈을 요청하실 수 있습니다.
"""
_SUBJECT = "Exchange Online 외부 메일 수신 지연"


def opening(days: Calendar, n: Numbers) -> list[Letter]:
    """Before there was a number, the receipt that brings it, the engineer's first mail."""
    number, token = n.mailflow, f"TrackingID#{n.mailflow}"
    first = Draft("flow-1", TEAM, (DESK,), f"{_SUBJECT} 문의", _FIRST, days.at(9, "10:05"), checked=False)
    receipt = Draft(
        "flow-2",
        DESK,
        (TEAM,),
        f"{_SUBJECT} 문의 - {token}",
        _RECEIPT.format(mailflow=number),
        days.at(9, "10:12"),
        answers=("flow-1",),
    )
    return [
        arriving(
            first,
            filed(number, Rule.ADOPTED),
            "번호가 나오기 전에 보낸 첫 메일. 답장을 따라 나중에 찾아 분류합니다.",
            "The first mail, sent before there was a number; found later by the answer to it.",
            folder="Sent",
        ),
        arriving(
            receipt,
            filed(number, Rule.SUBJECT_TOKEN, renamed=True),
            "접수 확인: 제목 끝에 TrackingID가 붙어 옵니다.",
            "The receipt: Microsoft appends the TrackingID to the subject.",
        ),
        *_first_contact(days, n),
    ]


def _come_second(draft: Draft) -> Draft:
    """The same mail on another way, such that it is the second of the two on whatever day this is told.

    ``decide`` takes mails in the order (date, sha256), and both have one date.
    """
    others = (replace(draft, route=f"mail-out-{n}.example") for n in count(1))
    return next(other for other in others if _sha256(other) > _sha256(draft))


def _sha256(draft: Draft) -> str:
    return hashlib.sha256(draft.to_bytes()).hexdigest()


def _first_contact(days: Calendar, n: Numbers) -> list[Letter]:
    hello = Draft(
        "flow-3",
        SEOYEON,
        (TEAM, MINA),
        f"TrackingID#{n.mailflow} / 한빛정밀 / Exchange Online / 외부 메일 수신 지연",
        _HELLO.format(mailflow=n.mailflow),
        days.at(9, "14:30"),
        cc=(CUSTOMER,),
        answers=("flow-1", "flow-2"),
    )
    return [
        arriving(
            hello,
            filed(n.mailflow, Rule.SUBJECT_TOKEN, renamed=True),
            "담당 엔지니어의 첫 메일: 번호가 제목 맨 앞에 있습니다.",
            "The engineer's first mail: the number leads the subject.",
        ),
        arriving(
            _come_second(hello),
            Expect(Verdict.SAME, n.mailflow),
            "같은 메일이 다른 메일함에도 왔습니다. 원본은 둘, 메일은 한 통입니다.",
            "The same mail in a second mailbox: two originals, one message.",
            mailbox="mina",
        ),
    ]


def answers(days: Calendar, n: Numbers) -> list[Letter]:
    """Our answer with the number, a colleague's without it, and the customer's."""
    quote = _QUOTE.format(mailflow=n.mailflow, day=days.day(9, "%Y-%m-%d"))
    subject = f"RE: TrackingID#{n.mailflow} / 한빛정밀 / Exchange Online / 외부 메일 수신 지연"
    thread = ("flow-1", "flow-2", "flow-3")
    sent = Draft(
        "flow-4",
        TEAM,
        (SEOYEON,),
        subject,
        "추적 자료는 오늘 중에 보내겠습니다." + quote,
        days.at(8, "11:20"),
    )
    lost = Draft(
        "flow-5", MINA, (SEOYEON, TEAM), "메시지 추적 결과 보냅니다", "첨부를 봐 주세요.", days.at(8, "13:40")
    )
    customer = Draft(
        "flow-6", CUSTOMER, (SEOYEON, TEAM), "RE: 수신 지연 건", "저희 쪽도 같습니다.", days.at(7, "10:15")
    )
    return [
        arriving(
            replace(sent, answers=thread, checked=False),
            filed(n.mailflow, Rule.SUBJECT_TOKEN),
            "우리가 보낸 답장. 보낸 편지함은 읽기만 합니다.",
            "Our own answer; the Sent folder is only read.",
            folder="Sent",
        ),
        arriving(
            replace(lost, answers=thread),
            filed(n.mailflow, Rule.THREAD, renamed=True),
            "제목에서 번호가 빠진 답장. 어느 메일에 대한 답인지로 분류합니다.",
            "A reply that lost the number; filed by the mail that it answers.",
        ),
        arriving(
            replace(customer, answers=thread),
            filed(n.mailflow, Rule.THREAD, renamed=True),
            "참조에 있던 고객의 답장. 이 케이스의 참여자로 인정합니다.",
            "A customer who was in Cc answers: a participant of this case.",
        ),
    ]


def closing(days: Calendar, n: Numbers) -> list[Letter]:
    """A follow-up, the announcement that the case will be closed, an automatic reply."""
    subject = f"RE: {_SUBJECT} 문의 - TrackingID#{n.mailflow}"
    draft = Draft("", SEOYEON, (TEAM,), subject, "", days.at(6, "16:42"), answers=("flow-2", "flow-4"))
    follow_up = "보내 드린 메일을 확인하셨는지 여쭙습니다. 추적 자료를 기다리고 있습니다."
    expect = filed(n.mailflow, Rule.SUBJECT_TOKEN, renamed=True)
    away = replace(
        draft,
        key="flow-9",
        subject=f"자동 회신: {_SUBJECT} 문의 - TrackingID#{n.mailflow}",
        text="오늘은 휴가입니다. 급한 건은 팀 주소로 보내 주세요.",
        at=days.at(3, "11:01"),
        fields=(("Auto-Submitted", "auto-replied"),),
    )
    return [
        arriving(
            replace(draft, key="flow-7", text=follow_up),
            expect,
            "회신 요청 1차.",
            "The engineer's first follow-up.",
        ),
        arriving(
            replace(
                draft,
                key="flow-8",
                at=days.at(4, "16:42"),
                text=_CLOSING.format(deadline=days.day(-1, "%m월 %d일")),
            ),
            expect,
            "종료 예고: 날짜까지 회신이 없으면 종료한다는 메일.",
            "Closing announced: without an answer by that day the case is closed.",
        ),
        arriving(
            away,
            filed(n.mailflow, Rule.SUBJECT_TOKEN),
            "부재중 자동 회신. 분류하지만 제목은 그대로 둡니다.",
            "An out-of-office reply: filed, its subject left alone.",
        ),
    ]
