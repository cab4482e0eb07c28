"""The digest in words: width, language, safety, and templates of the user's own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fakes.digest_turns import calm, turned
from fakes.digests import (
    ENGLISH,
    KOREAN,
    MAILFLOW,
    SEOUL,
    VM,
    broken,
    busy,
    case,
    content,
    mail,
    quiet,
    seoul,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.adapters.catalog import catalog
from mailwatch.adapters.templates import Templates
from mailwatch.adapters.timewords import long_day, short_day, zone_name
from mailwatch.core.digest import Block, BlockKind
from mailwatch.core.digest_facts import DigestFacts, GapFacts
from mailwatch.core.display import width
from mailwatch.core.reminders import Recipient
from mailwatch.core.standing import Standing
from mailwatch.core.turn_item import Turn, TurnItem
from mailwatch.errors import ConfigError

PAGES = Templates(catalog)
READERS = pytest.mark.parametrize("reader", [KOREAN, ENGLISH], ids=["ko", "en"])
DAYS = pytest.mark.parametrize("facts", [busy(), quiet(), broken()], ids=["busy", "quiet", "broken"])


def hostile(subject: str, sender: str = "x") -> DigestFacts:
    """A day on which ``subject`` comes into every place where words of a mail may stand."""
    return replace(
        busy(),
        cases=(case(VM, subject, 2, last_at=seoul(23, 15, 20)),),
        messages=(mail(VM, seoul(23, 15, 20), subject=subject, sender=sender),),
        loose=(mail(None, seoul(23, 15, 20), subject=subject, sender=sender),),
    )


# ── width and words ───────────────────────────────────────────────────────────


@READERS
@DAYS
def test_no_line_of_the_text_is_wider_than_84_columns(facts: DigestFacts, reader: Recipient) -> None:
    """Hangul counts two columns."""
    lines = PAGES.text(content(facts), reader).splitlines()
    assert max(map(width, lines)) <= 84


@READERS
@DAYS
def test_the_subject_fits_and_names_nobody(facts: DigestFacts, reader: Recipient) -> None:
    """No case number, no title, no name: it must never be filed, and lock screens show it."""
    subject = PAGES.subject(content(facts), reader)
    assert width(subject) <= 78
    assert not re.search(r"[0-9]{8}", subject)
    assert not any(c.title in subject or c.number.canonical in subject for c in facts.cases)


def test_subjects_word_for_word() -> None:
    """What a phone shows."""
    assert PAGES.subject(content(busy()), KOREAN) == (
        "[케이스 요약] 11/24(화) 확인 필요 4건 · 새 케이스 2건 · 새 소식 2건"
    )
    assert PAGES.subject(content(busy()), ENGLISH) == (
        "[Case digest] Tue 24 Nov: 4 to check, 2 new cases, 2 with news"
    )
    assert PAGES.subject(content(quiet()), KOREAN) == "[케이스 요약] 11/24(화) 새 소식 없음"
    assert PAGES.subject(content(quiet()), ENGLISH) == "[Case digest] Tue 24 Nov: nothing new"
    assert PAGES.subject(content(broken()), KOREAN) == "[케이스 요약] 11/24(화) 메일 확인 중단: 메일함 1개"


def test_a_digest_tells_how_much_older_mail_is_left() -> None:
    """How many mails, where they were counted; how long it takes is no news when one reads it."""
    korean, english = (PAGES.text(content(broken()), reader) for reader in (KOREAN, ENGLISH))
    assert "이전 메일을 가져오는 중: support · 보낸 편지함, 71,250통 남음\n" in korean
    assert "Older mail is still being fetched: support · 보낸 편지함, 71,250 mails left\n" in english
    assert "Older mail is still being fetched: support · INBOX\n" in english
    assert "71,250 mails left" in PAGES.html(content(broken()), ENGLISH)


def test_a_quiet_day_word_for_word() -> None:
    """Few lines, none of them a command, a greeting or praise."""
    assert PAGES.text(content(quiet()), KOREAN) == (
        "2026-11-24(화) 09:00 · 08:57까지 받은 메일 기준 · 시각은 모두 한국 시각(KST)\n"
        "진행 중 3건: 받은 메일이 마지막 3건 · 보낸 메일이 마지막 0건\n"
        "지난 요약(11/23(월) 09:00) 이후: 메일 0통 · 새 케이스 0건 · 새 소식 0건\n"
        "\n"
        "새 소식이 없습니다.\n"
        "\n"
        "■ 수집 상태: 정상 · 메일함 1개 08:57 확인 · 읽지 못한 메일 0통\n"
        "    원본 212통 · 기록 901번까지\n"
        "\n"
        "mailwatch가 자동으로 보낸 메일이며 회신은 읽지 않습니다. 다른 케이스의 내용이 함께\n"
        "있으니 고객에게 전달하지 마세요.\n"
    )


@READERS
def test_absence_of_mail_is_never_told_as_absence_of_an_answer(reader: Recipient) -> None:
    """Silence is told as no mail, with the words that calls and portals are not seen."""
    text = PAGES.text(content(busy()), reader)
    assert ("전화나 포털" in text) or ("calls and portal" in text)
    for accusing in ("무응답", "응답 없음", "no answer", "no reply", "no response", "위반", "지연"):
        assert accusing not in text.replace("외부 메일 수신 지연", "")


@READERS
@DAYS
def test_html_and_text_tell_the_same_numbers(facts: DigestFacts, reader: Recipient) -> None:
    """Every case number and every item of the text stands in the HTML, too."""
    made = content(facts)
    text, html = PAGES.text(made, reader), PAGES.html(made, reader)
    numbers = set(re.findall(r"[0-9]{16}", text))
    assert numbers == set(re.findall(r"[0-9]{16}", html))
    items = [item.n for b in made.blocks for item in b.items]
    assert items == sorted(int(n) for n in set(re.findall(r"\[(\d+)\]", html)))


@READERS
def test_every_gap_finds_words(reader: Recipient) -> None:
    """Each kind of watch entry that a digest can tell."""
    kinds = [
        GapFacts("outage", "support", None, seoul(23, 2, 10), seoul(24, 2, 40)),
        GapFacts("outage", "support", None, seoul(23, 2, 10), None),
        GapFacts("uidvalidity", "support", "INBOX", None, None),
        GapFacts("folder-gone", "support", "옛 폴더", None, None),
        GapFacts("lost-before-adoption", "support", "INBOX", None, None),
    ]
    made = content(replace(busy(), gaps=tuple(kinds), since=None))
    for words in (PAGES.text(made, reader), PAGES.html(made, reader)):
        assert words.count("support") >= 5
        assert "옛 폴더" in words


# ── whose turn it is ──────────────────────────────────────────────────────────


def test_the_model_digest_word_for_word() -> None:
    """What cannot wait and what is ours, each with one line of why: the mail's time and its very words."""
    text = PAGES.text(turned(), KOREAN)
    assert text.startswith(
        "2026-11-24(화) 09:00 · 08:57까지 받은 메일 기준 · 시각은 모두 한국 시각(KST)\n"
        "진행 중 6건: 우리 차례 2 · Microsoft 차례 3 · 고객 차례 1\n"
        "지난 요약(11/23(월) 09:00) 이후: 메일 6통 · 새 케이스 2건 · 새 소식 2건\n"
        "\n"
        "■ 지금\n"
        "[1] 심각도 A: 메일로 확인된 응답은 아직 없습니다\n"
        "    대성물류 · Azure 가상 머신 12대 접속 불가 · 심각도 A\n"
        "    케이스 2611240040001180 · 담당 최도윤\n"
        "    최초 응답 목표 11/24(화) 09:48(48분 남음)\n"
        "    근거: 11/24(화) 07:48 메일, 최도윤\n"
        "\n"
        "■ 오늘 우리가 할 일: 3건\n"
        "[2] 오늘 중 회신: 11/24(화) 종료 예고를 받음(몇 시까지인지는 안내 없음)\n"
        "    한빛정밀 · Exchange Online 외부 메일 수신 지연(한빛정밀 본사와 지사 3곳, 11월\n"
        "    12일부터) · 심각도 B\n"
        "    케이스 2611120030003307 · 담당 박지훈\n"
        '    근거: 11/20(금) 16:42 Hong G "11월 24일까지 회신이 없으시면 케이스를\n'
        '    종료하겠습니다."\n'
    )
    assert (
        "[4] 고객 지정: 메일만으로는 어느 고객의 케이스인지 확정할 수 없음\n"
        "    라이선스 할당 오류\n"
        "    케이스 2611230030000947\n"
        "    후보: 온누리약품. 지정하기 전에는 고객용 요약에 싣지 않습니다.\n"
        "    mailwatch set 2611230030000947 customer=이름\n"
    ) in text
    assert (
        "■ Microsoft 회신이 늦는 케이스: 1건\n"
        "[5] 약속일(11/20(금))에서 4일 지남\n"
        "    서림건설 · Teams 통화 품질 · 심각도 B\n"
        "    케이스 2611060010002251 · 담당 김민아\n"
        '    근거: 11/17(화) 10:05 Jane Kim "20일까지 확인 후 회신드리겠습니다"\n'
    ) in text
    assert PAGES.subject(turned(), KOREAN) == (
        "[케이스 요약] 11/24(화) 심각도 A 1건 · 할 일 3건 · 회신이 늦는 케이스 1건"
    )
    assert PAGES.subject(turned(), ENGLISH) == "[Case digest] Tue 24 Nov: severity A: 1, 3 to do, 1 late"


