"""Own text and quoted text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime.quoting import Span, segments


def _own(text: str) -> str:
    return "".join(s.text for s in segments(0, text) if not s.quoted)


_QUOTES = {
    "outlook korean": "보낸 사람: 지원 <s@microsoft.com>\n보낸 날짜: 2024년 2월 22일 목요일 오후 3:21\n"
    "받는 사람: 홍길동\n참조: 김\n제목: [TrackingID#2402220010002574] 문의\n\n안녕하세요\n",
    "outlook korean, date label": "보낸 사람: a\n날짜: 2024-02-22\n받는 사람: b\n제목: c\n",
    "outlook english": "From: Support <s@microsoft.com>\nSent: Thursday, February 22, 2024 3:21 PM\n"
    "To: Kim\nSubject: RE: x\n\nHi\n",
    "outlook english, bold": "*From:* Support\n*Sent:* Thursday\n*To:* Kim\n*Subject:* x\n\nHi\n",
    "outlook japanese": "差出人: サポート\n送信日時: 2024年2月22日 15:21\n宛先: 山田\n件名: x\n\nはい\n",
    "outlook chinese": "发件人: 支持\n发送时间: 2024年2月22日 15:21\n收件人: 王\n主题: x\n\n你好\n",
    "outlook chinese, wide colon": "寄件者： 支持\n寄件日期： 2024\n收件者： 王\n主旨： x\n\n你好\n",
    "outlook german": "Von: a\nGesendet: Donnerstag\nAn: b\nBetreff: c\n\nHallo\n",
    "outlook, long list": "From: a\nTo: b;\n c;\n d\nCc: e\nDate: Thursday\nSubject: x\n\nHi\n",
    "gmail korean": "2024년 2월 22일 (목) 오후 3:21, 홍길동 <a@b.kr>님이 작성:\n\n> 네\n",
    "gmail korean, unmarked": "2024년 2월 22일 (목) 오후 3:21, 홍길동 <a@b.kr>님이 작성:\n\n네\n",
    "gmail english": "On Thu, Feb 22, 2024 at 3:21 PM Kim <a@b.kr> wrote:\n\n> yes\n",
    "gmail english, wrapped": "On Thu, Feb 22, 2024 at 3:21 PM Kim Longname <a@b.kr>\nwrote:\n\n> yes\n",
    "gmail english, wrapped twice": "On Thu, Feb 22, 2024 at\n3:21 PM Kim <a@b.kr\n> wrote:\n> yes\n",
    "gmail japanese": "2024年2月22日(木) 15:21 山田 <a@b.jp>:\n\n> はい\n",
    "gmail chinese": "王 <a@b.cn> 于2024年2月22日周四 15:21写道：\n\n> 好\n",
    "apple korean": "2024. 2. 22. 오후 3:21, 홍길동 <a@b.kr> 작성:\n\n> 네\n",
    "apple english": "On 22 Feb 2024, at 15:21, Kim <a@b.kr> wrote:\n\n> yes\n",
    "apple japanese": "2024/02/22 15:21、山田 <a@b.jp>のメール:\n\n> はい\n",
    "original message": "-----Original Message-----\nanything\n",
    "original message korean": "-----원본 메시지-----\n보낸 사람: x\n",
    "naver": "-----Original Message-----\nFrom: a\nTo: b\nSent: 2024-02-22\nSubject: c\n\n내용\n",
    "forwarded gmail": "---------- Forwarded message ---------\n보낸사람: a\nDate: x\n",
    "forwarded by": "----- Forwarded message by kim -----\nx\n",
    "forwarded apple": "Begin forwarded message:\n\nFrom: a\n",
    "forwarded apple korean": "전달된 메시지 시작:\n\n보낸 사람: a\n",
    "prefix": "> yes\n> no\n",
    "prefix, full-width": "＞ はい\n",
    "prefix, indented": "  > yes\n",
}


@pytest.mark.parametrize("quote", _QUOTES.values(), ids=_QUOTES.keys())
def test_a_quote_is_told_from_the_answer_above_it(quote: str) -> None:
    """What stands above is the writer's own, the introduction and all behind it is not."""
    assert _own(f"답장 드립니다.\n\n{quote}") == "답장 드립니다.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "제목: 계약\n참조: 김\n이렇게 적어 주세요.\n",
        "From: now on we do this.\nTo: do: nothing.\n",
        "He wrote: do it.\n",
        "he wrote:\n",
        "It says\n\nshe wrote:\n",
        "See A\nB\nC\nthey wrote:\n",
        "-----\nsection\n-----\n",
        "-- \nsignature\n",
        "a > b\n",
        "그가 작성:\n",
        "----- Original Message ----- is what Outlook writes\n",
    ],
)
def test_own_words_that_look_alike_stay_own(text: str) -> None:
    """A label, a dash, or "wrote:" alone is no quote."""
    assert _own(text) == text


def test_answers_between_quoted_lines_are_own() -> None:
    """Interleaved replies give alternating segments."""
    text = "On 22 Feb 2024, Kim wrote:\n> one?\nyes\n> two?\n\nno\n"
    assert [(s.text, s.quoted) for s in segments(3, text)] == [
        ("On 22 Feb 2024, Kim wrote:\n> one?\n", True),
        ("yes\n", False),
        ("> two?\n\n", True),
        ("no\n", False),
    ]


def test_a_wrapped_introduction_is_not_sought_in_quoted_lines() -> None:
    """The line above "wrote:" is quoted already: nothing of it is the introduction."""
    text = "> On Monday\nwrote:\nx\n"
    assert _own(text) == "wrote:\nx\n"


def test_text_under_a_marked_quote_from_html_is_own() -> None:
    """Lines that the markup shows as quoted need no ``>``: what follows them is own again."""
    text = "On 22 Feb 2024, Kim wrote:\nold\nmy answer\n"
    start = text.index("old")
    found = segments(0, text, (Span(start, start + 4),))
    assert [(s.text, s.quoted) for s in found] == [
        ("On 22 Feb 2024, Kim wrote:\nold\n", True),
        ("my answer\n", False),
    ]


def test_a_long_line_is_judged_by_its_ends() -> None:
    """An introduction with an endless name between date and "wrote:" is one still."""
    text = "On 22 Feb 2024, " + "x" * 5_000 + " wrote:\nold\n"
    assert _own(text) == ""


@given(st.text("> \nOn1wrote:보낸사람제목FromSentTo-=@<＞", max_size=200))
def test_segments_tile_the_text(text: str) -> None:
    """Each segment is found at its offset, in order, none is empty, and nothing is left out."""
    found = segments(0, text)
    assert "".join(s.text for s in found) == text
    assert all(s.text and text[s.start : s.start + len(s.text)] == s.text for s in found)
    assert all(a.quoted != b.quoted for a, b in pairwise(found))


@pytest.mark.parametrize(
    "text",
    [
        "From: x\n" * 100_000,
        "wrote:\n" * 100_000,
        "On \n" * 100_000,
        "-" * 1_000_000,
        "\n" * 1_000_000,
        ">" * 1_000_000,
        "보낸 사람:" * 200_000,
        "On x <" * 200_000 + "\nwrote:\n",
        "=\n" * 300_000,
    ],
    ids=range(9),
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    """A quadratic rule would run into the test's time limit."""
    assert sum(len(s.text) for s in segments(0, text)) == len(text)
