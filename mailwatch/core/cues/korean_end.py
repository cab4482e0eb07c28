"""Korean cues for how a case ends or goes on elsewhere. No real Korean closing was found."""

from __future__ import annotations

from mailwatch.core.case_events import Kind
from mailwatch.core.cues.cue import Cue

_NO_REPLY = (
    "회신이 없으시면",
    "회신이 없으면",
    "회신이 없으실 경우",
    "회신이 없을 경우",
    "답변이 없으시면",
    "답변이 없으실 경우",
)

CUES = (
    Cue(
        Kind.REOPENED,
        "ko",
        ("재오픈되었", "재오픈하였", "재오픈했", "다시 열었", "다시 오픈하였"),
        "요청하신 대로 케이스를 재오픈하였습니다.",
        "같은 문제가 생기면 케이스를 재오픈할 수 있습니다.",
        constructed=True,
    ),
    Cue(
        Kind.REOPEN_ASKED,
        "ko",
        ("재오픈을 요청", "재오픈 요청", "재오픈 부탁", "재오픈해 주", "다시 열어 주"),
        "같은 문제가 계속되고 있습니다. 기존 케이스 2611120030003307의 재오픈을 요청드립니다.",
        "재오픈은 필요하지 않습니다.",
        unless=("않",),
        constructed=True,
    ),
    Cue(
        Kind.CLOSING_ANNOUNCED,
        "ko",
        (
            *(f"{no} … {end}" for no in _NO_REPLY for end in ("종료", "종결")),
            "까지 … 케이스를 종료",
            "케이스를 종료할 예정",
            "케이스가 종료될 예정",
            "종결할 예정",
            "종결될 예정",
        ),
        "11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.",
        "회신이 없으시면 전화로 다시 연락드리겠습니다.",
        unless=("심각도",),
        constructed=True,
    ),
    Cue(
        Kind.CLOSED,
        "ko",
        (
            "케이스를 종료하겠습니다",
            "케이스를 종료하였",
            "케이스를 종료했",
            "케이스가 종료되었",
            "케이스는 종료되었",
            "케이스 종료하겠습니다",
            "종결하였",
            "종결하겠습니다",
            "종결되었",
            "종료 처리하였",
        ),
        "문제가 해결되어 케이스를 종료하겠습니다.",
        "케이스가 종료되면 만족도 설문이 발송됩니다.",
        unless=("않",),
        constructed=True,
    ),
    Cue(
        Kind.CLOSED_FOR_SILENCE,
        "ko",
        (
            "회신이 없어 … 종료",
            "회신이 없어 … 종결",
            "회신이 없으셔서 … 종료",
            "회신이 없으셔서 … 종결",
            "답변이 없어 … 종료",
            "답변이 없어 … 종결",
        ),
        "회신이 없어 케이스를 종료하였습니다.",
        "회신이 없으시면 케이스를 종료하겠습니다.",
        unless=("예정", "수 있"),
        constructed=True,
    ),
    Cue(
        Kind.ARCHIVED,
        "ko",
        ("케이스를 보관 처리", "케이스는 보관 처리", "케이스가 보관 처리"),
        "본 케이스는 보관 처리되었습니다.",
        "메일이 보관 처리되지 않습니다.",
        constructed=True,
    ),
    Cue(
        Kind.SURVEY,
        "ko",
        ("만족도 설문", "만족도 조사", "설문에 참여", "설문 조사에 참여"),
        "지원 만족도 조사에 참여해 주시기 바랍니다.",
        "네트워크 조사 결과를 공유합니다.",
        constructed=True,
        robot=True,
    ),
    Cue(
        Kind.NEW_NUMBER,
        "ko",
        ("새 케이스", "새로운 케이스", "신규 케이스", "새로운 지원 요청", "지원 요청 id", "sr# 발급"),
        "지원 요청 ID 2604280030000571",
        "지원 요청을 검토하고 있습니다.",
        unless=("접수해 주", "열어 주"),
    ),
    Cue(
        Kind.DUPLICATE,
        "ko",
        ("중복된 케이스", "중복 케이스", "케이스와 중복", "케이스로 병합", "케이스에 병합"),
        "본 건은 2402120040012618 케이스와 중복되어 병합합니다.",
        "2402120040012618 케이스와 중복인지 확인해 주시겠습니까?",
        unless=("?", "인지"),
        constructed=True,
    ),
    Cue(
        Kind.DELIVERY_FAILED,
        "ko",
        ("배달하지 못했습니다", "배달되지 못", "배달할 수 없", "전송에 실패", "반송되었", "배달 실패"),
        "다음 받는 사람 또는 그룹에게 메시지를 배달하지 못했습니다.",
        "메시지 배달이 지연되고 있습니다.",
        constructed=True,
    ),
)
