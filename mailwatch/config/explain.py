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
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "too_short": "this list must not be empty",
    "tuple_type": "expected a list",
    "model_type": "expected keys and values, such as {name: …}",
    "model_attributes_type": "expected keys and values, such as {name: …}",
    "dict_type": "expected keys and values, such as {name: …}",
}


def explain(error: ValidationError, tree: Document) -> Iterator[Found]:
    """Every problem that pydantic found, with its place."""
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(detail["loc"])
        words = _words(detail["type"], detail.get("ctx", {}), path)
        yield Found(words.template, words.values, tree.locate(path), dotted(path))


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: ``mailboxes.0.imap.port``."""
    return ".".join(shown(step) for step in path)


def _words(kind: str, context: Mapping[str, Any], path: Sequence[str | int]) -> Words:
    reason = context.get("error")
    if isinstance(reason, Wrong):
        return reason.words
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in {"literal_error", "enum"}:
        return Words("expected one of: {words}", {"words": str(context["expected"]).replace("'", "")})
    if kind in {"greater_than_equal", "less_than_equal"}:
        return Words("expected a number from 1 to 65535")
    if kind in _SENTENCES:
        return Words(_SENTENCES[kind])
    return Words("this value cannot be used here ({kind})", {"kind": kind})


def _unknown_key(path: Sequence[str | int]) -> Words:
    key = str(path[-1])
    near = get_close_matches(key, _keys_at(path[:-1]), n=1, cutoff=0.6)
    if near:
        return Words("unknown key (did you mean {near}?)", {"near": near[0]})
    return Words("unknown key")


def _keys_at(path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that the section at ``path`` knows."""
    section: type[BaseModel] = Config
    for step in path:
        if isinstance(step, str):
            inner = section_of(section.model_fields[step].annotation)
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
