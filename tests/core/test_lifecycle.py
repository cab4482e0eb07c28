"""What a mail does to its case: real mails of both languages, and who may say what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from fakes.letters import a_mail

from mailwatch.core.case_events import CaseEvent, Day, Kind, Words
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.cues import CUES
from mailwatch.core.cues.cue import Cue
from mailwatch.core.digest_facts import Side
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.lifecycle import Posted, events
from mailwatch.core.message import Address, Attachment, Automatic, Message
from mailwatch.core.standing import SenderPolicy, Standing

SEOUL = ZoneInfo("Asia/Seoul")
DESK = "support@mail.support.microsoft.com"
CUSTOMER = "it@hanbit.example"
NUMBER = CaseNumber("tracking-id", "2611120030003307")
OTHER = CaseNumber("tracking-id", "2604280030000571")
POLICY = SenderPolicy(
    own=("contoso.example",), senders=("*@*.microsoft.com", "*@microsoft.com", "*@21vianet.com")
)
SENT = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)  # Friday 16:42 in Seoul
RECEIVED = datetime(2026, 11, 20, 7, 45, tzinfo=UTC)


def posted(
    message: Message, standing: Standing, *, related: tuple[CaseNumber, ...] = (), rule: Rule = Rule.THREAD
) -> Posted:
    filing = Filing(message.sha256, Verdict.FILED, NUMBER, standing, related, rule)
    return Posted(message, filing, RECEIVED)


def done(item: Posted, policy: SenderPolicy = POLICY) -> tuple[CaseEvent, ...]:
    return events(item, policy, SEOUL)


def theirs(own: str, *, related: tuple[CaseNumber, ...] = (), **more: object) -> tuple[CaseEvent, ...]:
    """What a mail of the vendor does, written and received in the afternoon of 20 November."""
    return done(posted(a_mail(own, at=SENT, **more), Standing.VOUCHED, related=related))


def ours(own: str, *, to: tuple[str, ...] = (DESK,), rule: Rule = Rule.THREAD, **more: object) -> list[Kind]:
    return kinds(done(posted(a_mail(own, to=to, at=SENT, **more), Standing.OWN, rule=rule)))


def kinds(found: tuple[CaseEvent, ...]) -> list[Kind]:
    return [event.kind for event in found]


def one(found: tuple[CaseEvent, ...], kind: Kind) -> CaseEvent:
    (event,) = (event for event in found if event.kind is kind)
    return event


def quoted_words(text: str, event: CaseEvent) -> str:
    assert event.words is not None
    return text[event.words.start : event.words.end]


KOREAN_FIRST = """안녕하세요 김민아 고객님, 한국마이크로소프트 고객기술지원부 홍길동입니다.
문의 사항과 지원 범위에 대해 확인을 부탁드리며, 아래와 같이 정리하였습니다.

[문의 번호]
- 2611120030003307
[문의 사항]
- Exchange Online 외부 메일 수신 지연

지원 내용의 시스템 기록을 위해 회신 주실 때 반드시 전체 회신으로
support@mail.support.microsoft.com 메일을 포함하여 응답 부탁 드립니다.
"""
KOREAN_WARNING = """안녕하세요 고객님, 홍길동입니다.

11월 18일에 요청드린 메시지 추적 48시간분에 대한 회신을 받지 못하여 다시 연락드립니다.
11월 24일까지 회신이 없으시면 케이스를 종료하겠습니다.

추가 문의 사항이 있으시면 언제든 회신 부탁드립니다.
"""
KOREAN_PROMISE = """김민아 고객님, 보내 주신 로그 감사합니다.
제품 팀에 문의하였으며 24일까지 확인 후 회신드리겠습니다.
"""
ENGLISH_FIRST = """Hello Mina,

My name is Hong and I will be the Support Engineer working on your ticket 2611120030003307.
Working Hours: M to F - 7:00 AM to 4:00 PM CST

Could you provide the message trace of the last 48 hours?
Please leave the case number in the subject when communicating with our team about this request.
"""
ENGLISH_WARNING = """Hi Mina,

