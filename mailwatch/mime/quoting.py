"""Which lines of a mail are the writer's own, and which are quoted.

Quotes come in three forms: lines behind ``>``, a line that names the author
("On ... wrote:", "...님이 작성:") with the quote below it, and Outlook's block
of header lines (From/Sent/To/Subject, in the sender's language) after which all
is quoted. Every rule looks at one line, cut to a bounded length, and at a
bounded number of lines below it, so the work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailwatch.core.message import Segment

_LOOKED_AT = 400  # code points of a line that any rule looks at
_BLOCK_LINES = 12  # Outlook writes From, Sent, To, Cc, Subject; long recipient lists wrap over several lines
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_MARKED = re.compile(r"[ \t\u00a0]{0,8}[>＞]")

_LABELS = {
    "from": "From|Von|De|Da|Van|보낸 ?사람|보낸 ?이|발신인|발신자|差出人|送信者|发件人|發件人|寄件者",
    "sent": "Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Fecha|Inviato|Verzonden|Received|보낸 ?날짜|보낸 ?시간|"
    "날짜|일시|발송일|送信日時|送信日|日時|日付|发送时间|發送時間|寄件日期|傳送時間|日期|时间",
    "rest": "To|An|À|Para|A|Aan|Cc|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|받는 ?사람|받는 ?이|수신인?|수신자|"
    "참조|제목|宛先|件名|收件人|收件者|抄送|副本|主题|主題|主旨",
}
# Labels stand bold (``*From:*`` in text made from HTML) and behind a few blanks.
_LABEL = re.compile(
    r"[ \t\u00a0]{0,8}\*{0,2}(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items())
    + r")[ \t\u00a0]{0,4}\*{0,2}[ \t]{0,4}[:：]",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[ \t]{0,8}(?:[-_=]{2,40}[ \t]{0,4}(?:Original (?:Message|Mail|Appointment)|Forwarded (?:message|mail)(?: by[^\n]{0,80})?|"
    r"원본 ?(?:메시지|메세지|메일|편지)|전달된 ?(?:메시지|메세지|메일)|元のメッセージ|転送メッセージ|原始邮件|原始郵件|轉寄郵件|转发邮件|"
    r"转发的邮件|Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d'origine|Mensaje original)"
    r"[ \t]{0,4}[-_=]{2,40}|Begin forwarded message:|전달된 메시지 시작:)[ \t]{0,8}\r?\n?\Z",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:\bwrote|\bschrieb[^:]{0,80}|\ba écrit|\bescribió|\bescreveu|\bha scritto|\bschreef[^:]{0,80}|작성|쓰신 글|写道|寫道|"
    r"のメール|からのメール|書きました)[ \t\u00a0]{0,4}[:：][ \t]{0,8}\r?\n?\Z"
)
_JAPANESE_GMAIL = re.compile(
    r"[^\n]{0,80}\d{4}年\d{1,2}月\d{1,2}日[^\n<]{0,120}<[^\n<>@]{1,80}@[^\n<>]{1,80}>[:：]\s*\Z"
)
_ATTRIBUTION_START = re.compile(
    r"[ \t]{0,8}(?:On |Am |Le |El |Em |Il |Op |\d{4}[년年./-]|\d{1,2}[./]\s?\d|[^\n]{0,100}<[^\n<>]{1,100}@)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a text with their offsets, and which of them are marked as quoted already."""

    spans: tuple[Span, ...]
    heads: tuple[str, ...]  # each line cut to what the rules look at
    marked: tuple[bool, ...]

    def next_filled(self, at: int) -> int | None:
        """The next line that is not blank, a bounded way down."""
        below = range(at, min(at + _BLOCK_LINES, len(self.heads)))
        return next((n for n in below if self.heads[n].strip()), None)


