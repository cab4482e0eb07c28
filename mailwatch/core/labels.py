"""Label words that stand before a case number, in the languages of support mail.

From real mails and documentation of Microsoft and its partners; a label never
matches anything without a valid number behind it, so common words may stand here.
"""

from __future__ import annotations

import re

ALONE = (
    # English. "Tracking ID" without the number sign is a label, not a prefix.
    "case",
    "cases",
    "ticket",
    "tickets",
    "service request",
    "service requests",
    "support request",
    "support requests",
    "sr",
    "srs",
    "srid",
    "tracking id",
    "trackingid",
    # Korean
    "사례",
    "케이스",
    "티켓",
    "지원 요청",
    "서비스 요청",
    # Japanese
    "お問い合わせ",
    "お問合せ",
    "問い合わせ",
    "サポートリクエスト",
    "サポート リクエスト",
    "サービスリクエスト",
    "サービス リクエスト",
    "サポート要求",
    "ケース",
    "チケット",
    # Chinese
    "案例",
    "个案",
    "個案",
    "服务请求",
    "服務要求",
    "服務請求",
    "支持请求",
    "支援要求",
    "工单",
)
"""Labels that need no word for "number" behind them, though they may have one."""

NUMBERED = (
    # English
    "request",
    "reference",
    "incident",
    "inquiry",
    # Korean
    "문의",
    "접수",
    "요청",
    "인시던트",
    # Japanese
    "受付",
    "案件",
    "サポート",
    # Chinese
    "咨询",
    "問題",
    "问题",
)
"""Words that are labels only together with a word for "number"."""

NUMBER_WORDS = (
    *("number", "numbers", "no", "num", "id", "ids", "ref"),
    *("번호", "아이디", "넘버"),
    *("番号",),
    *("编号", "号码", "号", "編號", "號碼", "號"),
)

COPULAS = (
    *("is", "was", "are"),
    *("은", "는", "이", "가", "을", "를", "의"),
    *("は", "が", "の"),
    *("是", "为", "為"),
)
"""Words between label and number: 사례 번호는 …, case number is …"""

WINDOW = 48
"""How many code points before a number are searched for a label."""

_BETWEEN = r"[\s#:;,.*`\"'“”‘’«»\[\](){}<>=|/\\_~·–—-]"


def _either(words: tuple[str, ...]) -> str:
    return "|".join(_word(word) for word in sorted(words, key=len, reverse=True))


def _word(word: str) -> str:
    """A word, backwards. A blank may be a line break, and missing where the writing does without it."""
    blank = r"\s{1,3}" if word.isascii() else r"\s{0,3}"
    boundary = r"(?![A-Za-z0-9])" if word[0].isascii() else ""
    return blank.join(re.escape(part[::-1]) for part in reversed(word.split(" "))) + boundary


# A number word directly behind a label (SRID, 지원요청ID) needs no blank, so the
# boundary of an ASCII number word is that of the label before it.
_NUMBER = "|".join(re.escape(word[::-1]) for word in sorted(NUMBER_WORDS, key=len, reverse=True))

# Everything is written backwards, because a label ends where the number starts:
# one match from there costs a tenth of a search through the text before it.
_LABEL = re.compile(
    rf"{_BETWEEN}{{0,12}}(?:(?:{_either(COPULAS)}){_BETWEEN}{{0,4}})?"
    rf"(?:(?:(?:{_NUMBER})\s{{0,3}})?(?:{_either(ALONE)})|(?:{_NUMBER})\s{{0,3}}(?:{_either(NUMBERED)}))",
    re.IGNORECASE | re.ASCII,
)


def label_start(text: str, number: int) -> int | None:
    """Where the label of the number at offset ``number`` starts, or None where none stands there."""
    before = text[max(0, number - WINDOW) : number]
    found = _LABEL.match(before[::-1])
    return number - found.end() if found else None