Sorry I haven't been able to reach you in my last couple of attempts. This is a follow-up to the
email sent on 11/18. We haven't been able to reach you and will be closing this ticket on November
24 as a result.

If you have any questions, please let me know.
"""
ENGLISH_END = """Hello Mina,

I will proceed with closing the support request at this time.

<Case Closure Summary>
Issue Description: inbound mail was delayed
Case Status: This case will be archived

You may possibly receive a survey about your support experience.
"""
RECEIPT = """Thank you for contacting us, we've created case 2611120030003307 to track this request.
Your ticket was received on (Nov 20 2026 07:40 AM UTC) and will be responded to within 24 hours.
What happens next?
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KOREAN_FIRST, [Kind.ASSIGNED, Kind.RESPONSE, Kind.QUESTION]),
        (KOREAN_WARNING, [Kind.RESPONSE, Kind.FIRST_STRIKE, Kind.CLOSING_ANNOUNCED]),
        (KOREAN_PROMISE, [Kind.RESPONSE, Kind.PROMISE]),
        (ENGLISH_FIRST, [Kind.ASSIGNED, Kind.RESPONSE, Kind.QUESTION]),
        (
            ENGLISH_WARNING,
            [Kind.RESPONSE, Kind.FIRST_STRIKE, Kind.SECOND_STRIKE, Kind.CLOSING_ANNOUNCED],
        ),
        (ENGLISH_END, [Kind.RESPONSE, Kind.CLOSED, Kind.ARCHIVED, Kind.SURVEY]),
        (RECEIPT, [Kind.OPENED, Kind.ACKNOWLEDGED]),
        ("티켓을 접수했으며 현재 사례를 검토 중입니다", [Kind.ACKNOWLEDGED]),
        ("Your request has been received. We will reply by the 24th.", [Kind.ACKNOWLEDGED, Kind.PROMISE]),
        ("Your request has been received. We will reply soon.", [Kind.ACKNOWLEDGED]),
        ("담당 엔지니어가 배정되었습니다.", [Kind.ASSIGNED]),
        (
            "Your request has been received.\nMy name is Hong and I will be working with you.",
            [Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.RESPONSE],
        ),
        ("Does it happen with every user?", [Kind.RESPONSE, Kind.QUESTION]),
        ("We are still looking into it.", [Kind.RESPONSE]),
        ("Is there anything else I can help you with?", [Kind.RESPONSE]),
        ("Hi Mina, how are you?", [Kind.RESPONSE]),
        ("추가 문의 사항이 있으신가요?", [Kind.RESPONSE]),
        ("확인에 시간이 필요하여 양해 부탁드립니다.", [Kind.RESPONSE]),
        ("ご不明な点はございますか？", [Kind.RESPONSE]),
        ("如有疑问，请告诉我们。", [Kind.RESPONSE]),
        ("是否可以关闭此案例？", [Kind.RESPONSE, Kind.QUESTION]),
        ("Please take a moment to complete the survey. Were you satisfied?", [Kind.SURVEY]),
        ("Could you take a moment to complete our survey?", [Kind.SURVEY]),
        ("요청하신 대로 심각도를 A로 상향하였습니다.", [Kind.RESPONSE, Kind.SEVERITY_GRANTED]),
        ("회신이 없어 심각도를 B로 하향하였습니다.", [Kind.RESPONSE, Kind.SEVERITY_LOWERED]),
        ("심각도를 상향하였습니다.", [Kind.RESPONSE]),  # to which level is not said
        ("I will be sending your case to our EMEA team.", [Kind.RESPONSE, Kind.HANDED_OVER]),
        ("요청하신 대로 케이스를 재오픈하였습니다.", [Kind.RESPONSE, Kind.REOPENED]),
        ("회신이 없어 케이스를 종료하였습니다.", [Kind.RESPONSE, Kind.CLOSED, Kind.CLOSED_FOR_SILENCE]),
        ("Thank you. Please reopen the case if it comes back.", [Kind.RESPONSE]),  # ours to say
        ("問題が解決したため、本件をクローズいたします。", [Kind.RESPONSE, Kind.CLOSED]),
        ("跟您跟進一下案例，請告訴我們是否可以關閉此案例", [Kind.RESPONSE, Kind.QUESTION, Kind.FIRST_STRIKE]),
    ],
)
def test_what_the_vendor_writes(text: str, expected: list[Kind]) -> None:
    """A person's mail is a response, a receipt and an assignment notice are none."""
    assert expected == kinds(theirs(text))


