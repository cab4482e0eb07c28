"""HTML to the text a reader sees, and which stretches of it the mail client marked as quoted.

Comments, scripts, styles and hidden elements are left out; ``2601<b>0100</b>``
stays one number; cells and blocks are kept apart. The walk over the tree is a
loop, so that nesting costs memory and not the stack.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailwatch.mime import markup
from mailwatch.mime.limits import DEFAULT, Limits
from mailwatch.mime.quoting import Span

_SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text of an HTML part. ``quoted`` spans start at line starts; ``whole`` is false over a limit."""

    text: str
    quoted: tuple[Span, ...] = ()
    whole: bool = True


@dataclass(slots=True)
class _Page:
    """The text so far, and what is open around the place we are at."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    line_start: bool = True
    gap: bool = False  # white space was seen and not yet written
    quote_depth: int = 0
    quote_start: int = 0
    spans: list[Span] = field(default_factory=list)
    preformatted: int = 0

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
        self.line_start = text.endswith("\n")

    def words(self, text: str) -> None:
        if self.preformatted:
            self.write(text.replace("\r\n", "\n"))
            return
        folded = _SPACE.sub(" ", text)
        words = folded.strip(" ")
        self.gap |= folded.startswith(" ") and not self.line_start
        if words:
            self.write(f" {words}" if self.gap and not self.line_start else words)
            self.gap = folded.endswith(" ")

    def newline(self) -> None:
        self.gap = False
        if not self.line_start:
            self.write("\n")

    def open_quote(self) -> None:
        self.newline()
        if self.quote_depth == 0:
            self.quote_start = self.length
        self.quote_depth += 1

    def close_quote(self) -> None:
        self.newline()
        self.quote_depth -= 1
        if self.quote_depth == 0 and self.length > self.quote_start:
            self.spans.append(Span(self.quote_start, self.length))


def render(source: str, limits: Limits = DEFAULT) -> Rendered:
    """The visible text of an HTML document. Never raises; linear in its size."""
    whole = len(source) <= limits.html
    source = source[: limits.html]
    if _too_deep(source, limits.html_depth):
        # Lexbor's tree builder is quadratic in the depth. Nobody but an attacker nests like this.
        return Rendered(html.unescape(markup.ANY_TAG.sub("", source)), (), whole=False)
    page = _Page()
    _walk(LexborHTMLParser(source).root, page)
    if page.quote_depth:
        page.quote_depth = 1
        page.close_quote()
    return Rendered("".join(page.pieces), tuple(page.spans), whole)


def _too_deep(source: str, limit: int) -> bool:
    depth = 0
    for tag in markup.TAG.finditer(source):
        if tag[2].lower() in markup.FLAT:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > limit:
            return True
    return False


def _walk(root: LexborNode | None, page: _Page) -> None:
    """Document order without recursion: what is on the stack is either a node or the end of one."""
    stack: list[LexborNode | _End] = [root] if root is not None else []
    while stack:
        item = stack.pop()
        if isinstance(item, _End):
            item.close(page)
        elif item.tag == "-text":
            page.words(item.text_content or "")
        elif item.tag == "br":
            page.gap = False
            page.write("\n")
        elif item.tag is not None and item.tag not in markup.DROPPED and not item.tag.startswith("-"):
            _enter(item, page, stack)


@dataclass(frozen=True, slots=True)
class _End:
    """What has to be done where an element ends."""

    block: bool
    quote: bool
    preformatted: bool
    cell: bool

    def close(self, page: _Page) -> None:
        if self.block:
            page.newline()
        page.gap |= self.cell
        page.preformatted -= self.preformatted
        if self.quote:
            page.close_quote()


def _enter(node: LexborNode, page: _Page, stack: list[LexborNode | _End]) -> None:
    attributes = node.attributes
    if markup.is_hidden(attributes):
        return
    tag = str(node.tag)
    quote = markup.is_quote(tag, attributes)
    end = _End(tag in markup.BLOCKS or quote, quote, tag == "pre", tag in markup.CELLS)
    if end.block:
        page.newline()
    # A tail is opened and never closed: it reaches to the end of the document.
    if quote or markup.starts_tail(attributes):
        page.open_quote()
    page.preformatted += end.preformatted
    stack.append(end)
    stack.extend(reversed(list(node.iter(include_text=True))))
