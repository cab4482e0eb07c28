"""The rest of the mailbox: look-alikes, strangers, what cannot be read, and private mail."""

from __future__ import annotations

from dataclasses import replace

from mailwatch.core.filing import Rule, Verdict
from mailwatch.demo import people as who
from mailwatch.demo.letter import Draft, Expect, Letter, arriving, filed, multipart, nested, text_part
from mailwatch.demo.people import Calendar, Numbers

UNFILED = Expect(Verdict.UNFILED)


def licence(days: Calendar, n: Numbers) -> list[Letter]:
    """Numbers in the text of a mail: after a label, quoted, and bare in a subject."""
    told = f"라이선스 할당 오류로 접수되었습니다.\n사례 번호: {n.licence}\n"
    quoted = (
        "참고하세요.\n\n-----Original Message-----\nFrom: Microsoft Support\n"
        f"Subject: 라이선스 할당 오류\n\nTrackingID#{n.licence}\n"
    )
    return [
        arriving(
            Draft("lic-1", who.DESK, (who.TEAM,), "지원 요청이 접수되었습니다", told, days.at(6, "17:31")),
            filed(n.licence, Rule.OWN_LABEL),
            "본문의 '사례 번호' 뒤에 있는 숫자.",
            "Digits behind the label 사례 번호 in the text.",
        ),
        arriving(
            Draft("lic-2", who.MINA, (who.TEAM,), "전달드립니다", quoted, days.at(5, "18:02")),
            filed(n.licence, Rule.QUOTED),
            "번호가 인용문에만 있습니다. 분류하되 확인이 필요합니다.",
            "The number stands in quoted text alone: filed, to be checked.",
        ),
        arriving(
            Draft(
                "lic-3",
                who.SEOYEON,
                (who.TEAM,),
                f"Follow up on {n.licence}",
                "확인 중.",
                days.at(5, "19:00"),
            ),
            filed(n.licence, Rule.SUBJECT_BARE, renamed=True),
            "제목에 숫자만. 확인된 발신자라서 인정합니다.",
            "Bare digits in the subject: they count because the sender is known.",
        ),
    ]


def impostors(days: Calendar, n: Numbers) -> list[Letter]:
    """A known number in strangers' hands."""
    subject = f"RE: 긴급 조치 필요 - TrackingID#{n.mailflow}"
    text = "계정이 곧 정지됩니다. 아래 번호로 바로 전화해 주세요: 1-855-000-0000"
    survey = "케이스가 종료되었습니다. 설문에 답해 주세요."
    alike = Draft("fake-1", who.LOOKALIKE, (who.TEAM,), subject, text, days.at(2, "22:04"))
    forged = Draft("fake-2", who.FORGER, (who.TEAM,), subject, survey, days.at(2, "22:30"))
    wide = f"ＴｒａｃｋｉｎｇＩＤ＃{_wide(n.unverified)} 관련"
    unknown = Draft(
        "wide-1", who.CUSTOMER, (who.TEAM,), wide, "이 번호는 어떻게 되나요?", days.at(3, "14:00")
    )
    expect = filed(n.mailflow, Rule.SUBJECT_TOKEN)
    return [
        arriving(
            alike,
            expect,
            "비슷한 도메인(rn을 m처럼)의 피싱. 아는 번호를 써도 아무것도 바꾸지 못합니다.",
            "Phishing from a look-alike domain: a known number changes nothing.",
        ),
        arriving(
            replace(forged, answers=("flow-8",)),
            expect,
            "발신 주소를 위조한 메일(dmarc=fail). 대화에 끼어도 미확인입니다.",
            "A forged From (dmarc=fail): unverified, even inside the thread.",
        ),
        arriving(
            unknown,
            filed(n.unverified, Rule.SUBJECT_TOKEN),
            "전각 문자로 적힌 번호. 모르는 사람만 말하는 케이스는 따로 둡니다.",
            "A number in full-width characters; a case only strangers speak of is kept apart.",
        ),
    ]


