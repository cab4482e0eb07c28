"""Help, and click's own sentences, in the reader's language.

They are said before a configuration is read, so the environment decides
(LC_ALL, LC_MESSAGES, LANG), unless ``--lang`` does.
"""

from __future__ import annotations

import importlib
import logging
import os
from gettext import NullTranslations

import click
import click.core
import click.exceptions
import click.parser
import click.types

from mailwatch.errors import ENGLISH, MailwatchError, Words, counted

_log = logging.getLogger(__name__)

CLICKS = (
    Words("Show this message and exit."),
    Words("Aborted!"),
    Words("Missing command."),
    Words("Missing argument"),
    Words("Missing option"),
    Words("Error: {message}"),
    Words("Try '{command} {option}' for help."),
    Words("Invalid value for {param_hint}: {message}"),
    Words("No such option {name!r}."),
    Words("No such command {name!r}."),
    Words("Option {name!r} does not take a value."),
    Words("{value!r} is not a valid {number_type}."),
    Words("{value} is not in the range {range}."),
    Words("directory"),
    Words("{name} {filename!r} does not exist."),
    Words("{name} {filename!r} is a file."),
    Words("{name} {filename!r} is a directory."),
    Words("{name} {filename!r} is not readable."),
    counted("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
    counted("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
    counted("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1),
    counted("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
    counted(
        "{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}.", 1
    ),
)
"""What click 8 can say of our commands, and how it looks it up."""

_SPEAKERS = (click.core, click.exceptions, click.parser, click.types)


class _Voice:
    """The language that is spoken at present, and its catalogue once it is needed."""

    language = "en"
    catalogue: NullTranslations = ENGLISH


def speak(language: str) -> None:
    """Say help and click's sentences in ``language`` (ko | en) from now on."""
    if language != _Voice.language:
        _Voice.language, _Voice.catalogue = language, catalogue(language)


def say(text: str) -> str:
    """The translation of a msgid."""
    return _Voice.catalogue.gettext(text)


def _say_counted(one: str, many: str, n: int) -> str:
    return _Voice.catalogue.ngettext(one, many, n)


# click asks gettext for each of its sentences, by names that its modules have imported; gettext would look
# for a compiled file per process and language, and knows nothing of --lang. So the names are bound to us.
for _module in _SPEAKERS:
    vars(_module).update(_=say, ngettext=_say_counted)


def catalogue(language: str) -> NullTranslations:
    """The translations; English where they cannot be read, for an error must be told in any case."""
    if language == "en":
        return ENGLISH
    try:
        # Imported when it is needed: English, and whoever asks for nothing, shall not pay.
        found: NullTranslations = importlib.import_module("mailwatch.adapters.catalog").catalog(language)
    except MailwatchError as error:
        _log.warning("%s", error)
        return ENGLISH
    return found


def of_environment() -> str:
    """The language of LC_ALL, else LC_MESSAGES, else LANG: the first that is set."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ko" if value.startswith("ko") else "en"
    return "en"
