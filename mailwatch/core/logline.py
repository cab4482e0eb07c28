"""One event, one line, for people and programs: ``key=value`` (logfmt) or a JSON object.

What servers and mails say stands in values. It is quoted and escaped, so that it can
neither begin a line or a key of its own, nor move a cursor or turn the writing around.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

ODD = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)
"""What can move a cursor, hide, or turn the writing direction around; lone surrogates, too."""

_PLAIN = re.compile(r"[^\s\"=\\]+")


def keyvalue(pairs: Mapping[str, object]) -> str:
    """``event=poll mailbox=support fetched=2``. Values that are None are left out.

    A value stands bare where it has neither blanks, quotes, ``=`` nor anything odd; else it is a JSON string.
    """
    return " ".join(f"{key}={_bare(value)}" for key, value in pairs.items() if value is not None)


def as_json(pairs: Mapping[str, object]) -> str:
    """The same as one JSON object; numbers stay numbers."""
    plain = {key: _number_or_text(value) for key, value in pairs.items() if value is not None}
    return _escaped(json.dumps(plain, ensure_ascii=False))


def _bare(value: object) -> str:
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    if _PLAIN.fullmatch(text) and not ODD.search(text):
        return text
    return _escaped(json.dumps(text, ensure_ascii=False))


def _number_or_text(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else str(value)
    return value if isinstance(value, int) else str(value)


def _escaped(text: str) -> str:
    r"""JSON with everything odd as ``\u`` and four hex digits; such characters stand within strings alone."""
    return ODD.sub(lambda found: json.dumps(found[0])[1:-1], text)
