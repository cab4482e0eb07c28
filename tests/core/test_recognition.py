"""Which numbers are recognised: the tables of real forms and look-alikes, and what holds for any text."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest
from fakes.letters import BARE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwatch.core import recognition, scanning, schemes
from mailwatch.core.casenumber import CaseNumber, Counts, user_scheme
from mailwatch.core.message import Message, Segment
from mailwatch.core.plaintext import plain
from mailwatch.core.recognition import (
    MOST,
    WHY,
    Form,
    Mention,
    Recognition,
    Where,
    aliases,
    find_number,
    recognise,
    recognise_text,
)
from mailwatch.core.schemes import ALL, BUILTIN, subject_token

T16 = CaseNumber("tracking-id", "2402220010002574")
R15 = CaseNumber("reg", "117030115391423")
SRX = CaseNumber("srx", "SRX1318598611")
DAY = date(2026, 12, 31)


def read(text: str, *, trusted: bool = True, on: date | None = DAY, where: Where = Where.OWN) -> Recognition:
    return recognise_text(text, ALL, trusted=trusted, date=on, where=where)


def numbers(found: Recognition) -> list[str]:
    return list(dict.fromkeys(m.number.canonical for m in found.mentions))


def whys(found: Recognition) -> list[tuple[str, str]]:
    return [(r.text, r.why) for r in found.rejected]


def mail(subject: str = "", *segments: Segment, on: datetime | None = None) -> Message:
    return replace(BARE, subject=subject, raw_subject=subject, date=on, segments=segments)


@pytest.mark.shared
def test_every_row_of_the_shared_cases(shared_dir: Path) -> None:
    """Real and constructed texts: exactly the expected numbers, with all schemes on."""
    with (shared_dir / "recognition" / "cases.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = []
    for row in rows:
        expected = [] if row["expected"] == "NONE" else row["expected"].split(", ")
        found = recognise_text(
            row["text"].replace("\\n", "\n"),
            ALL,
            trusted=row["sender"] == "trusted",
            date=date.fromisoformat(row["date"]),
        )
        if numbers(found) != expected:
            wrong.append((row["text"], expected, found))
    assert [] == wrong
    assert len(rows) > 60


# ── what counts from whom ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "form", "trusted", "unknown"),
    [
        ("x TrackingID#2402220010002574", Form.TOKEN, "2402220010002574", None),
        ("x [REG:117030115391423] y", Form.TOKEN, "117030115391423", None),
        ("x SRX1318598611ID", Form.TOKEN, "SRX1318598611", None),
        ("Case # 2402220010002574", Form.LABEL, "2402220010002574", None),
        ("SR 117030115391423", Form.LABEL, "117030115391423", None),
        ("ticket number 1318598611", Form.LABEL, "SRX1318598611", "sender"),
        ("ticket 12175139", Form.LABEL, "12175139", "sender"),
        ("x 2402220010002574 y", Form.BARE, "2402220010002574", "sender"),
        ("x 117030115391423 y", Form.BARE, "117030115391423", "sender"),
    ],
)
def test_what_counts_from_whom(text: str, form: Form, trusted: str, unknown: str | None) -> None:
    """The table of the design: a stranger's short or bare number is seen and does not count."""
    found = read(text, trusted=True)
    assert [(trusted, form)] == [(m.number.canonical, m.form) for m in found.mentions]
    stranger = read(text, trusted=False)
    if unknown is None:
        assert found.mentions == stranger.mentions
    else:
        assert () == stranger.mentions
        assert [unknown] == [r.why for r in stranger.rejected]


@pytest.mark.parametrize("text", ["1318598611", "x 12175139 y"])
def test_short_digits_alone_count_from_nobody(text: str) -> None:
    """Eight or ten digits are anything."""
    assert ["needs-label"] == [r.why for r in read(text).rejected]
    assert () == read(text).mentions


