"""Header values to text, ids and times."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime import headers


def _word(data: bytes, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="


_SNOWMAN = "☃☃".encode()


@pytest.mark.parametrize(
    ("value", "hint", "text"),
    [
        pytest.param(b" plain", None, "plain", id="plain"),
        pytest.param(b" a\r\n\tb\r\n c", None, "a b c", id="folds are one blank each"),
        pytest.param(
            _word(_SNOWMAN[:2], "utf-8") + b"\r\n " + _word(_SNOWMAN[2:], "UTF-8"), None, "☃☃", id="split"
        ),
        pytest.param(
            b"=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=", None, "aé", id="two charsets, the blank between dropped"
        ),
        pytest.param(b"=?utf-8?Q?a?==?utf-8?Q?b?=", None, "ab", id="no blank between"),
        pytest.param(b"[Spam]\r\n We are", None, "[Spam] We are", id="blank kept at a fold"),
        pytest.param(b"=?utf-8?Q?n=C3=A3o?=\r\n pode", None, "não pode", id="blank kept behind a word"),
        pytest.param(
            b"=?utf-8?Q?=E2=9C=94?=\r\n (1476358788189)", None, "✔ (1476358788189)", id="nodemailer"
        ),
        pytest.param(b"[R]\r\n =?utf-8?Q?package?=", None, "[R] package", id="blank kept before a word"),
        pytest.param(_word("똠방각하".encode("cp949"), "ks_c_5601-1987"), None, "똠방각하", id="cp949 word"),
        pytest.param(
            b"=?ISO-2022-KR?B?" + base64.b64encode(b"\x0eGQ19\x0f") + b"?=", None, "한국", id="iso-2022-kr"
        ),
        pytest.param(_word(b"\x1b$B-!\x1b(B", "iso-2022-jp"), None, "①", id="NEC row 13"),
        pytest.param(
            "주말 특가".encode("cp949"), "euc-kr", "주말 특가", id="raw bytes in the body's charset"
        ),
        pytest.param("안녕 ".encode() + b"=?utf-8?Q?x?=", None, "안녕 x", id="word and raw UTF-8"),
        pytest.param(
            "특가 ".encode("cp949") + _word("세일".encode("cp949"), "euc-kr"),
            None,
            "특가 세일",
            id="word's charset",
        ),
        pytest.param(b"=?iso-8859-1?Q?Fr\xf6sche?=", None, "Frösche", id="raw byte in a word"),
        pytest.param(b"=?utf-8?Q?with blanks in it?=", None, "with blanks in it", id="blanks in a Q word"),
        pytest.param(b"=?utf-8?Q?a_b=20c?=", None, "a b c", id="underscore"),
        pytest.param(b"=?utf-8?B?YQ=YQ==?=", None, "aa", id="padding in the middle"),
        pytest.param(b"=?utf-8?B?YWJjZ?=", None, "abc", id="a base64 digit too many"),
        pytest.param(b"=?utf-8?B??= x", None, "x", id="empty word"),
        pytest.param(b"=?x-nothing?Q?a?=", None, "a", id="unknown charset"),
        pytest.param(b"=?utf-8?X?a?=", None, "=?utf-8?X?a?=", id="unknown encoding stays"),
        pytest.param(b"=?utf-8?Q?a=0D=0ABcc:_x?=", None, "a Bcc: x", id="no line break comes out"),
        pytest.param(b"", None, "", id="empty"),
    ],
)
def test_a_value_is_decoded(value: bytes, hint: str | None, text: str) -> None:
    """Each row is a shape that mail-parser or the standard library gets wrong, or its counterpart."""
    assert headers.decode_text(value, hint) == text


@given(st.binary(max_size=300))
def test_decoding_never_raises_and_gives_one_line(value: bytes) -> None:
    """No control character survives, whatever the bytes."""
    text = headers.decode_text(value)
    assert not any(c < " " or c == "\x7f" for c in text)


@pytest.mark.parametrize(
    ("value", "said_anew"),
    [
        (b" a\r\n b ", b"a b"),
        (
            _word("한국".encode("cp949"), "euc-kr") + b" <a@b>",
            b" " + _word("한국".encode(), "utf-8") + b"  <a@b>",
        ),
        ("한국 <a@b>".encode("cp949"), "한국 <a@b>".encode()),
    ],
)
def test_canonical_words_know_utf8_alone(value: bytes, said_anew: bytes) -> None:
    """Charsets that other readers lack are gone, the structure around them stays."""
    assert headers.canonical_words(value, "euc-kr") == said_anew


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"<a@b>", ("a@b",)),
        (b"<a@b><c@d>\r\n\t<e@f>", ("a@b", "c@d", "e@f")),
        (b"<a@\r\n b>", ("a@b",)),
        (b"<a@b> (was <no@way> before)", ("a@b",)),
        (b"a@b c@d", ("a@b", "c@d")),
        (b"a@b (c@d)", ("a@b",)),
        (b'Message of "Tue" from Jim <x@y> "<z@y>"', ("x@y", "z@y")),
        (b"<a@b> <a@b>", ("a@b",)),
        (b"<no-at-sign>", ("no-at-sign",)),
        (b"<" + b"x" * 999 + b">", ()),
        (b"Your letter", ()),
        (b"<>", ()),
    ],
)
def test_msg_ids_are_extracted(value: bytes, ids: tuple[str, ...]) -> None:
    """Folded, bare, commented, doubled; over 998 characters it is none (RFC 5322 2.1.1)."""
    assert headers.message_ids(value) == ids


def test_of_many_ids_the_last_count() -> None:
    """The nearest ancestors stand last in References."""
    assert headers.message_ids(b"<1@x> <2@x> <3@x>", limit=2) == ("2@x", "3@x")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b" <a@b>", "a@b"),
        (b" <<a@b>>", "a@b"),
        (b"a@b", "a@b"),
        (b"abc", "abc"),
        (b"<a b@c>", "ab@c"),
        (b" ", None),
        (b"<>", None),
        (None, None),
        (b"x" * 999, None),
    ],
)
def test_a_message_id_is_read_in_any_form(value: bytes | None, found: str | None) -> None:
    """A field without brackets still names the mail; an empty or endless one names nothing."""
    assert headers.message_id(value) == found


def test_answers_leave_out_what_is_no_mail() -> None:
    """Ids in ``drop`` (the mail itself, addresses) and repetitions go."""
    assert headers.answered([b"<a@x> <me@x>", b"<a@x> <b@x>"], {"me@x"}, 10) == ("a@x", "b@x")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (b"Mon, 2 Jan 2023 02:32:53 +0900", (2023, 1, 1, 17, 32, 53)),
        (b"Mon, 2 Jan 2023 2:32:53 +0000", (2023, 1, 2, 2, 32, 53)),
        (b"Mon, 2 Jan 2023 02:32:53", (2023, 1, 2, 2, 32, 53)),
        (b"Mon 2 Jan 2023 02:32 GMT", (2023, 1, 2, 2, 32, 0)),
        (b"Mon, 2 Jan 2023 06:09:22 PM EDT", (2023, 1, 2, 22, 9, 22)),
        (b"Mon, 2 Jan 2023 12:09:22 AM +0000", (2023, 1, 2, 0, 9, 22)),
        (b"Mon, 2 Jan 2023 06:09:22 (EDT) -0400", (2023, 1, 2, 10, 9, 22)),
        (b"Mon, 21 Aug 95 13:30:57 -600", (1995, 8, 21, 19, 30, 57)),
        (b"Sat, 31 Dec 2016 23:59:60 +0000", (2017, 1, 1, 0, 0, 0)),
        (b"Mon, 2 Jan 2023 09:00:00 KST", (2023, 1, 2, 0, 0, 0)),
        (b"Mon,\r\n 2 Jan 2023\r\n 02:32:53 +0000 (a (nested) comment)", (2023, 1, 2, 2, 32, 53)),
        (b"Thu, 01 Jan 1970 00:00:00 +0000-62495-238", (1970, 1, 1, 0, 0, 0)),
        (b"Fri, 31 Dec 9999 23:59:59 -2300", None),
        (b"Mon, 99 Jan 2023 02:32:53 +0000", None),
        (b"Thu, 02 Jan 1800 00:00:00 +0000", None),
        (b"Tue, 4 Dec 2012 30:14:16 -0600", None),
        (b"tomorrow", None),
        (b"", None),
        (None, None),
    ],
)
def test_dates_are_read_leniently(value: bytes | None, time: tuple[int, ...] | None) -> None:
    """What mail-parser refuses or the standard library misreads, and what nobody can read."""
    expected = datetime(*time, tzinfo=UTC) if time else None
    assert headers.date(value) == expected


@given(st.text(max_size=60))
def test_no_date_raises(text: str) -> None:
    """A time in UTC or None, for any text."""
    found = headers.date(text.encode("utf-8", "surrogatepass"))
    assert found is None or found.tzinfo is UTC


@given(st.binary(max_size=100))
def test_base64_is_read_whatever_surrounds_it(data: bytes) -> None:
    """Line ends, blanks and letters of no base64 digit change nothing."""
    coded = base64.b64encode(data)
    noisy = b"\r\n".join(coded[i : i + 5] + b" !" for i in range(0, len(coded), 5))
    assert headers.decode_base64(noisy) == data