def test_a_calm_day_is_three_lines() -> None:
    """As of when, nothing to do with the counts, the watching lives; then who sent it."""
    lines = [line for line in PAGES.text(calm(), KOREAN).splitlines() if line]
    assert lines[:3] == [
        "2026-11-24(화) 09:00 · 08:57까지 받은 메일 기준 · 시각은 모두 한국 시각(KST)",
        "오늘 할 일 없음 · 진행 중 3건: 우리 차례 0 · Microsoft 차례 3 · 고객 차례 0",
        "■ 수집 상태: 정상 · 메일함 1개 08:57 확인 · 읽지 못한 메일 0통",
    ]
    assert PAGES.subject(calm(), ENGLISH) == "[Case digest] Tue 24 Nov: nothing to do today"
    assert "nothing to do today" in PAGES.html(calm(), ENGLISH)


@READERS
def test_both_parts_tell_the_same_turns(reader: Recipient) -> None:
    """Each row and each quotation stands in the HTML as in the text, and nothing in it can be clicked."""
    text, html = PAGES.text(turned(), reader), PAGES.html(turned(), reader)
    assert [str(n) for n in range(1, 13)] == re.findall(r"^\[(\d+)\]", text, re.MULTILINE)
    assert set(re.findall(r"[0-9]{16}", text)) == set(re.findall(r"[0-9]{16}", html))
    for words in ("20일까지 확인 후 회신드리겠습니다", "로그를 보내 주시겠습니까?", "Jane Kim", "서림건설"):
        assert words in text
        assert words in html
    assert tags(html).tags <= ALLOWED
    assert max(map(width, text.splitlines())) <= 84


