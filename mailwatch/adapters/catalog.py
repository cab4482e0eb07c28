"""The catalogues of translations, read from ``mailwatch/locale/<language>.po`` as they stand.

The English sentence is the msgid. A .po file is what translators edit; it is
compiled in memory, so that no compiled file can be stale.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from mailwatch.errors import ConfigError, Words

LANGUAGES = ("ko", "en")


@cache
def catalog(language: str) -> NullTranslations:
    """The translations into ``language``; English answers with the msgid itself.

    Raises:
        ConfigError: there is no such language.
    """
    if language == "en":
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalog(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def read_catalog(language: str) -> Catalog:
    """The .po file of ``language``, parsed.

    Raises:
        ConfigError: there is no such language, or its file cannot be read.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "the language {language} is not known; known are {languages}",
            language=language,
            languages=", ".join(LANGUAGES),
        )
    source = files("mailwatch") / "locale" / f"{language}.po"
    try:
        return read_po(io.BytesIO(source.read_bytes()), locale=language, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
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


def texts(language: str) -> Mapping[str, str]:
    """Every msgid of ``language`` with its translation; of plurals the first form."""
    found: dict[str, str] = {}
    for message in read_catalog(language):
        msgid = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        text = message.string[0] if isinstance(message.string, (list, tuple)) else message.string
        if msgid:
            found[str(msgid)] = str(text)
    return found
