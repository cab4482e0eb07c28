"""The one place where errors become words and exit codes."""

from __future__ import annotations

import errno
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click

from mailwatch.cli.session import Session
from mailwatch.cli.terminal import safe
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words

_log = logging.getLogger("mailwatch.cli")


class ExitCode(IntEnum):
    """What the command tells the shell. 70 and 75 are those of sysexits.h."""

    DONE = 0
    PROBLEM = 1
    MEND = 2
    INCOMPLETE = 4
    DEFECT = 70
    TRY_LATER = 75
    INTERRUPTED = 130
    BROKEN_PIPE = 141


@contextmanager
def told(session: Session) -> Iterator[None]:
    """Run what is inside; tell what it raises on standard error and end with the right code."""
    try:
        yield
        sys.stdout.flush()
    except (click.exceptions.Exit, click.ClickException):
        raise
    except BaseException as error:  # noqa: BLE001 - the last stop: everything is told here and nothing swallowed
        code = _tell(session, error)
        raise click.exceptions.Exit(code) from None


def _tell(session: Session, error: BaseException) -> int:
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return _reader_left()
    if isinstance(error, MailwatchError):
        return tell_error(session, error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        full = TemporaryError("the disk is full", mend="make room; nothing was lost, the next run goes on")
        return tell_error(session, full)
    if isinstance(error, ImportError):
        return tell_error(session, _broken_install(error))
    if isinstance(error, SystemExit):
        raise error
    return _defect(session, error)


def _broken_install(error: ImportError) -> ConfigError:
    return ConfigError(
        "a part of mailwatch is missing, or cannot be loaded: {package}",
        mend="install it again: sudo make install, or pip install --force-reinstall mailwatchd",
        package=(error.name or "").partition(".")[0] or str(error),
    )


def tell_error(session: Session, error: MailwatchError) -> int:
    """Print an error, all its problems and what to do about it; the exit code it stands for."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    _line(session.say("mailwatch: {error}", error=error.message))
    for problem in problems:
        _line(f"  {session.say(problem)}")
    if error.mend.template:
        _line(f"  → {session.say(error.mend)}")
    if session.verbose > 1:
        _traceback(error)
    return code_of(error)


def code_of(error: MailwatchError) -> ExitCode:
    """The exit code that an error stands for."""
    if isinstance(error, ConfigError):
        return ExitCode.MEND
    return ExitCode.TRY_LATER if isinstance(error, TemporaryError) else ExitCode.PROBLEM


def _defect(session: Session, error: BaseException) -> ExitCode:
    kind = type(error).__name__
    _line(session.say("mailwatch: an error of mailwatch itself: {kind}", kind=kind))
    # The text of an unforeseen exception may hold anything, so it is shown only to someone who asks.
    _log.critical("unforeseen %s", kind, exc_info=error, extra={"file_only": True})
    if session.verbose:
        _traceback(error)
    else:
        hint = Words("run the same again with mailwatch -v to see where it happened, and report it")
        _line(f"  → {session.say(hint)}")
    return ExitCode.DEFECT


def _traceback(error: BaseException) -> None:
    for line in "".join(traceback.format_exception(error)).splitlines():
        _line(line)


def _line(text: str) -> None:
    click.echo(safe(text), err=True)


def _reader_left() -> ExitCode:
    # Whoever read us (head, a pager) is gone. Python would complain once more when it flushes at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.BROKEN_PIPE
