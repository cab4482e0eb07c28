"""The renamed copy and the way back."""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailwatch.mime.headers import decode_text
from mailwatch.mime.resubject import CannotResubject, clean, encode, restore, resubject

_PLAN = "0123456789abcdef" * 2
_MAIL = (
    b"Received: from a by b;\r\n\tMon, 2 Jan 2023 00:00:00 +0000\r\nSUBJECT : =?utf-8?B?7JWI?=\r\n\tabc\r\n"
    b"Message-ID: <a@b>\r\n\r\nbody\r\n"
)


def _copy(raw: bytes, subject: str = "[123] topic") -> bytes:
    return resubject(raw, subject, sha256=hashlib.sha256(raw).hexdigest(), plan=_PLAN)


def test_the_copy_differs_by_two_fields_and_the_subject() -> None:
    """Two fields on top in this order, the old value with its fold, the name's spelling kept."""
    digest = hashlib.sha256(_MAIL).hexdigest().encode()
    assert _copy(_MAIL, "[TrackingID#2402220010002574] 메일 흐름") == (
        b"Mailwatch-Original: sha256=" + digest + b"; plan=" + _PLAN.encode() + b"\r\n"
        b"Original-Subject: =?utf-8?B?7JWI?=\r\n\tabc\r\n"
        b"Received: from a by b;\r\n\tMon, 2 Jan 2023 00:00:00 +0000\r\n"
        b"SUBJECT : [TrackingID#2402220010002574] =?UTF-8?B?66mU7J28IO2dkOumhA==?=\r\n"
        b"Message-ID: <a@b>\r\n\r\nbody\r\n"
    )


def test_the_original_comes_back() -> None:
    """Byte for byte."""
    assert restore(_copy(_MAIL)) == _MAIL


_FIELDS = st.sampled_from(
    [
        b"Received: x\r\n\ty",
        b"X-A:",
        b"To: \xec\x95\x88",
        b"x-b : \t z",
        b"Subject-Not: x",
        b"Comments: Subject: no",
    ]
)
_VALUE_PIECES = [b" a", b"\r\n b", b"\r\n\t\xff", b" =?utf-8?Q?x?=", b"", b"\r\n "]
_VALUES = st.lists(st.sampled_from(_VALUE_PIECES), max_size=6).map(b"".join)


@given(
    st.lists(_FIELDS, max_size=4),
    st.builds(bytes.__add__, st.sampled_from([b"Subject:", b"SUBJECT:", b"subject :"]), _VALUES),
    st.lists(_FIELDS, max_size=3),
    st.sampled_from([b"\r\n\r\n", b"\r\n\r\nSubject: in the body\r\n", b"\r\n", b""]),
    st.text(max_size=80),
)
def test_restore_undoes_resubject(
    above: list[bytes], field: bytes, below: list[bytes], rest: bytes, subject: str
) -> None:
    """For every mail that is renamed at all; the new subject reads as asked for, on one header line."""
    raw = b"\r\n".join([*above, field, *below]) + rest
    assume(clean(subject))
    copy = _copy(raw, subject)
    assert restore(copy) == raw
    assert copy.count(b"\n") == copy.count(b"\r\n")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"To: a\r\n\r\nSubject: x\r\n", "no-subject"),
        (b"Subject: a\r\nsubject: b\r\n\r\n", "two-subjects"),
        (b"Subject: a\r\nOriginal-Subject: b\r\n\r\n", "original-subject"),
        (b"Subject: a\r\nMailwatch-Digest: b\r\n\r\n", "mailwatch-field"),
        (b"Subject: a\r\nMAILWATCH-Original: b\r\n\r\n", "mailwatch-field"),
        (b"Subject: a\n\nbody\n", "bare-line-end"),
        (b"Subject: a\r\n\r\nbo\rdy\r\n", "bare-line-end"),
        (b"Subject: a\r\n\r\nbo\ndy\r\n", "bare-line-end"),
        (b"Subject: a\r\n\r\nbo\0dy\r\n", "nul"),
        (b"From x\r\nSubject: a\r\n\r\n", "mbox-line"),
        (b"bad line\r\nSubject: a\r\n\r\n", "header-broken"),
        (b" orphan\r\nSubject: a\r\n\r\n", "header-broken"),
        (b"Subject: a\r\n" + b"X: y\r\n" * 6_000 + b"\r\n", "header-broken"),
        (b"Subject: " + b"x" * 300_000 + b"\r\n\r\n", None),
        (b"", "no-subject"),
    ],
)
def test_a_mail_that_cannot_be_restored_exactly_is_refused(raw: bytes, why: str | None) -> None:
    """APPEND turns bare line ends into CRLF; two subjects or foreign fields leave no one way back."""
    if why is None:
        assert restore(_copy(raw)) == raw
        return
    with pytest.raises(CannotResubject) as refused:
        _copy(raw)
    assert refused.value.why == why
    assert why in CannotResubject.WHY


