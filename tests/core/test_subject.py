"""The standard subject: what leaves, what stays, and that it settles."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.casenumber import CaseNumber, user_scheme
from mailwatch.core.marks import GATEWAY_TAGS, REPLY_AND_FORWARD
from mailwatch.core.schemes import ALL
from mailwatch.core.subject import LONGEST_TOPIC, standard_subject, topic

T16 = CaseNumber("tracking-id", "2402220010002574")
REG = CaseNumber("reg", "117030115391423")
SRX = CaseNumber("srx", "SRX1318598611")
PORTAL = CaseNumber("portal", "12175139")
TOKENS = {
    T16: "TrackingID#2402220010002574",
    REG: "REG:117030115391423",
    SRX: "SRX1318598611ID",
    PORTAL: "12175139",
}


@pytest.mark.parametrize(
    ("subject", "number", "expected"),
    [
        ("test subject - TrackingID#2402220010002574", T16, "test subject"),
        (
            "RE: [EXTERNAL] Fwd: SMB2 DELETE vs UNLINK -\r\n TrackingID#2402220010002574",
            T16,
            "SMB2 DELETE vs UNLINK",
        ),
        (
            "[DCR] Improve DLP's conditions -TrackingID#2402220010002574",
            T16,
            "[DCR] Improve DLP's conditions",
        ),
        ("TrackingID#2402220010002574 / 회사 / Azure / 부팅 실패", T16, "회사 / Azure / 부팅 실패"),
        ("Case 2402220010002574 TrackingID#2402220010002574", T16, ""),
        (
            "RE: [REG:117030115391423] user@example.com Initial Response",
            REG,
            "user@example.com Initial Response",
        ),
        ("RE: SRX1318598611ID - Windows Live Hotmail:Sending e-m", SRX, "Windows Live Hotmail:Sending e-m"),
        ("RE: SRX1318598611ID – Urgent: unblock", SRX, "Urgent: unblock"),
        ("기존 사례 번호 SRX1318598611 관련 추가 문의", SRX, "기존 관련 추가 문의"),
        ("Re: ticket number [1318598611] closed", SRX, "closed"),
        ("답장: [외부] RE：Re[2]: RE : 메일 흐름 (TrackingID#2402220010002574)", T16, "메일 흐름"),
        ("ＲＥ：ＦＷ： 메일", T16, "메일"),
        ("AW: WG: Antw: SV: 회신: 전달: 转发：答复: Re(3): Re^2: 返信: x", T16, "x"),
        ("VPN: tunnel down", T16, "VPN: tunnel down"),
        ("SRX: firewall", T16, "SRX: firewall"),
        ("R: drive lost", T16, "R: drive lost"),
        ("Re VPN", T16, "Re VPN"),
        ("Report: x", T16, "Report: x"),
        ("***SPAM*** (External) 【社外】{EXT} EXTERNAL: [SPAM?] x", T16, "x"),
        ("[cifs-protocol] x", T16, "[cifs-protocol] x"),
        ("x [EXTERNAL] y", T16, "x [EXTERNAL] y"),
        ("My ticket - TrackingID#2402220010002574", T16, "My ticket"),
        ("My ticket: 2402220010002574", T16, "My"),
        ("Case [2402220010002574] is closed", T16, "is closed"),
        ("[Case: 2402220010002574] is closed", T16, "is closed"),
        ("A - TrackingID#2402220010002574 - B", T16, "A B"),
        ("A ([TrackingID#2402220010002574]) B", T16, "A B"),
        ("A (2402220010002574 and 2604280030000571)", T16, "A ( and 2604280030000571)"),
        ("two: 2604280030000571 TrackingID#2402220010002574", T16, "two: 2604280030000571"),
        ("ticket 2402220010002574001: late", T16, "late"),
        ("[12175139] slow", PORTAL, "slow"),
        ("a\x00b\x1b[31m\u202ec\u2028d\ud800e", T16, "a b [31m c d e"),
        ("", T16, ""),
        (" - : ", T16, ""),
    ],
)
def test_topics(subject: str, number: CaseNumber, expected: str) -> None:
    """The case's number leaves with label, brackets and separators; marks leave; the rest stays."""
    assert expected == topic(subject, number, ALL)