def test_an_announced_closing_keeps_its_day_without_an_hour_and_shows_its_words() -> None:
    """The sentence that a person is shown is cut from the mail as it was written."""
    found = one(theirs(KOREAN_WARNING), Kind.CLOSING_ANNOUNCED)
    assert Day(date(2026, 11, 24)) == found.day
    assert "11월 24일까지 회신이 없으시면 케이스를 종료" == quoted_words(KOREAN_WARNING, found)
    english = one(theirs(ENGLISH_WARNING), Kind.CLOSING_ANNOUNCED)
    assert Day(date(2026, 11, 24)) == english.day
    assert "will be closing this ticket on November\n24" == quoted_words(ENGLISH_WARNING, english)


def test_a_promise_keeps_its_day_and_hour() -> None:
    """Without a day it is no promise."""
    assert Day(date(2026, 11, 24)) == one(theirs(KOREAN_PROMISE), Kind.PROMISE).day
    hour = one(theirs("We will update you by 5 PM on November 24."), Kind.PROMISE).day
    assert Day(date(2026, 11, 24), time(17)) == hour
    assert [Kind.RESPONSE] == kinds(theirs("We will update you soon."))


def test_a_question_may_have_a_day() -> None:
    """By when we are asked to answer."""
    assert Day(date(2026, 11, 24)) == one(theirs("24일까지 로그를 보내 주시기 바랍니다."), Kind.QUESTION).day


def test_a_day_is_seen_from_the_readers_zone() -> None:
    """23:30 UTC on the 20th is the 21st in Seoul, so tomorrow is the 22nd."""
    late = a_mail("We will reply by tomorrow.", at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert Day(date(2026, 11, 22)) == one(done(posted(late, Standing.VOUCHED)), Kind.PROMISE).day


def test_severities_carry_their_level() -> None:
    """From A to B is B."""
    lowered = theirs("As we have no answer, the severity has been lowered from A to B.")
    assert 1 == one(lowered, Kind.SEVERITY_LOWERED).level


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("지원 요청 ID\n2604280030000571", Kind.NEW_NUMBER),
        ("This request is a duplicate of case 2604280030000571.", Kind.DUPLICATE),
    ],
)
def test_another_number_is_told_where_there_is_one(text: str, kind: Kind) -> None:
    """The words alone, without a number beside the case's own, tell nothing."""
    assert (OTHER,) == one(theirs(text, related=(OTHER,)), kind).numbers
    assert [Kind.RESPONSE] == kinds(theirs(text))


def test_a_survey_is_known_by_its_subject() -> None:
    """The number stands in it twice; whatever its text asks, nothing is asked of us."""
    subject = "Case 2611120030003307 TrackingID#2611120030003307"
    found = theirs("How did we do?", subject=subject)
    assert [Kind.SURVEY] == kinds(found)
    assert Words(None, 0, len(subject)) == found[0].words
    assert Kind.QUESTION in kinds(theirs("How did it go?", subject=f"RE: {subject}"))


def test_quoted_words_say_nothing() -> None:
    """Their warning below our answer, or below theirs, is not said again."""
    assert [Kind.RESPONSE] == kinds(theirs("The log has arrived.", quoted=KOREAN_WARNING))


def test_an_automatic_mail_is_no_response_but_may_ask_and_close() -> None:
    """Its loose questions are decoration; what it asks for in so many words counts."""
    machine = {"automatic": Automatic.GENERATED}
    assert [] == kinds(theirs("Any news?", **machine))
    assert [Kind.QUESTION] == kinds(theirs("Please provide the log.", **machine))
    assert [Kind.CLOSED] == kinds(theirs("Your case: 2611120030003307 has now been closed", **machine))