def _wide(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


def lookalikes(days: Calendar, n: Numbers) -> list[Letter]:
    """What looks like a case number and is none."""
    card = f"팀 카드: {days.day(9, '%y%m %d')}00 3000 1235, 유효기간은 따로 보낼게요."
    rows = (
        (who.SELLER, "Juniper SRX300 firewall: 20% off this week", "SRX300, SRX1500 and vSRX in stock."),
        (who.BIOLOGIST, "Sequencing data", "See NCBI experiments SRX11133594 and SRX070877."),
        (who.MINA, "출장 결제", card),
        (who.OTHER_VENDOR, "Your support case SRX01234", "Please keep SRX01234 in the subject."),
        (who.MINA, "번호 확인", f"메모에 TrackingID#{n.future} 라고 적혀 있는데 맞나요?"),
    )
    captions = (
        ("주니퍼 SRX300 광고.", "An offer for a Juniper SRX300."),
        ("NCBI 서열 번호 SRX11133594.", "NCBI accession SRX11133594."),
        (
            "네 자리씩 적힌 카드 번호. 어디에도 저장하지 않습니다.",
            "A card in groups of four: stored nowhere.",
        ),
        ("다른 회사의 케이스 번호 SRX01234.", "Another vendor's case number SRX01234."),
        ("날짜가 미래인 번호는 번호가 아닙니다.", "A number whose date lies ahead is none."),
    )
    return [
        arriving(
            Draft(f"alike-{i}", sender, (who.TEAM,), subject, text, days.at(7 - i, "12:10")),
            UNFILED,
            *caption,
        )
        for i, ((sender, subject, text), caption) in enumerate(zip(rows, captions, strict=True), 1)
    ]


def everyday(days: Calendar, n: Numbers) -> list[Letter]:
    """Mail that every mailbox holds."""
    news = Draft(
        "news-1",
        who.NEWSLETTER,
        (who.TEAM,),
        "클라우드 주간 412호",
        "이번 주 소식입니다.",
        days.at(6, "08:30"),
        fields=(("List-Id", "<weekly.cloudweekly.example>"), ("Precedence", "bulk")),
    )
    invoice = "Invoice G150806692 for your subscription 30743420 is ready."
    return [
        arriving(news, UNFILED, "뉴스레터.", "A newsletter."),
        arriving(
            Draft("note-1", who.NOTICES, (who.TEAM,), "Your invoice is ready", invoice, days.at(5, "16:00")),
            UNFILED,
            "Microsoft의 청구 알림: 지원 메일이 아닙니다.",
            "A billing notice of Microsoft: no case mail.",
        ),
        arriving(
            Draft("lunch-1", who.MINA, (who.TEAM,), "점심", "12시에 1층에서 봐요.", days.at(1, "10:30")),
            UNFILED,
            "개인 메일. 보관하지 않습니다.",
            "Private mail: not archived.",
        ),
        _with_a_mail_attached(days, n),
    ]


def _with_a_mail_attached(days: Calendar, n: Numbers) -> Letter:
    inner = Draft(
        "inner", who.DESK, (who.TEAM,), f"TrackingID#{n.quota}", "…", days.at(8, "10:00")
    ).to_bytes()
    attached = multipart(
        "mixed",
        text_part("예전 메일을 첨부합니다.", "utf-8", "utf-8"),
        b"Content-Type: message/rfc822\n\n" + inner,
    )
    return arriving(
        Draft("attach-1", who.MINA, (who.TEAM,), "예전 메일", "", days.at(4, "17:45"), content=attached),
        UNFILED,
        "첨부된 메일 속의 번호는 이 메일의 번호가 아닙니다.",
        "A number inside an attached mail is not this mail's.",
    )


def odd(days: Calendar, n: Numbers) -> list[Letter]:
    """A desk's mail without a number, and a mail that cannot be read."""
    text = "문의해 주셔서 감사합니다. 담당자가 곧 연락드리겠습니다."
    broken = Draft("broken-1", who.SELLER, (who.TEAM,), f"TrackingID#{n.quota}", "", days.at(3, "03:33"))
    return [
        arriving(
            Draft(
                "desk-1", who.DESK, (who.TEAM,), "Microsoft 지원에 문의해 주셔서", text, days.at(2, "09:20")
            ),
            Expect(Verdict.UNNUMBERED),
            "번호 없는 지원 메일. 보관하고 보여 줍니다.",
            "From support, without a number: kept and shown.",
        ),
        arriving(
            replace(broken, content=nested(300, "안녕하세요")),
            Expect(None),
            "망가진 메일(300겹). 원본을 보관하고 다음 메일로 넘어갑니다.",
            "A broken mail, 300 layers deep: kept, shown, and the line goes on.",
        ),
    ]
