"""Where log lines go, and which never do."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from mailwatch.cli.terminal import safe
from mailwatch.errors import ConfigError

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_PRIORITY = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}


class _Line(logging.Formatter):
    """One record, one line: what strangers wrote cannot forge another one."""

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = super().format(record).split("\nTraceback ", 1)
        return safe(first) + "".join(f"\nTraceback {text}" for text in rest)


class _Journal(_Line):
    """The same with the priority in front, as sd-daemon(3) has it for services."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITY.get(record.levelname, 5)}>{super().format(record)}"


def begin(verbose: int) -> None:
    """Log to standard error: warnings, with -v what is done, with -vv everything of our own.

    Other people's loggers stay at warnings for good: imapclient's at DEBUG
    writes whole messages, SQLAlchemy's writes every value.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Journal("%(name)s: %(message)s") if _in_journal() else _Line("%(levelname)s: %(message)s")
    )
    handler.setLevel(_LEVELS[min(verbose, 2)])
    handler.addFilter(lambda record: not hasattr(record, "file_only"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("mailwatch").setLevel(_LEVELS[min(verbose, 2)])
    for name in ("imapclient", "imapclient.imaplib", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.WARNING)


def serve(level: str, verbose: int) -> None:
    """Log as a service does: from ``level`` on, or lower with -v, one event a line, with the time.

    The journal writes the time itself.
    """
    lowest = min(logging.getLevelNamesMapping()[level.upper()], _LEVELS[min(verbose, 2)])
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, _Journal):
            handler.setFormatter(
                _Line("time=%(asctime)s level=%(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
            )
        handler.setLevel(lowest)
    logging.getLogger("mailwatch").setLevel(lowest)


def to_file(path: Path | None, level: str) -> None:
    """Log into a file as well, from ``level`` on.

    Raises:
        ConfigError: the file cannot be written.
    """
    if path is None:
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(
            "the log {path} cannot be written: {reason}", path=path, reason=error.strerror or error
        ) from None
    handler = logging.StreamHandler(os.fdopen(descriptor, "a", encoding="utf-8"))
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(level.upper())
    logging.getLogger().addHandler(handler)
    house = logging.getLogger("mailwatch")
    house.setLevel(min(house.level, handler.level))


def _in_journal() -> bool:
    """Whether standard error is the journal's (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