# ── labels ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "label",
    [
        "Support Request Number:",
        "Support Ticket #",
        "ticket ",
        "case ",
        "Microsoft Case #",
        "SR",
        "SR#",
        "SRID ",
        "Microsoft Support Case #",
        "Service Request No. ",
        "case number is: ",
        "Tracking ID ",
        "TrackingID ",
        "**Case:** `",
        'tickets: "',
        "support\nrequest\nnumber\n",
        "Incident ID = ",
        "Reference number - ",
        "지원 요청 번호 ",
        "지원 요청 ID\n",
        "지원요청번호:",
        "[문의 번호]\n- ",
        "서비스 요청 번호 ",
        "지원 티켓 번호 ",
        "사례 번호",
        "사례 번호는 ",
        "케이스 번호: ",
        "케이스 ",
        "접수번호 ",
        "접수 번호 : ",
        "문의번호는 ",
        "SR 번호는 ",
        "お問い合わせ番号：",
        "サポートリクエスト ",
        "ｻﾎﾟｰﾄﾘｸｴｽﾄ ",
        "ケース番号は",
        "受付番号：",
        "案例编号：",
        "案例 ",
        "服务请求 ",
        "服务请求编号是",
        "案例編號：",
    ],
)
def test_labels_of_all_languages(label: str) -> None:
    """A label before 16 digits is enough, whoever writes."""
    found = read(f"{label}2402220010002574 x", trusted=False)
    assert [(T16, Form.LABEL)] == [(m.number, m.form) for m in found.mentions]


@pytest.mark.parametrize(
    "words", ["showcase ", "request ", "문의 ", "order ", "casein ", "ticket no one has but ", "1"]
)
def test_other_words_are_no_labels(words: str) -> None:
    """Parts of words, and words that need "number" behind them."""
    assert () == read(f"{words}2402220010002574 x", trusted=False).mentions


@pytest.mark.parametrize(
    "text",
    [
        "Case #x: M",
        "케이스 번호 12",
        "사례 번호 1",
        "Case 240222001000257",
        "case 24022200100025744 x",
        "SR 1234567",
    ],
)
def test_a_label_never_matches_without_a_valid_number(text: str) -> None:
    """Test cases and examples have numbers, too."""
    assert () == read(text).mentions


# ── look-alikes ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SRX11133594", "wrong-length"),
        ("SRX070877", "wrong-length"),
        ("Support case emails have SRX IDs like SRX01234", "wrong-length"),
        ("SRX12345678901", "wrong-length"),
        ("SRX1318598611IDs", "neighbour"),
        ("SRX1318598611x", "neighbour"),
        ("TrackingID#26012300300012345", "wrong-length"),
        ("TrackingID#260123003000123", "wrong-length"),
        ("TrackingID#2602300030001234", "no-date"),
        ("TrackingID#2701030010000001", "future"),
        ("REG:174012345600123", "future"),
        ("REG:217030115391423", "shape"),
        ("order 2601239999991239", "code"),
        ("at 1711224000000000 us", "too-early"),
        ("5555555555554444", "card"),
        ("5555 5555 5555 4444", "card"),
        ("5555-5555-5555-4444", "card"),
        ("2402\u00a02200\u00a01000\u00a02574", "card"),
        ("case 2402 2200 1000 2574", "card"),
        ("/a2402220010002574f", "neighbour"),
        ("1-2402220010002574", "neighbour"),
        ("2402220010002574.50", "neighbour"),
        ("?id=2402220010002574", "neighbour"),
        ("ticket 12175139-22", "neighbour"),
        ("ticket 20260123", "date-like"),
        ("ticket number 2318598611", "shape"),
    ],
)
def test_look_alikes_and_why(text: str, why: str) -> None:
    """Each is refused, for a reason that can be shown."""
    found = read(text)
    assert () == found.mentions
    assert why in [r.why for r in found.rejected]


@pytest.mark.parametrize(
    "text",
    [
        "SRX300",
        "Juniper SRX1500 cluster",
        "vSRX1234567890",
        "PSRX1234567890",
        "a/SRX1234567890",
        "x.SRX123456789.example",
        "ksRX61ifXCe83SCkenkFd/+EeeyPjekeFJSF",
        "resource_watcher.trackingId#2",
        "trackingId#eventIdRECAG012#23L",
        "TrackingID#OLH-1001",
        "[reg:1]",
        "[REG:12 IPv4:3]",
        "+CREG:12,1",
        "Microsoft Case #2024-1145-8765",
        "G150806692",
        "SellerId 30743420",
        "080-986-1000",
        "+82.10.4306.1234",
        "1-855-864-6325",
        "18558646325",
        "ICM 722954497",
        "KB5034441 CVE-2024-21412 MC712345 S3140",
        "3366336e-bc3faf4f-3970e063-e033-441f-8a49-1e6e1b55f05d",
        "MSRC Case 1234",
        "VULN-1234567",
        "IMEI 353918051234567",
        "TrackingID#${id}",
        "Ticket 2026-01-23 00:30 opened",
        "123456789012345678901234567890",
        "ticket 9999999999",
        "1234567890123456789",
        "117030115391423001",
        "2402220010002574001",
    ],
)
def test_look_alikes_are_nothing(text: str) -> None:
    """Products, accessions, phones, invoices, other trackers: no number, even from those we trust."""
    assert () == read(text).mentions


