"""Reads .po files of the kind that ``tests/tools/messages.py`` writes.

babel reads every kind, but takes longer to import than a help page may take in all
(measured: 0.2 s). That both read the same is tested.
"""

from __future__ import annotations

import re
from gettext import NullTranslations

_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr|msgstr\[0\]) )?"((?:[^"\\]|\\["\\nrt])*)"')
_ESCAPED = re.compile(r"\\(.)")
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t"}


class Translations(NullTranslations):
    """Translations into a language that says all counts alike, as Korean does (nplurals=1)."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        """The translation; a sentence that is not known stays as it is."""
        return self._texts.get(message) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The one form there is; a sentence that is not known follows English."""
        return self._texts.get(msgid1) or super().ngettext(msgid1, msgid2, n)


def read(text: str) -> dict[str, str]:
    """Every msgid with its translation.

    Raises:
        ValueError: a line has no place in such a file, or the language has several plurals.
    """
    found: dict[str, str] = {}
    msgid = part = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number}")
        part = match[1] or part
        if match[1] == "msgid":
            msgid = ""
        if part == "msgid":
            msgid += _plain(match[2])
        elif part.startswith("msgstr"):
            found[msgid] = found.get(msgid, "") + _plain(match[2])
    if "nplurals=1;" not in found.pop("", ""):
        raise ValueError("Plural-Forms")
    return found


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda escape: _CHARACTERS.get(escape[1], escape[1]), text)
