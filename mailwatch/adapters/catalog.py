"""The catalogues of translations, read from ``mailwatch/locale/<language>.po`` as they stand.

The English sentence is the msgid. A .po file is what translators edit; it is
read as it is, so that no compiled file can be stale.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from pathlib import Path
from string import Formatter

import mailwatch
from mailwatch.adapters import po
from mailwatch.errors import ConfigError, Words

LANGUAGES = ("ko", "en")
LOCALE = Path(mailwatch.__file__).parent / "locale"


@cache
def catalog(language: str) -> NullTranslations:
    """The translations into ``language``; English answers with the msgid itself.

    Raises:
        ConfigError: there is no such language, or its file cannot be read.
    """
    return NullTranslations() if language == "en" else po.Translations(texts(language))


def texts(language: str, folder: Path = LOCALE) -> dict[str, str]:
    """Every msgid of ``language`` with its translation; a plural under its singular.

    Raises:
        ConfigError: there is no such language, or its file cannot be read.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "the language {language} is not known; known are {languages}",
            language=language,
            languages=", ".join(LANGUAGES),
        )
    try:
        return po.read((folder / f"{language}.po").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            "the translations for {language} cannot be read: {error}",
            mend="install mailwatch again",
            language=language,
            error=error,
        ) from error


def say(words: Words, language: str) -> str:
    """``words`` in ``language``, with the particles of Korean left to the translators."""
    return words.say(catalog(language))


def placeholders(sentence: str) -> frozenset[str]:
    """The names that ``sentence`` has filled in, in either style: ``{name}`` and ``%(name)s``."""
    percent: dict[str, str] = _Names()
    try:
        _ = sentence % percent
    except (TypeError, ValueError):
        percent = {}
    try:
        braces = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError:
        braces = set()
    return frozenset(percent) | frozenset(braces)


class _Names(dict[str, str]):
    """Remembers which keys it was asked for."""

    def __missing__(self, key: str) -> str:
        self[key] = ""
        return ""