def test_a_cards_digits_are_not_kept() -> None:
    """What may be a card is told of, but its digits are masked."""
    assert [("****-****-****-****", "card")] == whys(read("5555-5555-5555-4444"))
    assert [("*" * 16, "card")] == whys(read("5555555555554444"))


@pytest.mark.parametrize(
    "text",
    [
        "끝났습니다.SRX1318598611ID",
        "(SRX1318598611ID)",
        "번호SRX1318598611ID입니다",
        "SRX 1318598611ID",
        "SRX1318598611/환불",
        "ＳＲＸ１３１８５９８６１１ＩＤ",
        "S\u200bRX13185\u00ad98611",
        "SRX1318598611\u00a0is",
        "srx1318598611id - x",
        "SRX1318598611_"[:-1],
    ],
)
def test_real_forms_with_odd_surroundings(text: str) -> None:
    """Brackets, particles, width and invisible characters do not hide a number."""
    assert [SRX] == [m.number for m in read(text, trusted=False).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MSRC Case 122225", "MSRC122225"),
        ("MSRC Case #39225 TRK:0461001454", "MSRC39225"),
        ("vulnerability/VULN-195168", "VULN-195168"),
        ("SRZ080803600053-1", "SRZ080803600053"),
    ],
)
def test_schemes_that_are_shipped_switched_off(text: str, expected: str) -> None:
    """They work when switched on, and see nothing by default."""
    assert [expected] == numbers(read(text, trusted=False))
    assert () == recognise_text(text, BUILTIN, trusted=True, date=DAY).mentions


# ── dates ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "received", "counts"),
    [
        (datetime(2024, 2, 21, 23, 59, tzinfo=UTC), None, True),
        (datetime(2024, 2, 20, 23, 59, tzinfo=UTC), None, False),
        (datetime(2024, 2, 20, tzinfo=UTC), datetime(2024, 2, 21, tzinfo=UTC), True),
        (datetime(2024, 2, 21, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC), True),
        (None, datetime(2024, 2, 20, tzinfo=UTC), False),
        (None, None, True),
        (datetime.max.replace(tzinfo=UTC), None, True),
    ],
)
def test_the_date_in_a_number(written: datetime | None, received: datetime | None, *, counts: bool) -> None:
    """At most one day after the later of Date and INTERNALDATE, as UTC days; no bound without either."""
    found = recognise(mail(T16.canonical, on=written), BUILTIN, trusted=True, received=received)
    assert ([T16] if counts else []) == [m.number for m in found.mentions]


def test_a_text_may_come_with_a_moment() -> None:
    """A moment is taken as its UTC day: half past midnight in Seoul is the day before."""
    seoul = datetime.fromisoformat("2024-02-21T00:30:00+09:00")
    found = recognise_text(T16.canonical, BUILTIN, trusted=True, date=seoul)
    assert [("2402220010002574", "future")] == whys(found)


# ── where a number stands, and its aliases ────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "alias", "there"),
    [
        ("a TrackingID#2402220010002574 b", "TrackingID#2402220010002574", "TrackingID#2402220010002574"),
        ("a trackingid #2402220010002574", "TrackingID#2402220010002574", "trackingid #2402220010002574"),
        ("SR 2402220010002574001", "2402220010002574001", "2402220010002574001"),
        ("REG: 117030115391423001", "117030115391423001", "REG: 117030115391423001"),
        ("srx1318598611id", "SRX1318598611ID", "srx1318598611id"),
        ("SRX1318598611", "SRX1318598611", "SRX1318598611"),
        ("ticket number, 1318598611 x", "1318598611", "1318598611"),
        ("SRX080803600053-1", "SRX080803600053-1", "SRX080803600053-1"),
    ],
)
def test_alias_and_place(text: str, alias: str, there: str) -> None:
    """The alias is the official form as seen; the place is where it was written."""
    (mention,) = read(text).mentions
    assert alias == mention.alias
    assert there == text[mention.start : mention.end]


