"""What the Korean texts of this project never say, each with what is said instead."""

from __future__ import annotations

import re

INSTEAD = {
    "사례": "케이스",
    "티켓": "케이스",
    "별칭": "같은 케이스의 다른 표기",
    "격리": "읽지 못한 메일 (격리 is Defender's quarantine)",
    "무응답": "메일로 확인된 응답 없음",
    "위반": "목표 시간 초과",
    "미준수": "목표 시간 초과",
    "폴링": "메일 확인",
    "아카이브": "원본 보관소 (보관 사서함 is Exchange's archive)",
    "원문": "원본",
    "저널": "기록 원장 파일, 텍스트 기록 파일",
    "항목": "기록 n번",
    "경보": "긴급 알림",
    "다이제스트": "요약, 일일 요약",
    "리네임": "제목 정리",
    "제목 변경": "제목 정리",
    "실행 취소": "되돌리기",
    "지난 메일": "이전 메일",
    "편철": "분류",
    "의심": "확인 필요",
    "증거": "증빙 자료",
    "벤더": "Microsoft",
    "감시": "메일 확인",
    "누락": "수집 공백",
    "검증": "위변조 검사",
    "담당자에게 문의": "관리자에게 문의",
    "보낸 메일함": "보낸 편지함",
    "전체 보관함": "전체보관함",
    "암호(?!화)": "비밀번호",
    "할당(?!량)": "지정",
    "십시오": "…하세요",
    "바랍니다": "…하세요",
    "되어졌": "되었",
    "됐습": "되었습",
    "죄송": "the fact, and what to do",
    r"!(?=\s|$)": "a full stop",
    "……": "…",
}
"""One word for one thing, a plain request, no accusation, no excuse."""

EITHER = re.compile(r"[을를이가은는과와]\((?:을|를|이|가|은|는|과|와)\)|\((?:으|이)\)(?:로|나|며|고|라)?")
"""을(를), 이(가), (으)로: the particle of somebody who does not know the word before it."""

AFTER_VARIABLE = re.compile(r"(?:\}|\)s)(?:을|를|이|가|은|는|와|과|으로|로|이나|나)(?=[ .,)]|$)")
"""No one can tell whether 을 or 를 follows a variable: a counter, a noun or a colon stands between."""


def wrong(text: str) -> list[str]:
    """What of the text should be said otherwise, and how."""
    found = [f"{m.group()} -> {good}" for bad, good in INSTEAD.items() for m in re.finditer(bad, text)]
    found += [f"{m.group()} -> a noun or a colon before it" for m in EITHER.finditer(text)]
    return found + [f"{m.group()} -> a noun or a colon before it" for m in AFTER_VARIABLE.finditer(text)]
