"""The story's cases in English: the older number formats, a folded subject, numbers in the text alone."""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.filing import Rule
from mailwatch.demo.letter import Draft, Letter, arriving, filed, multipart, text_part
from mailwatch.demo.people import CONTRACTOR, DANIEL, DESK, MINA, SRX_DESK, TEAM, Calendar, Numbers

_INITIAL = """Hello Mina,

My name is Daniel K and I will be the Support Engineer working on your ticket {number}.
Microsoft works on a "one issue per incident" basis; please confirm the initial scope agreement.
"""
_CLOSURE = """<Case Closure Summary>
Issue Description: certificate of the hybrid connector expired
Solution/Workaround: certificate renewed
Case Status: This case will be archived.
"""
_SRX = """Thank you for your delisting request SRX1490512377ID.
Your ticket was received and will be responded to within 24 hours.
"""


def certificate(days: Calendar, n: Numbers) -> list[Letter]:
    """A case in the [REG:...] format."""
    token = f"[REG:{n.certificate}]"
    subject = f"{token} <mina@hanbit.example> Initial Response"
    text = _INITIAL.format(number=n.certificate)
    first = Draft("cert-1", DANIEL, (TEAM,), subject, text, days.at(12, "22:10"))
    reply = Draft(
        "cert-2", TEAM, (DANIEL,), f"RE: {subject}", "We agree.", days.at(12, "22:41"), checked=False
    )
    task = f"I have opened the collaboration task [REG:{n.certificate}001] with the identity team."
    lost = Draft("cert-3", CONTRACTOR, (TEAM,), "Certificate renewal, next step", task, days.at(11, "18:05"))
    end = Draft("cert-4", DANIEL, (TEAM,), f"{token} Case Closure Summary", _CLOSURE, days.at(10, "19:30"))
    # The subject begins with the case's own token in brackets, so there is nothing to rename.
    expect = filed(n.certificate, Rule.SUBJECT_BRACKET)
    return [
        arriving(
            first,
            expect,
            "[REG:…] 형식의 케이스. 이미 표준 제목이라 그대로 둡니다.",
            "A case in the [REG:...] format; its subject is the standard one already.",
        ),
        arriving(
            replace(reply, answers=("cert-1",)),
            filed(n.certificate, Rule.SUBJECT_TOKEN),
            "우리가 보낸 답장.",
            "Our own answer.",
            folder="Sent",
        ),
        arriving(
            lost,
            filed(n.certificate, Rule.OWN_TOKEN),
            "번호는 본문에만, 그것도 작업 번호 18자리. 앞 15자리가 케이스입니다.",
            "The number stands in the text alone, as a task of 18 digits: its first 15 are the case.",
        ),
        arriving(end, expect, "해결 요약.", "The closure summary."),
    ]


def delisting(days: Calendar, n: Numbers) -> list[Letter]:
    """A case of the SRX desk: with ID, without, as bare digits behind a label."""
    subject = f"RE: {n.delisting_form} - Outlook.com:Deliverability:Blocked sender"
    first = Draft("srx-1", SRX_DESK, (TEAM,), subject, _SRX, days.at(15, "17:14"))
    text = "Our IP has sent no bulk mail."
    reply = Draft("srx-2", TEAM, (SRX_DESK,), subject, text, days.at(14, "10:02"), answers=("srx-1",))
    closing = "This mail is in reference to ticket number, 1490512377. We have delisted your IP."
    bare = Draft("srx-3", SRX_DESK, (TEAM,), "Your delisting request", closing, days.at(13, "17:20"))
    ask = f"{n.short_srx} 진행 상황 문의"
    short = Draft("srx-4", MINA, (TEAM,), ask, "파트너가 준 번호입니다.", days.at(9, "17:00"))
    return [
        arriving(
            first,
            filed(n.delisting, Rule.SUBJECT_TOKEN, renamed=True),
            "SRX…ID 형식의 케이스.",
            "A case in the SRX...ID format.",
        ),
        arriving(
            replace(reply, checked=False),
            filed(n.delisting, Rule.SUBJECT_TOKEN),
            "우리가 보낸 답장.",
            "Our own answer.",
            folder="Sent",
        ),
        arriving(
            bare,
            filed(n.delisting, Rule.OWN_LABEL),
            "같은 케이스를 SRX 없이 10자리로 부르는 종료 메일.",
            "The closing mail calls the same case by its 10 digits alone.",
        ),
        arriving(
            short,
            filed(n.short_srx, Rule.SUBJECT_TOKEN, renamed=True),
            "ID 없는 SRX 아홉 자리.",
            "SRX with nine digits and no ID.",
        ),
    ]


