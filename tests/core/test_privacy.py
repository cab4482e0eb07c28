"""One-time codes are covered, everything else stays readable."""

import pytest

from mailwatch.core.privacy import HIDDEN, hide_codes
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
        ("passcode for SRX1318598611ID: 5555", f"passcode for SRX1318598611ID: {HIDDEN}"),
        ("", ""),
    ],
)
def test_hide_codes(text: str, expected: str) -> None:
    """A code is covered where the text speaks of one; case numbers and texts without codes stay."""
    assert expected == hide_codes(text)


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
