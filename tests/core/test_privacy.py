"""One-time codes are covered, everything else stays readable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.privacy import HIDDEN, hide_codes, without_codes
from mailwatch.core.search import cut
from mailwatch.core.snippet import snippet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your verification code is 123456.", f"Your verification code is {HIDDEN}."),
        ("PIN: 4821", f"PIN: {HIDDEN}"),
        ("인증 번호 482913 를 입력하세요", f"인증 번호 {HIDDEN} 를 입력하세요"),
        ("인증번호: 123-456", f"인증번호: {HIDDEN}"),
        ("일회용 비밀번호 A1B2C3", f"일회용 비밀번호 {HIDDEN}"),
        ("認証コードは 998877 です", f"認証コードは {HIDDEN} です"),
        ("验证码 887766", f"验证码 {HIDDEN}"),
        ("one-time code 12 34", "one-time code 12 34"),
        ("Meeting 1030, order 123456", "Meeting 1030, order 123456"),
        ("OTP for case 2402220010002574 is 991122", f"OTP for case 2402220010002574 is {HIDDEN}"),
        ("spinning 123456", "spinning 123456"),
        ("PIN번호: 4821, OTP는 482913입니다", f"PIN번호: {HIDDEN}, OTP는 {HIDDEN}입니다"),
        ("Your verification\ncode is 123456", f"Your verification\ncode is {HIDDEN}"),
        ("인증서 만료 20261102, 오류 50126", "인증서 만료 20261102, 오류 50126"),
        ("passcode for SRX1318598611ID: 5555", f"passcode for SRX1318598611ID: {HIDDEN}"),
        ("", ""),
    ],
)
def test_hide_codes(text: str, expected: str) -> None:
    """A code is covered where the text speaks of one; case numbers and texts without codes stay."""
    assert expected == hide_codes(text)


def test_what_stands_beside_may_speak_of_the_code() -> None:
    """A subject names it, and the text holds nothing but the digits."""
    assert HIDDEN == hide_codes("482913", beside="Your security code")
    assert "482913" == hide_codes("482913", beside="Your invoice")
    assert f"{HIDDEN} is it" == snippet("482913 is it", "482913", beside="인증 번호 안내")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Your verification code is 123456.", "your verification code is"),
        ("PIN번호: 4821", "pin 번호"),
        ("인증번호 123-456 입력", "인증 증번 번호 입력"),
        ("ＯＴＰ　１２３４５６", "otp"),
        ("one-time A1B2C3 for 2402220010002574", "one time for 2402220010002574"),
        ("passcode 55 555 5", "passcode 55 555 5"),
        ("비밀번호 12345678 외 123456789", "비밀 밀번 번호 외 123456789"),
        ("Meeting 1030, the code 50126", "meeting 1030  the code 50126"),
        ("spinning 123456 sometimes", "spinning 123456 sometimes"),
        ("인증서 만료 20261102", "인증 증서 만료 20261102"),
        ("로그인 코드 ١٢٣٤ abc12", "로그 그인 코드 ١٢٣٤"),
    ],
)
def test_no_index_holds_a_code(text: str, kept: str) -> None:
    """What a text is found by, as it was cut, without its codes."""
    assert kept == without_codes(cut(text)).strip()


WORDS = (
    "one-time",
    "OTP",
    "PIN",
    "passcode",
    "verification code",
    "log-in code",
    "your code",
    "인증",
    "일회용",
)
MORE = (
    "비밀 번호",
    "비밀번호",
    "보안코드",
    "확인 코드",
    "로그인코드",
    "접속 코드",
    "핀번호",
    "ワンタイム",
    "認証コード",
)
REST = (
    "確認コード",
    "暗証番号",
    "セキュリティコード",
    "验证码",
    "驗證碼",
    "动态码",
    "一次性",
    "安全代码",
    "the",
    "는",
    "\n",
)
CODES = ("4821", "123456", "12345678", "123-456", "9876 543", "A1B2C3", "7KX9Q")


@given(st.lists(st.sampled_from((*WORDS, *MORE, *REST, *CODES, ": ", " ", " ", "-")), max_size=12))
def test_what_is_covered_is_not_found(pieces: list[str]) -> None:
    """Index and faces agree: a code that no face shows is found by nobody."""
    text = "".join(pieces)
    shown = unicodedata.normalize("NFKC", hide_codes(text))
    held = without_codes(cut(text)).split()
    for code in {piece for piece in pieces if piece in CODES} - {"123-456", "9876 543"}:
        if code not in shown:
            assert code.lower() not in held


def test_hide_codes_is_linear() -> None:
    """Half a million letters and digits without a gap are read in one go (quadratic would take minutes)."""
    assert hide_codes("OTP " + "A1" * 250_000)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("one two three", "two", "one two three"),
        ("x" * 100 + " 복구 " + "y" * 100, "복구", "…" + "x" * 39 + " 복구 " + "y" * 39 + "…"),
        ("Mail FLOW stops", "flow", "Mail FLOW stops"),
        ("line\n\n  break", "line break", "line break"),
        ("ＡＢＣ wide", "abc", "ABC wide"),
        ("only second word", "first word", "only second word"),
        ("nothing here", "(", "nothing here"),
        ("OTP 123456 for you", "for", f"OTP {HIDDEN} for you"),
        ("", "x", ""),
        ("nothing asked", "", "nothing asked"),
    ],
)
def test_snippet(text: str, asked: str, expected: str) -> None:
    """The place of the first match with its surroundings, in one line, codes covered."""
    assert expected == snippet(text, asked)