def recording(days: Calendar, n: Numbers) -> list[Letter]:
    """A folded subject with a gateway's tag, a duplicate that is asked about, a signed mail."""
    topic = "Teams meeting recording fails for guests in breakout rooms"
    subject = f"{topic} - TrackingID#{n.recording}"
    folded = f"RE: [EXTERNAL] {topic} -\n TrackingID#{n.recording}"
    ask = f'Could you confirm if our case is a duplicate of the ticket "{n.recording_twin}"?'
    first = Draft("rec-1", DANIEL, (TEAM,), "", _INITIAL.format(number=n.recording), days.at(11, "21:00"))
    second = Draft("rec-2", DANIEL, (TEAM,), f"RE: {subject}", ask, days.at(10, "20:15"))
    reply = Draft("rec-3", TEAM, (DANIEL,), f"RE: {subject}", "No, it is not.", days.at(10, "21:00"))
    return [
        arriving(
            replace(first, raw_subject=folded),
            filed(n.recording, Rule.SUBJECT_TOKEN, renamed=True),
            "접힌 제목의 둘째 줄에 번호가 있습니다.",
            "The number stands on the second line of a folded subject.",
        ),
        arriving(
            replace(second, answers=("rec-1",)),
            filed(n.recording, Rule.SUBJECT_TOKEN, n.recording_twin, renamed=True),
            "중복 여부를 묻는 메일: 다른 번호는 관련 번호입니다.",
            "Asks about a duplicate: the other number is related.",
        ),
        arriving(
            replace(reply, answers=("rec-1", "rec-2"), checked=False),
            filed(n.recording, Rule.SUBJECT_TOKEN),
            "우리가 보낸 답장.",
            "Our own answer.",
            folder="Sent",
        ),
        _signed(days, n, subject),
    ]


def _signed(days: Calendar, n: Numbers, subject: str) -> Letter:
    signature = (
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\n"
        b"Content-Transfer-Encoding: base64\n\nMAAAAAAA\n"
    )
    text = text_part("We will come back to you by Friday.", "utf-8", "utf-8")
    kind = 'signed; protocol="application/pkcs7-signature"; micalg=sha-256'
    draft = Draft("rec-4", DANIEL, (TEAM,), f"RE: {subject}", "", days.at(9, "20:40"), answers=("rec-3",))
    return arriving(
        replace(draft, content=multipart(kind, text, signature)),
        filed(n.recording, Rule.SUBJECT_TOKEN),
        "서명된 메일. 분류하지만 손대지 않습니다.",
        "A signed mail: filed, never touched.",
    )


def archived(days: Calendar, n: Numbers) -> list[Letter]:
    """A survey with the number twice, and a mail with nothing but the digits in its text."""
    survey = Draft(
        "arch-1",
        DESK,
        (TEAM,),
        f"Case {n.archived} TrackingID#{n.archived}",
        "You may possibly receive a survey about your support experience.",
        days.at(13, "18:00"),
    )
    bare = Draft(
        "arch-2",
        CONTRACTOR,
        (TEAM,),
        "Licence audit, weekly summary",
        f"{n.archived} is with the product group now.",
        days.at(14, "18:30"),
    )
    return [
        arriving(
            survey,
            filed(n.archived, Rule.SUBJECT_TOKEN, renamed=True),
            "만족도 설문: 같은 번호가 제목에 두 번.",
            "The survey: one number, twice in the subject.",
        ),
        arriving(
            bare,
            filed(n.archived, Rule.OWN_BARE),
            "레이블 없이 숫자만. 확인된 발신자의 본문이라서 인정합니다.",
            "Digits alone: they count because the sender is known.",
        ),
    ]
