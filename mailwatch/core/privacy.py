"""One-time codes and PINs: a mail may carry one, and no face repeats it.

Whoever reads a digest, a search result or an index of evidence must not be
able to sign in with what stands there, nor to learn by searching whether it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HIDDEN = "••••"

# The boundaries are those of ASCII: a Korean particle or noun follows without a blank (PIN번호, OTP는).
# 인증서 is a certificate, and speaks of no code.
_WORDS = re.compile(
    r"(?<![0-9a-z])(?:one[-\s]?time|otp|pin|pass\s?code|your\s+code"
    r"|(?:verification|security|access|sign[-\s]?in|log[-\s]?in|authentication|confirmation)\s+code)"
    r"(?![0-9a-z])"
    r"|인증(?!서)|일회용|비밀\s?번호|보안\s?코드|확인\s?코드|로그인\s?코드|접속\s?코드|핀\s?번호"
    r"|ワンタイム|認証コード|確認コード|暗証番号|セキュリティ\s?コード"
    r"|验证码|驗證碼|动态码|一次性|安全代码",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![0-9A-Za-z#])"
    r"(?:[0-9]{4,8}|[0-9]{3,4}[ -][0-9]{3,4}|(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,8})"
    r"(?![0-9A-Za-z])"
)


def hide_codes(text: str, *, beside: str = "") -> str:
    """``text`` with everything covered that may be a code, where it or ``beside`` speaks of one at all.

    A text that names no code is left as it is, so that dates, prices and error
    numbers stay readable. Case numbers of nine and more digits are never covered.
    ``beside`` stands with it: the subject of a mail often names the code that its text holds.
    """
    return _CODE.sub(HIDDEN, text) if _WORDS.search(text) or _WORDS.search(beside) else text


# ── text that was cut for search ──────────────────────────────────────────────

# The same words as ``core.search`` cuts them: small letters, CJK in pairs, blanks between. By what stands
# in each of them, so that most texts are done after a few looks: this is done to every mail.
_KINDS = ("verification", "security", "access", "sign in", "signin", "log in", "login", "authentication")
_PHRASES = {
    "otp": (" otp ",),
    "pin": (" pin ",),
    "time": (" one time ", " onetime "),
    "code": (
        *(f" {kind} code " for kind in (*_KINDS, "confirmation", "pass", "your")),
        " passcode ",
    ),
}
_CJK_PHRASES = {
    "인증": ("인증",),
    "일회": ("일회 회용",),
    "번호": ("비밀 번호", "비밀 밀번 번호", "핀번 번호", "핀 번호"),
    "코드": (
        *("보안 코드", "보안 안코 코드", "확인 코드", "확인 인코 코드", "로그 그인 코드"),
        *("로그 그인 인코 코드", "접속 코드", "접속 속코 코드"),
    ),
    "ワ": ("ワン ンタ タイ イム",),
    "認": ("認証 証コ", "確認 認コ"),
    "暗": ("暗証 証番",),
    "セ": ("セキ キュ ュリ リテ ティ",),
    "证": ("验证 证码",),
    "證": ("驗證 證碼",),
    "态": ("动态 态码",),
    "次": ("一次 次性",),
    "代": ("安全 全代 代码",),
}
_CERTIFICATE = "인증 증서"


def without_codes(tokens: str) -> str:
    """Text that ``core.search.cut`` has cut, without what ``hide_codes`` would cover, and a little more.

    For an index: what is not in it, nobody finds.
    """
    hints = _PHRASES if tokens.isascii() else {**_PHRASES, **_CJK_PHRASES}
    found = [hint for hint in hints if hint in tokens]
    if not found:
        return tokens
    words = tokens.split()
    text = f" {' '.join(words)} ".replace(_CERTIFICATE, "")
    if not any(phrase in text for hint in found for phrase in hints[hint]):
        return tokens
    return " ".join(word for n, word in enumerate(words) if word.isalpha() or not _may_be_code(words, n))


def _may_be_code(words: Sequence[str], n: int) -> bool:
    """Small letters hide what was written in capitals, so each word of letters and digits counts."""
    if _ALONE.fullmatch(words[n]):
        return True
    # Half a code, where the other half stands beside it: 123-456.
    beside = (*words[max(0, n - 1) : n], *words[n + 1 : n + 2])
    return _HALF.fullmatch(words[n]) is not None and any(map(_HALF.fullmatch, beside))


_ALONE = re.compile(r"[0-9]{4,8}|(?=[a-z]*[0-9])[a-z0-9]{5,8}")
_HALF = re.compile(r"[0-9]{3,4}")
