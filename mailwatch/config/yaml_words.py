"""What is wrong with a file that is no YAML, in words for somebody who has never read its standard.

The parser's own words name its grammar. Its marks are kept, but for what was opened and never
closed: there the place of the opening is told, and not the end of the file. Nothing of the file is
repeated but a single character: a password may stand there.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from mailwatch.errors import Words

_QUOTED = re.compile(r"'[^'<][^']+'")
_BEGINS = re.compile(r"found character '(.)' that cannot start any token")

_OPEN_BRACKET = "a bracket or brace is opened here and never closed"
_OPEN_QUOTE = "a quotation mark opens a text here that is never closed"
_SPACES = (
    "a blank in this line, or above it, is no plain space, as text from a web page has it: write it anew"
)
_TAB = "a tab stands here; in YAML only spaces indent a line"

# By what the parser says; the first that is found in it counts.
_SAYINGS = {
    "mapping values are not allowed here": "a key with its colon cannot stand here: the indentation is "
    "wrong, the line above lacks a blank behind its colon, or a text with a colon needs quotes",
    "could not find expected ':'": "this line, or the one above it, holds no key: "
    "a colon with a blank must follow the key, as in data: x",
    "expected <block end>": "this line is indented otherwise than its neighbours, below which it belongs",
    "expected the node content": "this cannot begin a text: put the text into quotes",
    "found unknown escape": "in double quotes a \\ begins an escape: use single quotes for this text",
    "expected ',' or": "a comma or the closing bracket is missing before this place",
}


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[Words, Any]:
    """The sentence, and the parser's mark that it speaks of."""
    said, mark = error.problem or "", error.problem_mark
    if opened := _opened(error, said):
        return Words(opened), error.context_mark
    character = _BEGINS.search(said.replace("'\\t'", "'\t'"))
    if character is not None and character[1] == "\t":
        return Words(_TAB), mark
    if _has_odd_blank(text, mark):
        return Words(_SPACES), mark
    if character is not None:
        values = {"character": character[1]}
        return Words("a text that begins with {character} must stand in quotes", values), mark
    for saying, words in _SAYINGS.items():
        if saying in said:
            return Words(words), mark
    return Words("this is not YAML: {reason}", {"reason": _QUOTED.sub("'…'", said)}), mark


def _opened(error: yaml.MarkedYAMLError, said: str) -> str | None:
    if "unexpected end of stream" in said and "quoted scalar" in (error.context or ""):
        return _OPEN_QUOTE
    if said.endswith("'<stream end>'") and "flow" in (error.context or ""):
        return _OPEN_BRACKET
    return None


def _has_odd_blank(text: str, mark: Any) -> bool:
    """In the line that the parser stumbled over, or above it, where the blank counts as a letter."""
    line = mark.line if mark is not None else 0
    near = "\n".join(text.split("\n")[max(0, line - 1) : line + 1])
    return "\u00a0" in near or "\u3000" in near
