"""One run of the command: its options, its language, and the way to the house behind it."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mailwatch.cli import logs, voice
from mailwatch.errors import ConfigError, Words

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailwatch.config import Config
    from mailwatch.wiring.app import App
    from mailwatch.wiring.findings import CheckRow


_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """What the global options say; the rest is opened when a command asks for it.

    ``known`` is the configuration, once a command has read it.
    """

    option: Path | None = None
    lang: str | None = None
    verbose: int = 0
    log_file: Path | None = None
    known: Config | None = None
    _catalogue: NullTranslations | None = field(default=None, repr=False)

    def begin(self) -> None:
        """Set up what every command needs before it does anything."""
        logs.begin(self.verbose)

    # ── words ─────────────────────────────────────────────────────────────────

    @property
    def language(self) -> str:
        """``--lang``, else the configuration's (once it is read), else the environment's."""
        return self.lang or (self.known.language if self.known else voice.of_environment())

    def say(self, words: Words | str, **values: object) -> str:
        """A sentence in the reader's language."""
        if isinstance(words, str):
            words = Words(words, values)
        return words.say(self.catalogue)

    @property
    def catalogue(self) -> NullTranslations:
        """The translations into the reader's language; English needs none."""
        if self._catalogue is None:
            self._catalogue = voice.catalogue(self.language)
        return self._catalogue

    @property
    def timezone(self) -> tzinfo:
        """The configuration's time zone, once it is read."""
        return self.known.timezone if self.known else UTC

    # ── the house ─────────────────────────────────────────────────────────────

    def config(self) -> Config:
        """Read the configuration."""
        config = _opening().configuration(self.option, os.environ)
        self._adopt(config)
        return config

    def config_or_none(self) -> Config | None:
        """The configuration, or None where nobody has written or named one."""
        config = _opening().configuration_or_none(self.option, os.environ)
        if config is not None:
            self._adopt(config)
        return config

    def _adopt(self, config: Config) -> None:
        self.known = config
        self._catalogue = None
        self.log_file = config.log.file

    @contextmanager
    def app(
        self,
        *,
        stale: bool = False,
        looking: bool = False,
        reading: bool = False,
        mailboxes: bool = False,
    ) -> Iterator[App]:
        """The house, opened for one command, as the user to whom its data belongs.

        ``stale`` opens it although another version made its projections, for ``reindex``;
        ``looking`` although the journal's end cannot be read, for ``verify``;
        ``reading`` although nothing can be written there.
        ``mailboxes`` says that the command makes no sense without one.
        """
        config = self.config()
        if mailboxes and not config.mailboxes:
            raise ConfigError(
                "no mailbox is configured", mend="add one under mailboxes: see docs/configuration.md"
            )
        wiring = self._enter(config, reading=reading)
        with wiring.open_app(config, upgrade, stale=stale, looking=looking, reading=reading) as app:
            yield app

    def check(self) -> tuple[CheckRow, ...]:
        """Whether all works that must. Nothing is opened here: what cannot be opened is a row, too."""
        config = self.config()
        wiring = self._enter(config)
        rows: tuple[CheckRow, ...] = _module("mailwatch.wiring.check").check(config, wiring.utc_now, upgrade)
        return rows

    def _enter(self, config: Config, *, reading: bool = False) -> Wiring:
        # Imported while we are still who we were: the owner of the data may not be allowed to read the code.
        wiring: Wiring = _module("mailwatch.wiring.app")
        _module("mailwatch.wiring.check")
        _opening().become_owner(config.data)
        logs.to_file(config.log, reading=reading)
        return wiring


def _module(name: str) -> Any:
    """A part of the house that takes long to import, half a second in all: ``--help`` shall not pay."""
    return importlib.import_module(name)


def upgrade(engine: Engine) -> None:
    """Bring a database up to this version; only then is alembic imported."""
    _module("mailwatch.wiring.migration").upgrade(engine)


def _opening() -> Opening:
    opening: Opening = _module("mailwatch.cli.opening")
    return opening


class Wiring(Protocol):
    """``mailwatch.wiring.app`` as it is used here."""

    utc_now: Callable[[], datetime]

    def open_app(
        self, config: Config, upgrade: Callable[[Engine], None], *, stale: bool, looking: bool, reading: bool
    ) -> AbstractContextManager[App]:
        """See there."""
        ...


class Opening(Protocol):
    """``mailwatch.cli.opening`` as it is used here."""

    def configuration(self, option: Path | None, env: Mapping[str, str]) -> Config:
        """See there."""
        ...

    def configuration_or_none(self, option: Path | None, env: Mapping[str, str]) -> Config | None:
        """See there."""
        ...

    def become_owner(self, data: Path) -> None:
        """See ``mailwatch.cli.identity``."""
        ...
