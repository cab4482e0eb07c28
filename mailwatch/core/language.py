"""The language that a text is written in, as far as support plans ask: by its script alone."""

from __future__ import annotations

import re

from mailwatch.core.message import Message

ENOUGH = 12
"""Letters. Fewer are a greeting or a name, and tell nothing."""

_READ = 4_000
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_SHARE = 10
"""One letter in ten: product names, signatures and error texts are in English in every language."""


def language_of(message: Message) -> str | None:
    """``ko``, ``ja``, ``zh`` or ``en``, by what its writer wrote; None where that is too little."""
    own = "\n".join(segment.text for segment in message.segments if not segment.quoted)
    return language(own[:_READ])


def language(text: str) -> str | None:
    """The language of ``text``; Latin letters alone count as English, the one that plans speak of."""
    hangul, kana, han, latin = (len(script.findall(text)) for script in (_HANGUL, _KANA, _HAN, _LATIN))
    letters = hangul + kana + han + latin
    if letters < ENOUGH:
        return None
    if hangul * _SHARE >= letters:
        return "ko"
    if kana * _SHARE >= letters:
        return "ja"
    return "zh" if han * _SHARE >= letters else "en"