@pytest.mark.parametrize(("sha256", "plan"), [("0" * 64, _PLAN), (hashlib.sha256(_MAIL).hexdigest(), "XYZ")])
def test_a_wrong_hash_or_plan_is_refused(sha256: str, plan: str) -> None:
    """The copy would claim what it cannot prove."""
    with pytest.raises(CannotResubject, match="wrong-hash"):
        resubject(_MAIL, "x", sha256=sha256, plan=plan)


def test_a_header_that_swallows_the_new_fields_is_refused() -> None:
    """Near the size limit of a header the two fields on top would push Subject out of sight."""
    raw = b"X: y\r\n" + b"A: " + b"a" * (1024 * 1024 - 40) + b"\r\nSubject: a\r\n\r\n"
    with pytest.raises(CannotResubject, match="not-restored"):
        _copy(raw)


@pytest.mark.parametrize(
    "tampered",
    [
        _MAIL,
        b"",
        _copy(_MAIL).replace(b"body", b"Body"),
        _copy(_MAIL).replace(b"\tabc", b"\tabd"),
        _copy(_MAIL).replace(b"sha256=", b"sha256:"),
        _copy(_MAIL).replace(b"Message-ID", b"Subject: x\r\nMessage-ID"),
        b"X: y\r\n" + _copy(_MAIL),
        b"From a\r\n" + _copy(_MAIL),
        _copy(_MAIL).replace(b"Original-Subject", b"original-subject"),
    ],
)
def test_what_does_not_restore_to_its_claim_is_no_copy(tampered: bytes) -> None:
    """The hash in the copy is checked against the restored bytes."""
    assert restore(tampered) is None


@given(st.text(max_size=120))
def test_an_encoded_subject_reads_as_it_was(subject: str) -> None:
    """Decoded, the value is the cleaned subject; no line is over 76 characters but for blanks alone."""
    text = clean(subject)
    value = encode(text, room=9)
    lines = (b"x" * 9 + value).split(b"\r\n")
    assert decode_text(value) == text
    assert value.isascii()
    assert all(len(line.rstrip(b" ")) <= 76 for line in lines)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[123] plain words", b" [123] plain words"),
        ("[SRX1318598611ID] 한글 mixed", b" [SRX1318598611ID] =?UTF-8?B?7ZWc6riA?= mixed"),
        ("한 글", b" =?UTF-8?B?7ZWcIOq4gA==?="),
        ("a =?utf-8?Q?x?=", b" a =?UTF-8?B?PT91dGYtOD9RP3g/PQ==?="),
        ("a  b", b" a  b"),
        ("한  글", b" =?UTF-8?B?7ZWcICDquIA=?="),
        ("한  a", b" =?UTF-8?B?7ZWc?=  a"),
    ],
)
def test_ascii_words_stay_plain(text: str, value: bytes) -> None:
    """The token is readable in the raw field; what looks like an encoded word is encoded."""
    assert encode(text) == value


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("a\r\nBcc: x", "a Bcc: x"),
        ("a\0b", "a b"),
        ("a\u2028b\x85c", "a b c"),
        (" a ", "a"),
        ("\ud800", "?"),
        ("\r\n", ""),
    ],
)
def test_control_characters_never_reach_the_field(subject: str, text: str) -> None:
    """No header can be injected by a subject."""
    assert clean(subject) == text


def test_an_empty_subject_is_refused() -> None:
    """Nothing is left of line ends and blanks."""
    with pytest.raises(CannotResubject, match="empty-subject"):
        _copy(_MAIL, "\r\n ")