def test_an_absence_note_does_nothing() -> None:
    """Theirs answers nothing, ours neither."""
    assert () == theirs("I am out of office. Could you call my manager?", automatic=Automatic.REPLY)
    assert [] == ours("I am out of office.", automatic=Automatic.REPLY)
    assert [] == ours("Ticket created in our own system.", automatic=Automatic.GENERATED)


@pytest.mark.parametrize("standing", [Standing.PARTICIPANT, Standing.STRANGER, Standing.CLAIMED])
def test_who_may_not_move_a_case_does_nothing(standing: Standing) -> None:
    """A claimed sender counts only where no anchor is configured."""
    mail = posted(a_mail(ENGLISH_END, at=SENT), standing)
    assert () == done(mail, replace(POLICY, anchor="mail.contoso.example"))
    assert bool(done(mail)) == (standing is Standing.CLAIMED)


@pytest.mark.parametrize("verdict", [Verdict.SAME, Verdict.UNNUMBERED, Verdict.UNFILED, Verdict.OURS])
def test_a_mail_counts_once_and_for_its_case(verdict: Verdict) -> None:
    """A second original of one message, and mail without a case, do nothing."""
    mail = posted(a_mail(ENGLISH_END, at=SENT), Standing.VOUCHED)
    assert () == done(replace(mail, filing=replace(mail.filing, verdict=verdict)))


# ── our mail ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The log is attached.", [Kind.ANSWER]),
        ("Could you tell us how it stands?", [Kind.ANSWER]),  # a question of ours is not one to us
        ("요청하신 로그를 보내 드립니다.\n감사합니다.", [Kind.ANSWER]),
        ("감사합니다. 아직 같은 오류가 납니다.", [Kind.ANSWER]),
        ("Thanks, does that work for all tenants?", [Kind.ANSWER]),
        ("Thanks\n0x80040610", [Kind.ANSWER]),
        ("Thank you.\n" + "x" * 300, [Kind.ANSWER]),
        ("", [Kind.ANSWER]),
        ("Regards", [Kind.ANSWER]),  # says nothing, and thanks for nothing
        ("Thank you for the quick help!\n\nBest regards,\nMina Kim, tel. +82 2 123 4567", [Kind.THANKS]),
        ("안녕하세요.\n빠른 답변 감사합니다.\n김민아 드림\n010-1234-5678", [Kind.THANKS]),
        ("Hi Hong,\nThanks a lot.\nMina", [Kind.THANKS]),
        ("Thanks\n로그 첨부합니다", [Kind.ANSWER]),  # a sentence without a full stop is no name
        ("ご対応ありがとうございます。", [Kind.THANKS]),
        ("업무가 모두 멈췄습니다. 심각도 A로 올려 주세요.", [Kind.SEVERITY_ASKED, Kind.ANSWER]),
        ("심각도를 변경해 주세요.", [Kind.ANSWER]),  # to which level is not said
        ("같은 문제가 계속되어 재오픈을 요청드립니다.", [Kind.ANSWER, Kind.REOPEN_ASKED]),
        ("They wrote that the case has been closed.", [Kind.ANSWER]),  # not ours to say
    ],
)
def test_what_we_write(text: str, expected: list[Kind]) -> None:
    """Whatever we write to the vendor is an answer, but a mere thank you is none."""
    assert expected == ours(text)


def test_a_thank_you_with_a_file_is_an_answer() -> None:
    """The file is what was asked for."""
    assert [Kind.ANSWER] == ours("Thanks!", attachments=(Attachment("trace.zip", "application/zip", 9),))


def test_the_first_mail_opens_the_case() -> None:
    """It was sent before there was a number, and answers nothing."""
    assert [Kind.OPENED] == ours("Mail does not arrive.", rule=Rule.ADOPTED)
    assert [Kind.ANSWER] == ours("More of it.", rule=Rule.ADOPTED, references=("a@b.example",))


