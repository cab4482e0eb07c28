"""Entries to JSON objects and back. The dataclasses in ``entries`` are the schema.

A field's name is the key. None is left out, an enumerated word stands as its
value, a time as RFC 3339 in UTC with milliseconds, free text as its commitment.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Protocol, TypeVar

from mailwatch.core.canonical import Malformed, parse_rfc3339, rfc3339
from mailwatch.core.entries import Entry, Text
from mailwatch.core.place import Place


class Commit(Protocol):
    """Commits to a text."""

    def __call__(self, value: str | bytes, *, shared: bool = False) -> str:
        """The commitment; ``shared`` where the same text may have one commitment within a transaction."""
        ...


Lookup = Callable[[str], str | bytes | None]
"""The text behind a commitment, or None where it was erased."""

T = TypeVar("T")

TYPES: Mapping[str, type[Entry]] = {cls.TYPE: cls for cls in typing.get_args(Entry)}


def encode(entry: Entry, commit: Commit) -> dict[str, object]:
    """The body of ``entry`` with its ``type``."""
    return {"type": entry.TYPE, **_members(entry, commit)}


def to_object(value: object) -> dict[str, object]:
    """A value without texts (a ``Filing``, a ``Mention``) as a JSON object."""
    return _members(value, _no_texts)


def from_object(cls: type[T], value: object) -> T:
    """The reverse of ``to_object``; ``Malformed`` or ValueError for anything else."""
    return typing.cast(T, _object(cls, value, _nothing))


def _no_texts(value: str | bytes, *, shared: bool = False) -> str:
    raise TypeError(f"a text where none belongs ({len(value)}, {shared})")


def _nothing(_commit: str) -> None:
    return None


def _members(value: typing.Any, commit: Commit) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in _names(value.__class__):
        member = getattr(value, name)
        if member is not None:
            found[name] = _plain(member, commit)
    if isinstance(value, Place) and value.folder is not None:
        # One folder holds thousands of mails; its name is committed to once a transaction.
        found["folder"] = commit(value.folder, shared=True)
    return found


def _plain(value: object, commit: Commit) -> object:
    if type(value) in _ATOMS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item, commit) for item in value]
    if isinstance(value, Text):
        return commit(value.value)
    if isinstance(value, datetime):
        return rfc3339(value)
    return _members(value, commit)


_ATOMS = frozenset({str, int, bool})


@cache
def _names(cls: typing.Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(cls))


def decode(body: Mapping[str, object], lookup: Lookup) -> Entry | None:
    """The entry that ``body`` holds, or None where its type is unknown to this version.

    An erased text reads as the empty text. Keys that this version does not know
    are passed over: they were added later.

    Raises:
        ValueError: a key is missing or holds the wrong kind of value.
    """
    cls = TYPES.get(str(body.get("type")))
    if cls is None:
        return None
    return typing.cast(Entry, _object(cls, body, lookup))


def _object(cls: type, value: object, lookup: Lookup) -> object:
    if not isinstance(value, Mapping):
        raise Malformed(f"{cls.__name__} is no object")
    found = {name: _typed(hint, value[name], lookup) for name, hint in _hints(cls).items() if name in value}
    if cls is Place and "folder" in found:
        found["folder"] = _folder(str(found["folder"]), lookup)
    for field in dataclasses.fields(cls):
        if field.name not in found and field.default is dataclasses.MISSING:
            if not _optional(_hints(cls)[field.name]):
                raise Malformed(f"{cls.__name__} lacks {field.name}")
            found[field.name] = None
    made: object = cls(**found)
    return made


def _folder(commit: str, lookup: Lookup) -> str:
    name = lookup(commit)
    if name is None:
        return ""
    return name if isinstance(name, str) else name.decode("utf-8", "surrogatepass")


def _typed(hint: typing.Any, value: object, lookup: Lookup) -> object:
    if isinstance(hint, types.UnionType):
        hint = next(arm for arm in typing.get_args(hint) if arm is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_typed(inner, item, lookup) for item in _list(value))
    if hint is Text:
        return _text(_word(value), lookup)
    if hint is datetime:
        return parse_rfc3339(_word(value))
    if issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _object(hint, value, lookup)
    if type(value) is not hint:
        raise Malformed(f"{value!r} is no {hint.__name__}")
    return value


def _text(commit: str, lookup: Lookup) -> Text:
    found = lookup(commit)
    return Text("" if found is None else found)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Malformed(f"{value!r} is no list")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{value!r} is no text")
    return value


def _optional(hint: object) -> bool:
    return types.NoneType in typing.get_args(hint)


@cache
def _hints(cls: type) -> Mapping[str, typing.Any]:
    known = typing.get_type_hints(cls)
    return {name: known[name] for name in _names(cls)}