def segments(part: int, text: str, quoted: Sequence[Span] = ()) -> tuple[Segment, ...]:
    """``text`` cut into own and quoted stretches, which tile it.

    ``quoted`` are stretches known to be quoted from elsewhere (HTML says so by its
    markup), sorted and starting at line starts.
    """
    lines = _cut(text, quoted)
    flags = _judge(lines)
    found: list[Segment] = []
    start = 0
    for n, span in enumerate(lines.spans):
        if n + 1 == len(flags) or flags[n + 1] != flags[n]:
            found.append(Segment(part, start, text[start : span.end], flags[n]))
            start = span.end
    return tuple(found)


def _cut(text: str, quoted: Sequence[Span]) -> _Lines:
    spans = tuple(Span(*m.span()) for m in _LINE.finditer(text))
    heads = tuple(_head(text, s) for s in spans)
    known = _within(spans, quoted)
    return _Lines(spans, heads, tuple(k or bool(_MARKED.match(h)) for k, h in zip(known, heads, strict=True)))


def _head(text: str, span: Span) -> str:
    """A line as far as the rules look: whole, or its first and last code points."""
    if span.end - span.start <= _LOOKED_AT:
        return text[span.start : span.end]
    return text[span.start : span.start + _LOOKED_AT // 2] + text[span.end - _LOOKED_AT // 2 : span.end]


def _within(spans: Sequence[Span], quoted: Sequence[Span]) -> list[bool]:
    flags: list[bool] = []
    at = 0
    for span in spans:
        while at < len(quoted) and quoted[at].end <= span.start:
            at += 1
        flags.append(at < len(quoted) and quoted[at].start <= span.start)
    return flags


def _judge(lines: _Lines) -> list[bool]:
    """For each line whether it is quoted. Blank lines go with the line above them."""
    flags: list[bool] = []
    n, count = 0, len(lines.heads)
    while n < count:
        if lines.marked[n]:
            flags.append(True)
            n += 1
        elif not lines.heads[n].strip():
            flags.append(bool(flags) and flags[-1])
            n += 1
        elif (length := _introduction(lines, n)) == 0:
            flags.append(False)
            n += 1
        elif _quote_is_marked(lines, n + length):
            flags += [True] * length
            n += length
        else:
            # Nothing tells where such a quote ends, so it goes to the end.
            return flags + [True] * (count - n)
    return flags


def _quote_is_marked(lines: _Lines, at: int) -> bool:
    below = lines.next_filled(at)
    return below is not None and lines.marked[below]


def _introduction(lines: _Lines, n: int) -> int:
    """How many lines from ``n`` on introduce a quote: 0 where none does."""
    if _SEPARATOR.match(lines.heads[n]):
        return 1
    return _attribution(lines, n) or _header_block(lines, n)


def _attribution(lines: _Lines, n: int) -> int:
    """ "On ... wrote:" over one to three lines (mailers wrap it)."""
    head = lines.heads[n]
    if _JAPANESE_GMAIL.match(head) or (_WROTE.search(head) and _names_somebody(head)):
        return 1
    if not _ATTRIBUTION_START.match(head):
        return 0
    for length in (2, 3):
        below = lines.heads[n : n + length]
        if len(below) < length or not below[-1].strip() or lines.marked[n + length - 1]:
            return 0
        if _WROTE.search(below[-1]):
            return length
    return 0


def _names_somebody(head: str) -> bool:
    """A date or an address: without either "he wrote:" is the writer's own sentence."""
    return any(c.isdigit() for c in head) or "@" in head


def _header_block(lines: _Lines, n: int) -> int:
    """Outlook's From/Sent/To/Subject lines: a sender, a time and one more, close together."""
    first = _LABEL.match(lines.heads[n])
    if first is None or first.lastgroup != "from":
        return 0
    kinds: dict[str, int] = {}
    for below in range(n, min(n + _BLOCK_LINES, len(lines.heads))):
        label = _LABEL.match(lines.heads[below])
        if label is not None and label.lastgroup is not None:
            kinds[label.lastgroup] = below
    return max(kinds.values()) - n + 1 if len(kinds) == len(_LABELS) else 0
