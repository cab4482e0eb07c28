"""What HTML markup means to a reader of mail: blocks, hidden elements, quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping

DROPPED = frozenset(
    {
        "head",
        "script",
        "style",
        "title",
        "template",
        "noembed",
        "iframe",
        "object",
        "svg",
        "math",
        "select",
        "datalist",
    }
)
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    }
)
CELLS = frozenset({"td", "th"})
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)

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

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
# These never nest deeply: they are empty or closed by the next of their kind.
FLAT = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "tr",
        "option",
    }
)
ANY_TAG = re.compile(r"<(?:[a-zA-Z/!?])[^<>]*>")


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is not shown."""
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def is_quote(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element holds a quote."""
    if tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
        return True
    return not _QUOTE_CLASSES.isdisjoint((attributes.get("class") or "").split())


def starts_tail(attributes: Mapping[str, str | None]) -> bool:
    """Whether all from an element on is quoted."""
    if (attributes.get("id") or "") in _TAIL_IDS:
        return True
    if not _TAIL_CLASSES.isdisjoint((attributes.get("class") or "").split()):
        return True
    return bool(_TAIL_STYLE.search(attributes.get("style") or ""))
