"""Two more cases in Korean: a number that changes in mid-thread, and an old Korean encoding."""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.filing import Rule
from mailwatch.demo.letter import Draft, Letter, arriving, filed
from mailwatch.demo.people import MINA, SEOYEON, TEAM, Calendar, Numbers


def quota(days: Calendar, n: Numbers) -> list[Letter]:
    """A number that changes in mid-thread: the new one stands in the body first."""
    old = f"RE: Azure VM 할당량 증설 요청 - TrackingID#{n.quota}"
    told = f"요청을 나누어 새로 접수했습니다.\n\n지원 요청 ID\n{n.quota_second}\n"
    first = Draft(
        "quota-1", SEOYEON, (TEAM,), old[4:], "Korea Central 증설을 검토합니다.", days.at(8, "15:02")
    )
    second = Draft("quota-2", SEOYEON, (TEAM,), old, told, days.at(5, "10:31"), answers=("quota-1",))
    reply = Draft(
        "quota-3", TEAM, (SEOYEON,), old, "확인했습니다.", days.at(5, "11:00"), answers=("quota-2",)
    )
    return [
        arriving(
            first,
            filed(n.quota, Rule.SUBJECT_TOKEN, renamed=True),
            "할당량 케이스가 열렸습니다.",
            "A quota case is opened.",
        ),
        arriving(
            second,
            filed(n.quota, Rule.SUBJECT_TOKEN, n.quota_second, renamed=True),
            "본문이 새 번호를 알립니다. 관련 번호로 보여 주고 합치지 않습니다.",
            "The body tells of a new number: shown as related, never merged.",
        ),
        arriving(
            replace(reply, checked=False),
            filed(n.quota, Rule.SUBJECT_TOKEN),
            "옛 번호로 보낸 우리 답장.",
            "Our answer under the old number.",
            folder="Sent",
        ),
        _under_the_new_number(days, n),
    ]


def _under_the_new_number(days: Calendar, n: Numbers) -> Letter:
    subject = f"RE: Azure VM 할당량 증설 요청 - TrackingID#{n.quota_second}"
    draft = Draft(
        "quota-4", SEOYEON, (TEAM,), subject, "승인되었습니다.", days.at(4, "10:20"), answers=("quota-2",)
    )
    return arriving(
        draft,
        filed(n.quota_second, Rule.SUBJECT_TOKEN, renamed=True),
        "같은 대화인데 제목의 번호가 바뀌었습니다. 제목이 이깁니다.",
        "Same conversation, new number in the subject: the subject wins.",
    )


def cafe(days: Calendar, n: Numbers) -> list[Letter]:
    """Labelled ks_c_5601-1987, written in cp949: Outlook's habit, with syllables that EUC-KR has not."""
    text = f"똠카페와 펲로그 사이의 연동이 끊깁니다.\n사례 번호: {n.cafe}\n"
    draft = Draft(
        "cafe-1",
        SEOYEON,
        (TEAM,),
        f"똠카페·펲로그 Teams 연동 오류 - TrackingID#{n.cafe}",
        text,
        days.at(4, "13:15"),
        charset="cp949",
        label="ks_c_5601-1987",
    )
    label = Draft(
        "cafe-2",
        MINA,
        (TEAM,),
        f"지원 요청 번호 {n.cafe} 진행 상황",
        "제가 이어받겠습니다.",
        days.at(3, "10:40"),
    )
    return [
        arriving(
            draft,
            filed(n.cafe, Rule.SUBJECT_TOKEN, renamed=True),
            "EUC-KR이라고 적혔지만 똠, 펲이 든 메일. 글자가 깨지지 않습니다.",
            "Labelled EUC-KR, yet with syllables only cp949 has: read without loss.",
        ),
        arriving(
            label,
            filed(n.cafe, Rule.SUBJECT_LABEL, renamed=True),
            "제목의 '지원 요청 번호' 뒤에 있는 숫자.",
            "Digits behind the label 지원 요청 번호 in the subject.",
        ),
    ]
