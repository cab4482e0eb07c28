"""From a file to one frozen ``Config``, or one error that lists every problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path

from pydantic import ValidationError

from mailwatch.config import document
from mailwatch.config.consistency import contradictions
from mailwatch.config.document import Document, Found
from mailwatch.config.explain import explain
from mailwatch.config.model import Config
from mailwatch.errors import ENGLISH, ConfigError, Words, counted


@dataclass(frozen=True, slots=True)
class Located(Words):
    """A problem and, in front of its sentence, the place."""

    place: str = ""

    def say(self, language: NullTranslations = ENGLISH) -> str:
        """``file:line:column: key: what is wrong``."""
        # Zero-argument super() does not work in a class with slots made by a decorator (Python 3.11).
        return f"{self.place}: {Words.say(self, language)}"

    def __str__(self) -> str:
        return self.say()


def load(path: Path) -> Config:
    """Read the configuration.

    Raises:
        ConfigError: it cannot be read or is wrong. ``problems`` lists everything, each
            with ``file:line:column`` and the dotted path of the key.
    """
    text = _text(path)
    try:
        tree = document.read(text)
    except ConfigError as error:
        raise _failed(path, [f for f in error.problems if isinstance(f, Found)]) from None
    return _validated(path, tree)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(document.MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            "the configuration {path} cannot be read: {reason}",
            mend=_mend(error),
            path=path,
            reason=error.strerror or error,
        ) from None
    if len(raw) > document.MAX_BYTES:
        raise ConfigError(
            "the configuration {path} is larger than 1 MiB",
            mend="this is hardly a configuration; name another file: mailwatch --config FILE",
            path=path,
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "the configuration {path} is not UTF-8 (line {line})",
            mend="save the file as UTF-8 in your editor",
            path=path,
            line=line,
        ) from None


def _mend(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "give the user that runs mailwatch the right to read it, or run: sudo mailwatch …"
    return "write one (docs/configuration.md shows the smallest) or name it: mailwatch --config FILE"


def _validated(path: Path, tree: Document) -> Config:
    if not isinstance(tree.root.value, dict):
        raise _failed(
            path, [*tree.found, Found("the file must hold keys and values, such as data: /var/lib/mailwatch")]
        )
    try:
        config = Config.model_validate(tree.root.value, context={"base": path.absolute().parent})
    except ValidationError as error:
        # The chain is cut: pydantic's error holds the values, and one of them may be a secret.
        found = [*tree.found, *explain(error, tree)]
    else:
        found = [*tree.found, *contradictions(config, tree)]
        if not found:
            return config
    raise _failed(path, found)


def _failed(path: Path, found: Iterable[Found]) -> ConfigError:
    ordered = sorted(found, key=lambda f: (f.mark.line, f.mark.column, f.path))
    problems = [_located(path, problem) for problem in ordered]
    return ConfigError(
        "the configuration {path} cannot be used ({found})",
        mend="mend these lines, then run: mailwatch check",
        problems=problems,
        path=path,
        found=counted("{n} problem", "{n} problems", len(problems)),
    )


def _located(path: Path, problem: Found) -> Words:
    place = f"{path}:{problem.mark.line}:{problem.mark.column}"
    return Located(problem.template, problem.values, f"{place}: {problem.path}" if problem.path else place)