@pytest.mark.parametrize(
    ("to", "text", "expected"),
    [
        ((DESK, CUSTOMER), "Could you send the log?", [Kind.ANSWER]),  # the vendor reads it, too
        ((CUSTOMER,), "Could you send us the log?", [Kind.CUSTOMER_ASKED]),
        ((CUSTOMER, "lead@contoso.example"), "로그를 보내 주시겠습니까?", [Kind.CUSTOMER_ASKED]),
        ((CUSTOMER,), "Microsoft is looking into it.", []),
        (("lead@contoso.example",), "Could you look at this?", []),  # among ourselves
        ((), "The log is attached.", [Kind.ANSWER]),  # nobody named: written in blind copy
    ],
)
def test_to_whom_we_write_decides(to: tuple[str, ...], text: str, expected: list[Kind]) -> None:
    """A question to somebody who is neither us nor the vendor asks a customer."""
    assert expected == ours(text, to=to)


def test_the_same_words_mean_what_their_writer_makes_them() -> None:
    """Direction comes from the standing: asked by them it is a question, by us an answer."""
    text = "Could you send the trace?"
    assert [Kind.RESPONSE, Kind.QUESTION] == kinds(theirs(text))
    assert [Kind.ANSWER] == ours(text)


# ── reports, times, names ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Undeliverable: log", "", [Kind.DELIVERY_FAILED]),
        ("", "다음 받는 사람 또는 그룹에게 메시지를 배달하지 못했습니다.", [Kind.DELIVERY_FAILED]),
        ("Read: log", "Your message was read.", []),
        ("Delayed", "Delivery is delayed. Could you wait?", []),
    ],
)
def test_a_report_tells_a_failure_only(subject: str, text: str, expected: list[Kind]) -> None:
    """Receipts and delays do no harm; the report of our own server is no answer of ours."""
    report = a_mail(text, to=("kim@contoso.example",), at=SENT, subject=subject, automatic=Automatic.REPORT)
    assert expected == kinds(done(posted(report, Standing.OWN)))


def test_theirs_count_by_receipt_and_ours_by_sending() -> None:
    """And by the other time where the first is not known."""
    mail = a_mail("Hello", to=(DESK,), at=SENT)
    known = posted(mail, Standing.VOUCHED)
    assert RECEIVED == done(known)[0].at
    assert SENT == done(replace(known, received_at=None))[0].at
    own = posted(mail, Standing.OWN)
    assert SENT == done(own)[0].at
    assert RECEIVED == done(replace(own, message=replace(mail, date=None)))[0].at
    timeless = replace(own, message=replace(mail, date=None), received_at=None)
    assert datetime(1970, 1, 1, tzinfo=UTC) == done(timeless)[0].at


@pytest.mark.parametrize(
    ("sender", "to", "name"),
    [
        ("hong@microsoft.com", (), "Microsoft"),
        ("wang@21vianet.com", (DESK,), "21Vianet"),
        ("kim@contoso.example", (DESK,), "Microsoft"),
        ("kim@contoso.example", (), None),
    ],
)
def test_the_vendor_is_named_by_its_addresses(sender: str, to: tuple[str, ...], name: str | None) -> None:
    """21Vianet's mails have addresses of Microsoft beside its own."""
    mail = a_mail("Hello", to=to, at=SENT, sender=Address("", sender))
    (event,) = done(posted(mail, Standing.OWN if sender.startswith("kim") else Standing.VOUCHED))
    assert name == event.vendor


def test_each_side_is_told() -> None:
    """Who wrote it stands in every event."""
    assert {Side.THEM} == {event.side for event in theirs(ENGLISH_END)}


def test_a_users_cue_counts_beside_the_shipped_ones() -> None:
    """A desk with words of its own."""
    mine = Cue(Kind.CLOSED, "en", ("ticket put to bed",), "ticket put to bed", "the user went to bed")
    mail = posted(a_mail("Ticket put to bed.", at=SENT), Standing.VOUCHED)
    assert [Kind.RESPONSE, Kind.CLOSED] == kinds(events(mail, POLICY, SEOUL, (*CUES, mine)))
