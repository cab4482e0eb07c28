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

from mailwatch.mime.limits import DEFAULT, Limits
from mailwatch.mime.quoting import Span

_DROPPED = frozenset(
    "head script style title template noembed iframe object svg math select datalist".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset({"td", "th"})
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f]+")

# Elements that hold a quote: Gmail, Apple Mail and Thunderbird, Yahoo, Proton, Zoho, Naver.
_QUOTE_CLASSES = frozenset(
    {"gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted", "protonmail_quote", "zmail_extra"}
)
# Elements after which all is quoted: Outlook on the web, on phones and on the Mac.
_TAIL_IDS = frozenset(
    {"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "replySplit"}
)
_TAIL_CLASSES = frozenset({"OutlookMessageHeader", "moz-cite-prefix", "moz-forward-container"})
# Outlook for Windows draws a line above the header block of the mail it quotes, in these colours.
_TAIL_STYLE = re.compile(r"border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)\b", re.IGNORECASE)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
# These never nest deeply: they are empty or closed by the next of their kind.
_FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr option".split()
)
_ANY_TAG = re.compile(r"<(?:[a-zA-Z/!?])[^<>]*>")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text of an HTML part; ``quoted`` spans start at line starts and are sorted. ``whole`` is false over a limit."""

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
        return Rendered(html.unescape(_ANY_TAG.sub("", source)), (), whole=False)
    page = _Page()
    _walk(LexborHTMLParser(source).root, page)
    if page.quote_depth:
        page.quote_depth = 1
        page.close_quote()
    return Rendered("".join(page.pieces), tuple(page.spans), whole)


def _too_deep(source: str, limit: int) -> bool:
    depth = 0
    for tag in _TAG.finditer(source):
        if tag[2].lower() in _FLAT:
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
        elif item.tag not in _DROPPED and not item.tag.startswith("-"):
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
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
        return
    tag = str(node.tag)
    quote = _is_quote(tag, attributes)
    end = _End(tag in _BLOCKS or quote, quote, tag == "pre", tag in _CELLS)
    if end.block:
        page.newline()
    # A tail is opened and never closed: it reaches to the end of the document.
    if quote or _starts_tail(attributes):
        page.open_quote()
    page.preformatted += end.preformatted
    stack.append(end)
    stack.extend(reversed(list(node.iter(include_text=True))))


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
        return True
    return not _QUOTE_CLASSES.isdisjoint((attributes.get("class") or "").split())


def _starts_tail(attributes: dict[str, str | None]) -> bool:
    if (attributes.get("id") or "") in _TAIL_IDS:
        return True
    if not _TAIL_CLASSES.isdisjoint((attributes.get("class") or "").split()):
        return True
    return bool(_TAIL_STYLE.search(attributes.get("style") or ""))
