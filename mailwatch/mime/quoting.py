"""Which lines of a mail are the writer's own, and which are quoted.

Quotes come in three forms: lines behind ``>``, a line that names the author
("On ... wrote:", "...님이 작성:") with the quote below it, and Outlook's block
of header lines (From/Sent/To/Subject, in the sender's language) after which all
is quoted. Every rule looks at one line, cut to a bounded length, and at a
bounded number of lines below it, so the work is linear in the text.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from mailwatch.core.message import Segment

_LOOKED_AT = 400  # code points of a line that any rule looks at
_BLOCK_LINES = 12  # Outlook writes From, Sent, To, Cc, Subject; long recipient lists wrap over several lines
_WRAPPED = 2  # lines above "wrote:" over which mailers wrap the rest of that sentence
_BLANKS = " \t\u00a0"
_MARKS = (">", "＞")
_DASHES = ("-", "_", "=")
_BEFORE_DASHES = frozenset((*_BLANKS, *_DASHES))

# Outlook's labels in the languages of its users, Korean first among those that are not English.
_LABELS = {
    "from": "From|Von|De|Da|Van|보낸 ?사람|보낸 ?이|발신인|발신자|差出人|送信者|发件人|發件人|寄件者",
    "sent": "Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Fecha|Inviato|Verzonden|보낸 ?날짜|보낸 ?시간|"
    "날짜|일시|발송일|送信日時|送信日|日時|日付|发送时间|發送時間|寄件日期|傳送時間|日期|时间",
    "rest": "To|An|À|Para|A|Aan|Cc|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|받는 ?사람|받는 ?이|"
    "수신인?|수신자|참조|제목|宛先|件名|收件人|收件者|抄送|副本|主题|主題|主旨",
}
# Labels stand bold (``*From:*`` in text made from HTML) and behind a few blanks.
_LABEL = re.compile(
    r"[ \t\u00a0]{0,8}\*{0,2}(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items())
    + r")[ \t\u00a0]{0,4}\*{0,2}[ \t]{0,4}[:：]",
    re.IGNORECASE,
)
_DASHED = (
    "Original Message|Original Mail|Original Appointment|Forwarded message|Forwarded mail|"
    "원본 ?메시지|원본 ?메세지|원본 ?메일|원본 ?편지|전달된 ?메시지|전달된 ?메세지|전달된 ?메일|"
    "元のメッセージ|転送メッセージ|原始邮件|原始郵件|轉寄郵件|转发邮件|转发的邮件|"
    "Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d'origine|Mensaje original"
)
_SEPARATOR = re.compile(
    rf"[ \t]{{0,8}}(?:[-_=]{{2,40}}[ \t]{{0,4}}(?:{_DASHED})(?: by[^\n]{{0,80}}?)?[ \t]{{0,4}}[-_=]{{2,40}}|"
    r"Begin forwarded message:|전달된 메시지 시작:)[ \t]{0,8}\n?\Z",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:\bwrote|\bschrieb[^:]{0,80}|\ba écrit|\bescribió|\bescreveu|\bha scritto|\bschreef[^:]{0,80}|"
    r"작성|쓰신 글|写道|寫道|のメール|書きました)[ \t\u00a0]{0,4}[:：][ \t]{0,8}\n?\Z"
)
# Gmail may wrap inside the angle brackets of the address: this ">" closes them and marks no quote.
_BROKEN_ADDRESS = re.compile(r">[ \t]?(?:wrote|님이 작성|작성|のメール|写道)[ \t]?[:：][ \t]?\n?\Z")
_JAPANESE_GMAIL = re.compile(
    r"[^\n]{0,80}\d{4}年\d{1,2}月\d{1,2}日[^\n<]{0,120}<[^\n<>@]{1,80}@[^\n<>]{1,80}>[:：]\s*\Z"
)
_ATTRIBUTION_START = re.compile(
    r"[ \t]{0,8}(?:(?P<date>On |Am |Le |El |Em |Il |Op |\d{4}[년年./-]|\d{1,2}[./]\s?\d)|"
    r"[^\n]{0,100}<[^\n<>]{1,100}@)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a text, line ends included, and which of them are marked as quoted already."""

    lines: list[str]
    marked: list[bool]

    def head(self, n: int) -> str:
        """A line as far as the rules look: whole, or its first and last code points."""
        line = self.lines[n]
        if len(line) <= _LOOKED_AT:
            return line
        return line[: _LOOKED_AT // 2] + line[-_LOOKED_AT // 2 :]

    def quote_follows(self, at: int) -> bool:
        """Whether the next line that is not blank, a bounded way down, is marked as quoted."""
        below = range(at, min(at + _BLOCK_LINES, len(self.lines)))
        return next((self.marked[n] for n in below if not self.lines[n].isspace()), False)


def segments(part: int, text: str, quoted: Sequence[Span] = ()) -> tuple[Segment, ...]:
    """``text`` cut into own and quoted stretches, which tile it.

    ``quoted`` are stretches known to be quoted from elsewhere (HTML says so by its
    markup), sorted and starting at line starts. Line ends are LF.
    """
    lines = _cut(text, quoted)
    flags = _judge(lines)
    if text and not any(flags):
        return (Segment(part, 0, text, quoted=False),)
    found: list[Segment] = []
    start = 0
    for flag, run in groupby(zip(lines.lines, flags, strict=True), key=itemgetter(1)):
        end = start + sum(len(line) for line, _ in run)
        found.append(Segment(part, start, text[start:end], flag))
        start = end
    return tuple(found)


def _cut(text: str, quoted: Sequence[Span]) -> _Lines:
    pieces = text.split("\n")
    lines = [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    if any(mark in text for mark in _MARKS):
        marked = [line.lstrip(_BLANKS).startswith(_MARKS) for line in lines]
    else:
        marked = [False] * len(lines)
    at = 0
    spans = deque(quoted)
    for n, line in enumerate(lines):
        while spans and spans[0].end <= at:
            spans.popleft()
        if not spans:
            break
        marked[n] |= spans[0].start <= at
        at += len(line)
    return _Lines(lines, marked)


def _judge(lines: _Lines) -> list[bool]:
    """For each line whether it is quoted. Blank lines go with the line above them."""
    flags = list(lines.marked)
    done = 0
    for n in _may_introduce(lines.lines):
        if n < done or (flags[n] and not _BROKEN_ADDRESS.match(lines.lines[n])):
            continue
        above, below = _introduction(lines, n)
        if above == below:
            continue
        flags[above:below] = [True] * (below - above)
        done = below
        if not lines.quote_follows(below):
            # Nothing tells where such a quote ends, so it goes to the end.
            flags[below:] = [True] * (len(flags) - below)
            break
    for n in range(1, len(flags)) if any(flags) else ():
        flags[n] = flags[n] or (flags[n - 1] and lines.lines[n].isspace())
    return flags


def _may_introduce(lines: list[str]) -> list[int]:
    """All rules need a colon or a dashed line: the cheap look at all lines that spares the others."""
    return [
        n
        for n, line in enumerate(lines)
        if ":" in line
        or "：" in line
        or (line[0] in _BEFORE_DASHES and line.lstrip(_BLANKS).startswith(_DASHES))
    ]


def _introduction(lines: _Lines, n: int) -> tuple[int, int]:
    """The lines [above, below) around ``n`` that introduce a quote; empty where none does."""
    if _SEPARATOR.match(lines.head(n)):
        return n, n + 1
    above = _attribution(lines, n)
    return (above, n + 1) if above is not None else (n, _header_block(lines, n))


def _attribution(lines: _Lines, n: int) -> int | None:
    """The first line of "On ... wrote:", which ends in line ``n``, or None."""
    head = lines.head(n)
    if _JAPANESE_GMAIL.match(head):
        return n
    if not _WROTE.search(head):
        return None
    if _names_somebody(head):
        return n
    found: int | None = None
    for above in range(n - 1, max(n - 1 - _WRAPPED, -1), -1):
        if lines.marked[above] or lines.lines[above].isspace():
            break
        start = _ATTRIBUTION_START.match(lines.head(above))
        found = above if start else found
        if start and start["date"]:
            break
    return found


def _names_somebody(head: str) -> bool:
    """A date or an address: without either "he wrote:" is the writer's own sentence."""
    return any(c.isdigit() for c in head) or "@" in head


def _header_block(lines: _Lines, n: int) -> int:
    """The end of Outlook's From/Sent/To/Subject lines: a sender, a time and one more, close together."""
    first = _LABEL.match(lines.head(n))
    if first is None or first.lastgroup != "from":
        return n
    kinds: dict[str, int] = {}
    for below in range(n, min(n + _BLOCK_LINES, len(lines.lines))):
        label = _LABEL.match(lines.head(below))
        if label is not None and label.lastgroup is not None:
            kinds[label.lastgroup] = below
    return max(kinds.values()) + 1 if len(kinds) == len(_LABELS) else n