@pytest.mark.parametrize("word", REPLY_AND_FORWARD)
def test_every_prefix_is_known_as_it_is_compared(word: str) -> None:
    """Prefixes are compared in NFKC, so they must stand in the list that way; and they leave."""
    assert unicodedata.normalize("NFKC", word) == word
    assert "x" == topic(f"{word.upper()}: {word}[12] : x", T16, ALL)


@pytest.mark.parametrize("tag", GATEWAY_TAGS)
def test_every_gateway_tag_is_known(tag: str) -> None:
    """Likewise the tags of gateways."""
    assert unicodedata.normalize("NFKC", tag) == tag
    assert "x" == topic(f"[{tag.upper()}] ({tag}): x", T16, ALL)


def test_form_and_title() -> None:
    """Token in brackets, then the topic; the title where the subject says nothing else."""
    token = TOKENS[T16]
    assert f"[{token}] slow" == standard_subject(token, f"RE: slow - {token}", T16, ALL, title="t")
    assert f"[{token}] Mail flow" == standard_subject(token, f"Case {token}", T16, ALL, title="Re: Mail flow")
    assert f"[{token}]" == standard_subject(token, f"RE: {token}", T16, ALL)


def test_a_token_that_its_own_pattern_does_not_find() -> None:
    """A user's token may be written in a way that the pattern misses: it is removed all the same."""
    scheme = user_scheme("u", re.compile("ACME-([0-9]{4})"), token="Acme no. {1}")
    number = CaseNumber("u", "ACME-4711")
    once = standard_subject("Acme no. 4711", "Re: late - ACME-4711", number, (scheme,))
    assert "[Acme no. 4711] late" == once
    assert once == standard_subject("Acme no. 4711", once, number, (scheme,))


@pytest.mark.parametrize("letter", ["x", "가", "🙂", "x "])
def test_a_long_topic_is_cut(letter: str) -> None:
    """At most 900 bytes, whole code points, and settled."""
    token = TOKENS[T16]
    once = standard_subject(token, letter * 3000, T16, ALL)
    assert LONGEST_TOPIC - 4 <= len(topic(letter * 3000, T16, ALL).encode()) <= LONGEST_TOPIC
    assert once == standard_subject(token, once, T16, ALL)


_PIECES = [
    *(
        "Re:",
        "RE : ",
        "Fwd:",
        "답장:",
        "[EXTERNAL]",
        "(외부)",
        "***SPAM***",
        "VPN:",
        "case ",
        "사례 번호는 ",
        "ticket #",
    ),
    *(
        "[",
        "]",
        "(",
        ")",
        "<",
        "-",
        " – ",
        ":",
        "/",
        "|",
        " ",
        "\u00a0",
        "\u200b",
        "\n",
        "x",
        "가",
        "é",
        "\u0301",
        "：",
        "［",
    ),
    *TOKENS.values(),
    *(
        "2402220010002574",
        "2402220010002574001",
        "1318598611",
        "SRX1318598611",
        "12175139",
        "2604280030000571",
        "0",
    ),
]
_subjects = st.lists(st.sampled_from(_PIECES), max_size=16).map("".join) | st.text(max_size=80)


@settings(max_examples=400)
@given(_subjects, st.sampled_from(list(TOKENS)), _subjects)
def test_it_settles(subject: str, number: CaseNumber, title: str) -> None:
    """A standard subject's standard subject is itself; one line, nothing that a terminal obeys."""
    token = TOKENS[number]
    once = standard_subject(token, subject, number, ALL, title=title)
    assert once == standard_subject(token, once, number, ALL, title=title)
    assert once.startswith(f"[{token}]")
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in once)
    assert len(once.encode()) <= LONGEST_TOPIC + len(token) + 3
    about = topic(subject, number, ALL)
    assert about == topic(about, number, ALL)


@pytest.mark.parametrize(
    "piece", ["Re: ", "[EXT] ", "(", "2402220010002574 ", "case ", "\u0301", "[TrackingID#2402220010002574]"]
)
def test_hostile_subjects_are_bounded(piece: str) -> None:
    """Only the first 4,000 code points of a subject are looked at."""
    assert len(topic(piece * 500_000, T16, ALL).encode()) <= LONGEST_TOPIC
