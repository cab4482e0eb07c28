"""What of a mail is read as its text, and what is an attachment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailwatch.core.message import Attachment, Segment
from mailwatch.mime import quoting
from mailwatch.mime.charsets import decode
from mailwatch.mime.html_text import render
from mailwatch.mime.limits import Limits
from mailwatch.mime.part import Part
from mailwatch.mime.quoting import Span
from mailwatch.mime.tree import Grown

_READ = frozenset({"text/plain", "text/html"})
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset[ \t]*=[ \t]*[\"']?([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE
)
_META_BYTES = 4096
# A plain part shorter than this may be a mere "please use an HTML reader": its HTML sister decides.
_TRIVIAL = 200
_TRIVIAL_RATIO = 4
# What could be a case number: the shortest has 8 digits. Tags go first: addresses in them are full of digits.
_LONG_RUN = re.compile(r"\d{8,}")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Text:
    """One decoded text part, line ends as LF; ``quoted`` stretches are known from its markup."""

    text: str
    quoted: tuple[Span, ...]
    defects: tuple[str, ...]

    @property
    def substance(self) -> int:
        """How many code points are no white space."""
        return sum(map(len, self.text.split()))


@dataclass(frozen=True, slots=True)
class Body:
    """The text parts in reading order, cut into segments, and the attachments."""

    segments: tuple[Segment, ...]
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]


def read(grown: Grown, hint: str | None, limits: Limits) -> Body:
    """Text and attachments of a mail. ``hint`` is the charset to try where a part names none."""
    reader = _Reader(grown, hint, limits)
    reader.read()
    texts = reader.texts
    segments = tuple(s for n, t in enumerate(texts) for s in quoting.segments(n, t.text, t.quoted))
    return Body(segments, tuple(reader.attachments), tuple(d for t in texts for d in t.defects))


@dataclass(slots=True)
class _Reader:
    """One walk over the tree of one mail."""

    grown: Grown
    hint: str | None
    limits: Limits
    texts: list[Text] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def read(self) -> None:
        stack = [self.grown.root]
        while stack:
            part = stack.pop()
            if part.kind == "multipart/alternative" and part.children:
                self._read_alternative(part)
            elif part.children:
                stack.extend(reversed(part.children))
            elif _is_body(part, self.grown.root, first=not self.texts):
                self.texts.append(_decode(part, self.hint, self.limits))
            else:
                self._attach(part)

    def _read_alternative(self, part: Part) -> None:
        """Of several forms of one text the plain one is read, unless HTML says much more.

        HTML that shows a number which the plain text lacks is read beside it: it is what people see.
        """
        plain: Text | None = None
        html: Text | None = None
        for leaf in part.leaves():
            if not _is_body(leaf, part, first=True):
                self._attach(leaf)
            elif leaf.kind != "text/html":
                plain = _joined(plain, _decode(leaf, self.hint, self.limits))
            elif plain is None or plain.substance < _TRIVIAL or self._may_add(leaf, plain):
                html = _joined(html, _decode(leaf, self.hint, self.limits))
        self.texts.extend(_chosen(plain, html))

    def _may_add(self, leaf: Part, plain: Text) -> bool:
        """Whether an HTML part may show digits that ``plain`` does not; cheaper than drawing it."""
        source, _ = _source(leaf, self.hint)
        return _adds(_TAG.sub("", source[: self.limits.text]), plain.text)

    def _attach(self, part: Part) -> None:
        self.attachments.append(Attachment(part.file_name, part.kind, self.grown.size(part)))


def _is_body(part: Part, root: Part, *, first: bool) -> bool:
    """Text that is no file. A named part counts as text only where nothing was read before it."""
    if part.is_multipart() or part.disposition == "attachment":
        return False
    if part.kind not in _READ and not part.kind.startswith("multipart/"):
        return False
    return part is root or not part.file_name or (first and part.disposition == "inline")


def _chosen(plain: Text | None, html: Text | None) -> list[Text]:
    """What is read of the two forms of one text."""
    if plain is None or html is None:
        return [text for text in (plain, html) if text is not None]
    if html.substance >= max(1, _TRIVIAL_RATIO * plain.substance):
        return [html]
    return [plain, html] if _adds(html.text, plain.text) else [plain]


def _adds(one: str, other: str) -> bool:
    """Whether ``one`` holds a long run of digits that ``other`` lacks."""
    return not set(_LONG_RUN.findall(one)) <= set(_LONG_RUN.findall(other))


def _joined(one: Text | None, other: Text) -> Text:
    if one is None:
        return other
    shift = len(one.text) + 1
    moved = tuple(Span(s.start + shift, s.end + shift) for s in other.quoted)
    return Text(f"{one.text}\n{other.text}", one.quoted + moved, one.defects + other.defects)


def _decode(part: Part, hint: str | None, limits: Limits) -> Text:
    source, sure = _source(part, hint)
    defects = () if sure else ("charset-guessed",)
    if part.kind == "text/html":
        page = render(source, limits)
        return Text(page.text, page.quoted, defects if page.whole else (*defects, "html-simplified"))
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limits.text:
        return Text(text[: limits.text], (), (*defects, "text-truncated"))
    return Text(text, (), defects)


def _source(part: Part, hint: str | None) -> tuple[str, bool]:
    """The part's characters, and whether its charset was known."""
    data = part.content()
    label = part.parameter("charset") or (_meta_charset(data) if part.kind == "text/html" else "")
    return decode(data, label or None, hint)


def _meta_charset(data: bytes) -> str:
    found = _META_CHARSET.search(data, 0, _META_BYTES)
    return found[1].decode("ascii") if found else ""