def test_places_in_a_mail() -> None:
    """Offsets are those of the decoded part; own and quoted text are apart; first mentions are kept."""
    text = "\u200bCase 2402220010002574, again case 2402220010002574."
    found = recognise(
        mail(
            "Re: [REG:117030115391423] x",
            Segment(0, 100, text, quoted=False),
            Segment(0, 200, "> TrackingID#2402220010002574", quoted=True),
            Segment(1, 0, "TrackingID#2402220010002574", quoted=False),
        ),
        ALL,
        trusted=True,
        received=None,
    )
    assert (
        Mention(R15, Where.SUBJECT, Form.TOKEN, None, 5, 24, "REG:117030115391423"),
        Mention(T16, Where.OWN, Form.LABEL, 0, 106, 122, "2402220010002574"),
        Mention(T16, Where.QUOTED, Form.TOKEN, 0, 202, 229, "TrackingID#2402220010002574"),
        Mention(T16, Where.OWN, Form.TOKEN, 1, 0, 27, "TrackingID#2402220010002574"),
    ) == found.mentions
    assert ("REG:117030115391423", "2402220010002574", "TrackingID#2402220010002574") == aliases(
        found.mentions
    )


# ── the bracket at the start of a subject ─────────────────────────────────────


@pytest.mark.parametrize(
    ("subject", "forms"),
    [
        ("[12175139] slow", [Form.BRACKET]),
        ("[SRX1318598611] x", [Form.BRACKET, Form.TOKEN]),
        ("[SRX1318598611ID] x", [Form.BRACKET, Form.TOKEN]),
        ("[TrackingID#2402220010002574] x", [Form.BRACKET, Form.TOKEN]),
        ("[REG:117030115391423] x", [Form.BRACKET, Form.TOKEN]),
        ("[VULN-195168] x", [Form.BRACKET, Form.TOKEN]),
        ("[trackingid#2402220010002574] x", [Form.TOKEN]),
        ("[2402220010002574] x", []),
        ("[1318598611] x", []),
        (" [12175139] x", []),
        ("Re: [12175139] x", []),
        ("[12175139 ] x", []),
        ("[case 12175139] x", []),
        ("[12175139", []),
        ("[" + "1" * 100 + "]", []),
        ("[]", []),
        ("12175139] x", []),
    ],
)
def test_a_token_in_brackets_at_the_very_start(subject: str, forms: list[Form]) -> None:
    """Exactly the token counts, from anyone; whether the case is known is for others to judge."""
    assert forms == [m.form for m in read(subject, trusted=False, where=Where.SUBJECT).mentions]


def test_a_bracket_in_the_text_is_none() -> None:
    """Only a subject starts with a token of ours."""
    assert () == read("[12175139] slow", trusted=False).mentions


# ── schemes of users ──────────────────────────────────────────────────────────

ACME = user_scheme("acme", re.compile(r"(?i)\bacme[- ]?(\d{6})\b"), canonical="ACME-{1}", token="Acme {1}")
DESK = user_scheme("desk", re.compile(r"\b\d{15}\b"), labels=("Fall", "건"), counts_from=Counts.TRUSTED)


@pytest.mark.parametrize(
    ("text", "trusted", "expected"),
    [
        ("see acme 004711", False, [("ACME-004711", Form.TOKEN)]),
        ("Fall: 117030115391423", True, [("117030115391423", Form.LABEL)]),
        ("Fall: 117030115391423", False, []),
        ("Ausfall: 117030115391423", True, []),
        ("이 건 117030115391423", True, [("117030115391423", Form.LABEL)]),
        ("case 117030115391423", False, []),
        ("REG:117030115391423", False, [("117030115391423", Form.TOKEN)]),
        ("[Acme 004711] x", False, [("ACME-004711", Form.BRACKET), ("ACME-004711", Form.TOKEN)]),
    ],
)
def test_schemes_of_users(text: str, expected: list[tuple[str, Form]], *, trusted: bool) -> None:
    """Found by their pattern; digits they have read are no built-in number unless a prefix says so."""
    found = recognise_text(text, (*ALL, ACME, DESK), trusted=trusted, date=DAY)
    assert expected == [(m.number.canonical, m.form) for m in found.mentions]