@READERS
def test_a_customer_is_told_whose_cases_he_sees(reader: Recipient) -> None:
    """And nothing of others; he need not be told not to forward it."""
    made = turned(customers=("한빛정밀",))
    for words in (PAGES.text(made, reader), PAGES.html(made, reader)):
        assert ("고객: 한빛정밀" in words) or ("Cases of: 한빛정밀" in words)
        assert "가람테크" not in words
        assert "forward" not in words
        assert "전달하지" not in words


_MATTERS = [
    TurnItem(1, "1", "srx", "t", Turn.CLOSING, day=date(2026, 11, 26), hour="18:00"),
    TurnItem(1, "1", "srx", "t", Turn.CLOSING, day=date(2026, 11, 26)),
    TurnItem(1, "1", "srx", "t", Turn.CLOSING),
    TurnItem(1, "1", "srx", "t", Turn.UNDELIVERED),
    TurnItem(1, "1", "srx", "t", Turn.REPLY, strikes=1),
    TurnItem(1, "1", "srx", "t", Turn.REPLY, strikes=2),
    TurnItem(1, "1", "srx", "t", Turn.TARGET_LATE, due=seoul(23, 9, 0), late=True),
    TurnItem(1, "1", "srx", "t", Turn.SEVERITY_A, due=seoul(24, 12, 30), left_minutes=210),
]


@READERS
@pytest.mark.parametrize("item", _MATTERS)
def test_every_matter_finds_words(item: TurnItem, reader: Recipient) -> None:
    """Each kind of row in both parts; a day without an hour is not given one."""
    made = replace(calm(), blocks=(Block(BlockKind.OURS, (item,)),))
    for words in (PAGES.text(made, reader), PAGES.html(made, reader)):
        assert "None" not in words
        if item.day:
            assert ("18:00" in words) is (item.hour is not None)
        if item.due:
            assert ("23" in words) or ("3시간 30분" in words) or ("3 h 30 min" in words)


# ── safety ────────────────────────────────────────────────────────────────────


