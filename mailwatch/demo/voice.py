"""The demo's sentences, said in the language of whoever watches it."""

from __future__ import annotations

from typing import Protocol

from mailwatch.adapters import catalog
from mailwatch.errors import Words


class Say(Protocol):
    """Says a sentence, or the msgid of one with its values."""

    def __call__(self, words: Words | str, **values: object) -> str:
        """The sentence in one language."""
        ...


def voice(language: str) -> Say:
    """A voice that speaks ``language`` (ko | en)."""

    def say(words: Words | str, **values: object) -> str:
        sentence = words if isinstance(words, Words) else Words(words, values)
        return catalog.say(sentence, language)

    return say
