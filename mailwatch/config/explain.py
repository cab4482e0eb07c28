"""What pydantic found, in words for a person; values are never repeated unless they are harmless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mailwatch.config.document import Document, Found, shown
from mailwatch.config.model import Config
from mailwatch.config.values import Wrong
from mailwatch.errors import Words

_SENTENCES = {
    "missing": "this key is missing",
    "string_type": "expected a text; put a number into quotes",
    "string_too_short": "this must not be empty",
    "string_too_long": "this text is too long",
    "int_type": "expected a whole number, without quotes",
    "bool_type": "expected true or false",
    "too_short": "this list must not be empty",
    "tuple_type": "expected a list",
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type"), "expected keys and values, such as {example}"
    ),
}

_MEANT = {
    **dict.fromkeys(("ssl", "tls", "ssl/tls", "true"), "implicit"),
    **dict.fromkeys(("kr", "korean", "한국어"), "ko"),
    **dict.fromkeys(("english", "us"), "en"),
    **dict.fromkeys(("email", "mail"), "smtp"),
    **dict.fromkeys(("false", "no"), "off"),
    "all": "everything",
    "verbose": "debug",
    "warn": "warning",
}
"""What people write where one of a few words belongs, and which of them they mean."""


def explain(error: ValidationError, tree: Document) -> Iterator[Found]:
    """Every problem that pydantic found, with its place."""
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(detail["loc"])
        words = _words(detail["type"], detail.get("ctx", {}), path, tree.value(path))
        yield Found(words.template, words.values, tree.locate(path), dotted(path))


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: ``mailboxes.0.imap.port``."""
    return ".".join(shown(step) for step in path)


def _words(kind: str, context: Mapping[str, Any], path: Sequence[str | int], value: object) -> Words:
    reason = context.get("error")
    if isinstance(reason, Wrong):
        return reason.words
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in {"literal_error", "enum"}:
        return _one_of(str(context["expected"]).replace("'", ""), value)
    if kind in {"greater_than_equal", "less_than_equal"}:
        return Words("expected a number from 1 to 65535")
    if kind in _SENTENCES:
        return Words(_SENTENCES[kind], {"example": f"{{{next(iter(_keys_at(path)), 'name')}: …}}"})
    return Words("this value cannot be used here ({kind})", {"kind": kind})


def _one_of(words: str, value: object) -> Words:
    """The few words that may stand there, and the one that was meant; what was written is not repeated."""
    written = str(value).lower() if isinstance(value, str | bool) else ""
    known = words.replace(" or ", ", ").split(", ")
    meant = [m for m in (_MEANT.get(written),) if m in known] or get_close_matches(written, known, n=1)
    if meant:
        return Words("expected one of: {words} (did you mean {near}?)", {"words": words, "near": meant[0]})
    return Words("expected one of: {words}", {"words": words})


def _unknown_key(path: Sequence[str | int]) -> Words:
    key = str(path[-1])
    near = get_close_matches(key, _keys_at(path[:-1]), n=1, cutoff=0.6)
    elsewhere = () if near and near[0].lower() == key.lower() else tuple(_homes(key))
    if elsewhere:
        return Words("this key does not stand here, but as {places}", {"places": ", ".join(elsewhere)})
    if near:
        return Words("unknown key (did you mean {near}?)", {"near": near[0]})
    return Words("unknown key")


def _homes(key: str, section: type[BaseModel] = Config, above: str = "") -> Iterator[str]:
    """Where a key stands that somebody has put one section too high or too low."""
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if name == key:
            yield f"{above}{name}"
        if inner is not None:
            yield from _homes(key, inner, f"{above}{name}.")


def _keys_at(path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that the section at ``path`` knows."""
    section: type[BaseModel] = Config
    for step in path:
        if isinstance(step, str):
            field = section.model_fields.get(step)
            inner = None if field is None else section_of(field.annotation)
            if inner is None:
                return ()
            section = inner
    return tuple(section.model_fields)


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The section inside an annotation such as ``tuple[MailboxConfig, ...] | None``."""
    waiting = [annotation]
    while waiting:
        candidate = waiting.pop()
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
        waiting.extend(get_args(candidate))
    return None