@pytest.mark.parametrize(
    ("pattern", "canonical", "text"),
    [
        (r"x{9,}", None, "x" * 100),
        (r"(a)|b", "{1}", "b"),
        (r"a\nb", None, "a\nb"),
        (r"ab", "{0}{7}" + "c" * 64, "ab"),
    ],
)
def test_a_form_that_cannot_be_a_number(pattern: str, canonical: str | None, text: str) -> None:
    """Too long, empty or not printable: refused, for what a subject may hold is bounded."""
    scheme = user_scheme("u", re.compile(pattern), canonical=canonical)
    found = recognise_text(text, (scheme,), trusted=True, date=None)
    assert () == found.mentions
    assert {"form"} == {r.why for r in found.rejected}


def test_a_pattern_that_matches_nothing_everywhere() -> None:
    """Empty matches are no numbers."""
    scheme = user_scheme("u", re.compile("x*"))
    assert Recognition() == recognise_text("aaa", (scheme,), trusted=True, date=None)


@pytest.mark.parametrize(
    ("number", "seen", "token"),
    [
        (SRX, (), "SRX1318598611"),
        (SRX, ("1318598611",), "SRX1318598611"),
        (SRX, ("1318598611", "SRX1318598611ID", "SRX1318598611"), "SRX1318598611ID"),
        (SRX, ("SRX1318598611", "SRX1318598611ID"), "SRX1318598611"),
        (CaseNumber("srx", "SRX123456789"), (), "SRX123456789"),
        (T16, ("2402220010002574001",), "TrackingID#2402220010002574"),
        (R15, (), "REG:117030115391423"),
        (CaseNumber("portal", "12175139"), ("12175139",), "12175139"),
        (CaseNumber("clarify", "SRX080803600053"), ("SRX080803600053-1",), "SRX080803600053"),
        (CaseNumber("msrc", "VULN-195168"), (), "VULN-195168"),
        (CaseNumber("acme", "ACME-004711"), ("acme004711",), "Acme 004711"),
        (CaseNumber("acme", "ACME-004711"), (), "Acme 004711"),
        (CaseNumber("acme", "gone"), ("ACME 000000",), "gone"),
        (CaseNumber("forgotten", "F-1"), ("F1",), "F-1"),
    ],
)
def test_the_token_of_a_case(number: CaseNumber, seen: tuple[str, ...], token: str) -> None:
    """The first official form that was seen; it is the vendor's own, for the vendor threads on it."""
    assert token == subject_token(number, seen, (*ALL, ACME))


# ── what a person types ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("SRX1318598611ID", SRX),
        ("1318598611", SRX),
        (" srx1318598611 ", SRX),
        ("2402220010002574", T16),
        ("2402220010002574001", T16),
        ("2402 2200 1000 2574", T16),
        ("240222-0010-002574", T16),
        ("#2402220010002574", T16),
        ("RE: [EXTERNAL] x 12175139 -\r\n TrackingID#2402220010002574", T16),
        ("[TrackingID#2402220010002574] x", T16),
        ("117030115391423001", R15),
        ("12175139", CaseNumber("portal", "12175139")),
        ("VULN-195168", CaseNumber("msrc", "VULN-195168")),
        # In a mail such digits alone would be somebody's clock; a person means the case.
        ("1701230030012345", CaseNumber("tracking-id", "1701230030012345")),
        ("4111111111111111", None),
        ("hello", None),
        ("", None),
        ("2402", None),
    ],
)
def test_what_a_person_types(typed: str, expected: CaseNumber | None) -> None:
    """Any alias, a pasted subject, digits in groups."""
    assert expected == find_number(typed, ALL)


# ── what holds for any text ───────────────────────────────────────────────────

