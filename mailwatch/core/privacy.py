"""One-time codes and PINs: a mail may carry one, and no face repeats it.

Whoever reads a digest, a search result or an index of evidence must not be
able to sign in with what stands there.
"""

from __future__ import annotations

import re

HIDDEN = "••••"

_WORDS = re.compile(
    r"\b(?:one[- ]?time|otp|pin|pass ?code|your code"
    r"|(?:verification|security|access|sign[- ]?in|log[- ]?in|authentication|confirmation) code)\b"
    r"|인증|일회용|비밀\s?번호|보안\s?코드|확인\s?코드|로그인\s?코드|접속\s?코드|핀\s?번호"
    r"|ワンタイム|認証コード|確認コード|暗証番号|セキュリティ\s?コード"
    r"|验证码|驗證碼|动态码|一次性|安全代码",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![0-9A-Za-z#])"
    r"(?:[0-9]{4,8}|[0-9]{3,4}[ -][0-9]{3,4}|(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,8})"
    r"(?![0-9A-Za-z])"
)


def hide_codes(text: str) -> str:
    """``text`` with everything covered that may be a code, where it speaks of one at all.

    A text that names no code is left as it is, so that dates, prices and error
    numbers stay readable. Case numbers of nine and more digits are never covered.
    """
    return _CODE.sub(HIDDEN, text) if _WORDS.search(text) else text
