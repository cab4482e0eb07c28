"""Jinja2 templates: ours, and single files that the user puts in place of them.

A user's template is trusted input (it can loop), but it is run in the sandbox
all the same, and a name it misspells is an error with file and line instead of
an empty place in a digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from gettext import NullTranslations
from pathlib import Path
from typing import Any, cast

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import mailwatch
from mailwatch.adapters.timewords import filters
from mailwatch.core.digest import DigestContent
from mailwatch.core.reminders import Recipient, digest_subject
from mailwatch.errors import ConfigError, Words

PARTS = ("subject", "txt", "html")


def packaged_templates() -> Path:
    """The folder of our own templates: inside the wheel, else beside the package in a checkout.

    The package's own folder is asked first: an editable install leaves a stale
    copy in site-packages, but the package itself is loaded from the checkout.
    """
    package = Path(mailwatch.__file__).parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Templates:
    """Turns a digest's content into words. Implements ``ports.Pages``.

    ``catalog`` gives the translations of a language, ``override`` is the folder with
    the user's own files; a file that is not there is taken from ours.
    """

    def __init__(self, catalog: Callable[[str], NullTranslations], override: Path | None = None) -> None:
        self._catalog = catalog
        self._folders = ([override] if override else []) + [packaged_templates()]
        self._environments: dict[str, ImmutableSandboxedEnvironment] = {}

    def subject(self, content: DigestContent, reader: Recipient) -> str:
        """The subject line."""
        words = self._render("digest.subject.j2", content, reader, matters=digest_subject(content))
        return " ".join(words.split())

    def text(self, content: DigestContent, reader: Recipient) -> str:
        """The digest as plain text, at most 84 columns wide."""
        return self._render("digest.txt.j2", content, reader)

    def html(self, content: DigestContent, reader: Recipient) -> str:
        """The digest as HTML for a mail client."""
        return self._render("digest.html.j2", content, reader, subject=self.subject(content, reader))

    def _render(self, name: str, content: DigestContent, reader: Recipient, **more: object) -> str:
        values: Mapping[str, object] = {
            "content": content,
            "language": reader.language,
            "reader": reader.address,
            **more,
        }
        try:
            template = self._environment(reader).get_template(name)
            return template.render(values)
        except UnicodeDecodeError as error:
            raise self._broken(error, *self._not_utf8(name)) from error
        except TemplateSyntaxError as error:
            raise self._broken(error, error.filename or error.name or name, error.lineno) from error
        except (TemplateError, SecurityError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise self._broken(error, *self._where(error, name)) from error

    def _environment(self, reader: Recipient) -> ImmutableSandboxedEnvironment:
        key = f"{reader.language} {reader.zone.key}"
        if key not in self._environments:
            self._environments[key] = self._fresh_environment(reader)
        return self._environments[key]

    def _fresh_environment(self, reader: Recipient) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self._folders]),
            undefined=StrictUndefined,
            autoescape=_escaped,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        translations = self._catalog(reader.language)
        # The extension adds the method when the environment is made, so its type does not know it.
        cast(Any, environment).install_gettext_translations(translations, newstyle=True)
        environment.filters.update(filters(reader.language, reader.zone))
        return environment

    def _where(self, error: BaseException, name: str) -> tuple[str, int]:
        """File and line of the template in which ``error`` arose: the innermost of our folders' frames."""
        place = (name, 0)
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if any(Path(file).is_relative_to(folder) for folder in self._folders):
                place = (file, trace.tb_lineno)
            trace = trace.tb_next
        return place

    def _not_utf8(self, name: str) -> tuple[str, int]:
        """File and line of what is no UTF-8. The loader names neither."""
        path = next((folder / name for folder in self._folders if (folder / name).is_file()), Path(name))
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        good = text[: next((at for at, char in enumerate(text) if "\udc80" <= char <= "\udcff"), 0)]
        return str(path), good.count("\n") + 1

    def _broken(self, error: Exception, file: str, line: int) -> ConfigError:
        return ConfigError(
            "template {file}, line {line}: {error}",
            mend="mend the file, or remove it to use the built-in one; then look at it: mailwatch digest",
            file=file,
            line=line,
            error=_why(error),
        )


def _why(error: Exception) -> Words | str:
    if isinstance(error, UnicodeDecodeError):
        return Words("this is not UTF-8")
    if isinstance(error, TemplateNotFound):
        return Words("there is no template {name}", {"name": error.name or ""})
    return getattr(error, "message", None) or str(error)


def _escaped(name: str | None) -> bool:
    """Everything is escaped but what is plain text by its name; ``.html.j2`` is HTML."""
    return name is None or not name.endswith((".txt.j2", ".txt", ".subject.j2"))