_PIECES = [
    "SRX",
    "ID",
    "TrackingID",
    "#",
    "REG:",
    "[",
    "]",
    "case ",
    "사례 번호 ",
    "ticket number ",
    " ",
    "\n",
    "\u200b",
    "\u00a0",
    "-",
    "2402220010002574",
    "117030115391423",
    "1318598611",
    "12175139",
    "123456789",
    "001",
    "0",
    "５５５５",
    "VULN-",
    "12345",
    "5555 5555 5555 4444",
    ".",
    "é",
    "\u0301",
    "가",
    "ACME-",
    "004711",
]
_texts = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join) | st.text(max_size=60)


@example(text="case 0001234567890004711", trusted=False)
@given(text=_texts, trusted=st.booleans())
def test_places_hold_what_is_said_to_stand_there(text: str, *, trusted: bool) -> None:
    """The stretch of the original text reads as the same number again, and rejections have known reasons.

    Behind a label, where it stood behind one: some numbers count nowhere else.
    """
    every = (*ALL, ACME)
    found = recognise_text(text, every, trusted=trusted, date=DAY)
    for mention in found.mentions:
        there = text[mention.start : mention.end]
        again = f"case {there}" if mention.form is Form.LABEL else there
        assert mention.number in [c.number for c in scanning.scan(plain(again), every, None)]
        # What a label alone makes a number may look like a card to whoever reads the digits.
        typed = find_number(mention.alias, every)
        assert typed == mention.number or (typed is None and scanning.luhn(mention.alias))
    assert all(r.why in WHY and len(r.text) <= 40 for r in found.rejected)
    keys = [(m.number, m.where, m.form) for m in found.mentions]
    assert len(keys) == len(set(keys))


@given(_texts)
def test_trust_only_adds(text: str) -> None:
    """Whatever counts from a stranger counts from a sender we trust."""
    assert set(read(text, trusted=False).mentions) <= set(read(text, trusted=True).mentions)


@settings(max_examples=50)
@given(_texts)
def test_what_is_found_does_not_depend_on_what_stands_around(text: str) -> None:
    """A number between paragraphs is found whatever they say."""
    assert "SRX1303529797" in numbers(read(f"{text}\n\nSRX1303529797ID\n\n{text}", trusted=False))


def test_more_numbers_than_anyone_has() -> None:
    """A mail full of numbers is read up to a bound, and says so."""
    many = " ".join(f"TrackingID#2402220010{n:06}" for n in range(MOST + 100))
    found = recognise(
        mail(many, Segment(0, 0, "SRX1318598611ID", quoted=False)), ALL, trusted=True, received=None
    )
    assert MOST == len([m for m in found.mentions if m.where is Where.SUBJECT])
    assert "too-many" in [r.why for r in found.rejected]


def test_more_look_alikes_than_are_listed() -> None:
    """Rejections are bounded likewise."""
    found = read(" ".join(f"SRX{n:06}" for n in range(1000)))
    assert MOST + 1 == len(found.rejected)
    assert "too-many" == found.rejected[-1].why


@pytest.mark.parametrize(
    "piece",
    [
        "case " * 10 + "12175139 ",
        "1",
        "SRX",
        "TrackingID# ",
        " ",
        "[",
        "5555 ",
        "2402220010002574\u00a0",
        "사례 번호 ",
        "1\u200b",
        "_",
    ],
)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    """Half a million characters of the worst kinds; a quadratic rule would need many minutes."""
    text = piece * (500_000 // len(piece))
    assert len(read(text, trusted=False).mentions) <= MOST


def test_prefix_and_label_windows_are_wide_enough() -> None:
    """Every blank that a prefix may hold fits into the window that is searched for it."""
    for gap, sign in product(("", " ", "   "), "#:"):
        assert [T16] == [m.number for m in read(f"x Tracking ID{gap}{sign}{gap}2402220010002574").mentions]


def test_a_number_is_said_by_its_canonical_form() -> None:
    """People read and type the canonical form; two spellings of a case are one value."""
    assert "SRX1318598611" == str(SRX)
    assert {SRX} == {m.number for m in read("SRX1318598611ID, ticket number 1318598611").mentions}


def test_the_reasons_are_sentences() -> None:
    """Each word that a rejection may carry is explained, for whoever asks why."""
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', _rules_source())) & set(WHY)
    assert set(WHY) == used


def _rules_source() -> str:
    modules = (scanning, recognition, schemes)
    return "".join(Path(module.__file__).read_text(encoding="utf-8") for module in modules)
