"""What labels mean, and what undeclared bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime.charsets import Decoded, decode, promote
from mailwatch.mime.iso2022 import decode_jp, decode_kr

# Microsoft's table maps these eight characters of JIS X 0208 elsewhere than Unicode's: the dashes and signs.
_VENDOR = str.maketrans("～∥－￠￡￢―＼", "〜‖−¢£¬—\\")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ks_c_5601-1987", "cp949"),
        ("EUC-KR", "cp949"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("windows-874", "cp874"),
        ("ISO-2022-JP", "iso-2022-jp"),
        ("iso-2022-kr", "iso-2022-kr"),
        ("hz-gb-2312", "hz"),
        ("uft-8", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("iso-8859-2*sl", "iso8859-2"),
        ('"utf-8"', "utf-8"),
        ("koi8-r", "koi8-r"),
        ("us-ascii", None),
        ("x-unknown", None),
        ("no-such-charset", None),
        ("", None),
        ("a b", None),
        ("utf-8\0", None),
    ],
)
def test_a_label_is_promoted_to_what_its_senders_mean(label: str, codec: str | None) -> None:
    """Supersets for Asian labels, None where a label says nothing."""
    assert promote(label) == codec


@pytest.mark.parametrize(
    "label", ["hex", "rot13", "base64", "zlib", "idna", "punycode", "unicode_escape", "undefined"]
)
def test_a_codec_that_is_no_charset_is_unknown(label: str) -> None:
    """Python knows codecs of these names; reading mail with them would raise or mean something else."""
    assert promote(label) is None


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("[#12345] 똠방각하 펲시콜라", "cp949", "ks_c_5601-1987"),
        ("똠방각하", "cp949", "euc-kr"),
        ("讀取: 發件人", "gb18030", "gb2312"),
        ("①㈱髙", "cp932", "shift_jis"),
        ("ไทย €", "cp874", "windows-874"),
        ("“quoted” €", "cp1252", "iso-8859-1"),
        ("中文", "hz", "hz-gb-2312"),
        ("한국어 Ω", "utf-7", "utf-7"),
        ("①", "euc_jis_2004", "euc-jp"),
        ("嘅", "big5hkscs", "big5"),
    ],
)
def test_text_beyond_the_strict_charset_is_read(text: str, codec: str, label: str) -> None:
    """Characters that only the superset holds come out whole."""
    assert decode(text.encode(codec), label) == Decoded(text, sure=True)


def test_windows_1252_reads_its_five_holes_as_controls() -> None:
    """0x81 has no character in cp1252; the byte is kept as U+0081 as browsers do."""
    assert decode(b"a\x81\xe9", "iso-8859-1").text == "a\x81é"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B-!\x1b(B 1", "① 1"),
        (b"\x1b$BF|K\\8l\x1b(B", "日本語"),
        (b"\x1b$BF|\r\n K\\\x1b(J.", "日\r\n 本."),
        (b"\x1b(I1\x1b(B", "ｱ"),
    ],
)
def test_iso_2022_jp_is_read_with_nec_rows_and_katakana(data: bytes, text: str) -> None:
    """Row 13, half-width katakana, and two-byte text that goes on over a line end."""
    assert decode_jp(data) == text


@given(st.text(st.characters(codec="iso2022_jp", exclude_characters="\x0e\x0f\x1b¥‾"), max_size=30))
def test_standard_iso_2022_jp_is_read_as_python_reads_it(text: str) -> None:
    """Over the characters of RFC 1468 both readers agree; JIS X 0201's yen and overline differ."""
    assert decode_jp(text.encode("iso2022_jp")).translate(_VENDOR) == text.translate(_VENDOR)


def test_iso_2022_jp_without_a_two_byte_escape_is_ascii() -> None:
    """A byte above 0x7F is an error in strict mode."""
    with pytest.raises(UnicodeDecodeError):
        decode_jp(b"\xff")


@pytest.mark.parametrize("data", [b"\x1b$)C\x0eGQ19\x0f 12", b"\x0eGQ19\x0f 12", b"\x1b$)C\n\x0eGQ19\x0f 12"])
def test_iso_2022_kr_is_read_with_and_without_its_designator(data: bytes) -> None:
    """The designator stands in the first line of a body and in no header word."""
    assert decode_kr(data).strip("\n") == "한국 12"


@pytest.mark.parametrize(
    ("data", "hint", "expected"),
    [
        ("안녕".encode(), None, Decoded("안녕", sure=True)),
        ("안녕".encode("cp949"), "ks_c_5601-1987", Decoded("안녕", sure=True)),
        (b"\x1b$)C\x0eGQ19\x0f", None, Decoded("한국", sure=True)),
        (b"\x1b$BF|\x1b(B", None, Decoded("日", sure=True)),
        (
            "[주말특가] 일본정품 후끈후끈 핫팩".encode("cp949"),
            None,
            Decoded("[주말특가] 일본정품 후끈후끈 핫팩", sure=False),
        ),
        (b"", None, Decoded("", sure=True)),
    ],
)
def test_undeclared_bytes_are_utf8_then_the_hint_then_a_guess(
    data: bytes, hint: str | None, expected: Decoded
) -> None:
    """What proves itself comes first; a guess says that it is one."""
    assert decode(data, None, hint) == expected


def test_a_wrong_label_gives_way_to_utf8() -> None:
    """Text that is good UTF-8 and not in the declared charset is UTF-8, and not sure."""
    assert decode("한글 ①".encode(), "euc-jp") == Decoded("한글 ①", sure=False)


def test_little_damage_keeps_the_declared_charset() -> None:
    """One bad byte in a long text is no reason to guess another charset."""
    damaged = ("가나다라마바사아자차카타파하 " * 4).encode("cp949") + b"\xff"
    assert decode(damaged, "euc-kr") == Decoded("가나다라마바사아자차카타파하 " * 4 + "\ufffd", sure=False)


def test_much_damage_is_guessed_anew() -> None:
    """Korean bytes under a label that fits none of them are found to be Korean."""
    text = "주말 특가 일본 정품 안내 드립니다"
    assert decode(text.encode("cp949"), "iso-2022-jp") == Decoded(text, sure=False)


def test_bytes_that_no_guess_fits_stay_readable_in_part() -> None:
    """Noise under a label that fits none of it is read by that label with marks for the rest."""
    assert decode(b"\xff\xfe\x00\xff", "utf-8").sure is False


def test_nul_and_lone_surrogates_never_come_out() -> None:
    """Databases refuse both; UTF-7 can spell a lone surrogate."""
    assert decode(b"a\0b", "utf-8").text == "a\ufffdb"
    assert "\ud800" not in decode(b"+2AA-", "utf-7").text


@given(
    st.binary(max_size=200),
    st.sampled_from(["utf-8", "euc-kr", "iso-2022-jp", "iso-2022-kr", "hz", "utf-7", "big5", "x", None]),
)
def test_decode_never_raises_and_its_text_can_be_stored(data: bytes, label: str | None) -> None:
    """For any bytes and label the text is encodable and holds no NUL."""
    text = decode(data, label, "euc-kr").text
    assert "\0" not in text
    assert text.encode() or not text


@given(st.text(st.characters(codec="cp949"), max_size=50))
def test_cp949_text_survives_under_every_korean_label(text: str) -> None:
    """What Outlook writes under ks_c_5601-1987 is read as it was written (NUL aside)."""
    for label in ("ks_c_5601-1987", "euc-kr", "x-windows-949"):
        assert decode(text.encode("cp949"), label).text == text.replace("\0", "\ufffd")
