"""Where log lines go, and which never do."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING

from mailwatch.adapters.logcontext import bound
from mailwatch.cli.terminal import safe
from mailwatch.core.logline import as_json, keyvalue
from mailwatch.errors import ConfigError

if TYPE_CHECKING:
    # A type only; ``mailwatch --help`` need not wait for it.
    from mailwatch.config.log import LogConfig

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_PRIORITY = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}
_WRITERS: dict[str, Callable[[Mapping[str, object]], str]] = {"keyvalue": keyvalue, "json": as_json}


class _Line(logging.Formatter):
    """One record, one line: what strangers wrote cannot forge another one."""

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = super().format(record).split("\nTraceback ", 1)
        return safe(first) + "".join(f"\nTraceback {text}" for text in rest)


class _Event(logging.Formatter):
    """One record, one line, a traceback included; see ``core.logline``.

    ``dated`` puts time and level in front. In the journal, which has both, the
    line begins with the priority instead, as sd-daemon(3) has it for services.
    """

    def __init__(self, form: str, *, dated: bool, journal: bool) -> None:
        super().__init__()
        self._write = _WRITERS[form]
        self._dated = dated or form == "json"
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        body = self._body(record)
        line = self._write({**self._head(record), "event": body["event"], **bound(), **body})
        return f"<{_PRIORITY.get(record.levelname, 5)}>{line}" if self._journal else line

    def _head(self, record: logging.LogRecord) -> dict[str, object]:
        if not self._dated:
            return {}
        moment = datetime.fromtimestamp(record.created, UTC)
        return {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "level": record.levelname}

    def _body(self, record: logging.LogRecord) -> dict[str, object]:
        """An event of the daemon has its own keys; what else is said becomes the event ``log``."""
        pairs = getattr(record, "pairs", None)
        said = pairs or {"event": "log", "logger": record.name, "what": record.getMessage()}
        return {**said, "traceback": self.formatException(record.exc_info)} if record.exc_info else said


class _PrivateFile(WatchedFileHandler):
    """Appends to a file of our own; where it was moved away (logrotate), a new one is made."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8", errors="backslashreplace")


def begin(verbose: int) -> None:
    """Log to standard error: warnings, with -v what is done, with -vv everything of our own.

    Other people's loggers stay at warnings for good: imapclient's at DEBUG
    writes whole messages, SQLAlchemy's writes every value.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_for_stderr("keyvalue") if _in_journal() else _Line("%(levelname)s: %(message)s"))
    handler.setLevel(_LEVELS[min(verbose, 2)])
    handler.addFilter(lambda record: not hasattr(record, "file_only"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("mailwatch").setLevel(_LEVELS[min(verbose, 2)])
    for name in ("imapclient", "imapclient.imaplib", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.WARNING)


def serve(config: LogConfig, verbose: int) -> None:
    """Log as a service does, or, called again, by another configuration.

    From ``level`` on, or lower with -v; one event a line.

    Raises:
        ConfigError: the file cannot be written; all stays as it was.
    """
    own = _file(config) if config.file is not None else None
    lowest = min(_level(config), _LEVELS[min(verbose, 2)])
    for handler in tuple(logging.getLogger().handlers):
        if isinstance(handler, _PrivateFile):
            logging.getLogger().removeHandler(handler)
            handler.close()
        else:
            handler.setFormatter(_for_stderr(config.format))
            handler.setLevel(lowest)
    if own is not None:
        logging.getLogger().addHandler(own)
    logging.getLogger("mailwatch").setLevel(min(lowest, _level(config)))


def to_file(config: LogConfig, *, reading: bool = False) -> None:
    """Log into the configured file as well, where there is one.

    Who is ``reading`` a disk that is read-only is told so, and not kept from it by a log on that disk.

    Raises:
        ConfigError: the file cannot be written.
    """
    if config.file is not None:
        try:
            logging.getLogger().addHandler(_file(config))
        except ConfigError as error:
            if not reading or getattr(error.__cause__, "errno", None) != errno.EROFS:
                raise
            logging.getLogger(__name__).warning("%s", error)
        house = logging.getLogger("mailwatch")
        house.setLevel(min(house.level, _level(config)))


def _file(config: LogConfig) -> _PrivateFile:
    assert config.file is not None
    try:
        handler = _PrivateFile(config.file)
    except OSError as error:
        raise ConfigError(
            "the log {path} cannot be written: {reason}",
            mend="make its folder, let the user that runs mailwatch write there, or correct log",
            path=config.file,
            reason=error.strerror or error,
        ) from error
    handler.setFormatter(_Event(config.format, dated=True, journal=False))
    handler.setLevel(_level(config))
    return handler


def _for_stderr(form: str) -> _Event:
    journal = _in_journal()
    return _Event(form, dated=not journal, journal=journal)


def _level(config: LogConfig) -> int:
    return logging.getLevelNamesMapping()[config.level.upper()]


def _in_journal() -> bool:
    """Whether standard error is the journal's (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