class Tags(HTMLParser):
    """Collects tags and attributes, as a mail client would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "span", "br", "code",
}  # fmt: skip

ATTACKS = [
    "{{7*7}} {% raw %} {{ content }}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202egnp.exe \u2066x\u2069",
    "a\r\nBcc: x@evil.example\r\n\r\nbody",
    "' onmouseover='x \" style=\"x",
    "%(n)s %s {n} %",
    "</style></title><a href=http://evil.example>click</a>",
    "&lt;b&gt; &amp;",
    "\x00\x1b[31m\ud800",
]


def tags(html: str) -> Tags:
    parser = Tags()
    parser.feed(html)
    return parser


@READERS
@DAYS
def test_the_html_holds_no_link_image_or_script(facts: DigestFacts, reader: Recipient) -> None:
    """Nothing to click, nothing to fetch, and of an address not even the look."""
    html = PAGES.html(content(facts), reader)
    assert tags(html).tags <= ALLOWED
    assert not {"href", "src", "onclick", "background", "action"} & tags(html).attributes
    assert "http" not in html
    assert "url(" not in html


@READERS
@pytest.mark.parametrize("attack", ATTACKS)
def test_words_of_a_mail_stay_words(attack: str, reader: Recipient) -> None:
    """A subject is neither template nor markup nor header, in any part."""
    made = content(hostile(attack, attack))
    html, text = PAGES.html(made, reader), PAGES.text(made, reader)
    assert tags(html).tags <= ALLOWED
    assert "onmouseover" not in tags(html).attributes
    assert "49" not in text
    assert "\n" not in PAGES.subject(made, reader)
    assert not any(c in html + text for c in "\u202e\u2066\x00\x1b")
    html.encode()
    text.encode()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_subject_can_be_shown(subject: str) -> None:
    """Whatever a stranger writes, both parts are made and carry no markup of his."""
    made = content(hostile(subject, subject))
    assert tags(PAGES.html(made, KOREAN)).tags <= ALLOWED
    assert max(map(width, PAGES.text(made, KOREAN).splitlines())) <= 84


@READERS
def test_a_strangers_words_come_into_no_part(reader: Recipient) -> None:
    """Number and time alone."""
    stranger = mail(MAILFLOW, seoul(23, 22, 4), standing=Standing.STRANGER, subject="EVIL", sender="EVIL")
    made = content(replace(busy(), messages=(stranger,)))
    assert "EVIL" not in PAGES.html(made, reader) + PAGES.text(made, reader)


# ── the user's own templates ──────────────────────────────────────────────────


def own(folder: Path, name: str, text: str) -> Templates:
    (folder / name).write_text(text, encoding="utf-8")
    return Templates(catalog, folder)


def test_a_single_file_of_the_users_takes_the_place_of_ours(tmp_path: Path) -> None:
    """The text is his, the HTML stays ours, and his HTML is escaped by its name."""
    made = content(hostile("<b>"))
    pages = own(tmp_path, "digest.txt.j2", "{{ content.counts.open }} open\n")
    assert pages.text(made, KOREAN) == "1 open\n"
    assert "<table" in pages.html(made, KOREAN)
    pages = own(tmp_path, "digest.html.j2", "{{ content.blocks[0]['items'][0].subject }}{{ subject }}")
    assert pages.html(made, ENGLISH).startswith("&lt;b&gt;")


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("one\n{{ contnt.day }}\n", 2, "contnt"),
        ("one\ntwo\n{% if %}\n", 3, ""),
        ("{{ content.nonsense }}", 1, "nonsense"),
        ("\n\n{{ ''.__class__.__mro__ }}", 3, ""),
        ("{{ 1/0 }}", 1, ""),
        ("{% include 'missing.txt.j2' %}", 1, "missing"),
        ("{{ content.counts.open + 'x' }}", 1, ""),
    ],
)
def test_a_mistake_in_a_template_is_told_with_file_and_line(
    tmp_path: Path, template: str, line: int, words: str
) -> None:
    """A ConfigError, no traceback: the person who wrote the template can mend it."""
    pages = own(tmp_path, "digest.txt.j2", template)
    with pytest.raises(ConfigError) as caught:
        pages.text(content(quiet()), KOREAN)
    assert f"digest.txt.j2, line {line}:" in str(caught.value)
    assert words in str(caught.value)


def test_the_sandbox_holds(tmp_path: Path) -> None:
    """A template cannot change what it is given, nor climb out over attributes."""
    for attack in ("{{ content.__init__.__globals__ }}", "{{ matters.append(1) }}", "{{ ().__class__ }}"):
        pages = own(tmp_path, "digest.txt.j2", attack)
        with pytest.raises(ConfigError):
            pages.text(content(quiet()), KOREAN)


# ── times ─────────────────────────────────────────────────────────────────────


def test_days_and_zones_in_both_languages() -> None:
    """As users write them; a zone without letters is told by its offset."""
    when = seoul(24, 9, 48).astimezone(SEOUL)
    assert (short_day(when, "ko"), short_day(when, "en")) == ("11/24(화)", "Tue 24 Nov")
    assert (long_day(when, "ko"), long_day(when, "en")) == ("2026-11-24(화)", "Tue 2026-11-24")
    assert (zone_name(when, "ko"), zone_name(when, "en")) == ("한국 시각(KST)", "KST (UTC+9)")


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("UTC", "UTC+0"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/New_York", "EST (UTC-5)"),
        ("America/St_Johns", "NST (UTC-3:30)"),
    ],
)
def test_zones_are_named_by_letters_and_offset(zone: str, name: str) -> None:
    """Hours and minutes east or west of UTC."""
    when = seoul(24, 9, 48).astimezone(type(SEOUL)(zone))
    assert zone_name(when, "en") == name
