"""YAML 1.2 with the place of every value, read without recursion and within bounds.

PyYAML's own resolver speaks YAML 1.1, where 18:00 is 1080, NO is false and 0777
is 511. Here the core schema of YAML 1.2 holds (section 10.3.2 of that standard),
and a number that starts with 0 stays text: telephone numbers and file modes do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from mailwatch.config.yaml_words import explained
from mailwatch.errors import ConfigError, Words

MAX_BYTES = 1024 * 1024
_MAX_NODES = 100_000
_MAX_DEPTH = 40

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_OCT_HEX = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,30}|(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?"
)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# A password may stand where these are told, so none of them repeats what is written there.
_TAG = "a word that begins with ! is a tag, which is not read here; put a text into quotes"
_ALIAS = (
    "a word that begins with * repeats a value marked with & above, and there is none; put a text into quotes"
)
_STR_TAGS = {"!", "tag:yaml.org,2002:str"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; line and column count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value and where it stands. ``keys`` holds the place of each key of a mapping."""

    value: Any
    mark: Mark
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Mark] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True, slots=True)
class Found(Words):
    """A problem and its place. The place is no part of the sentence that is translated."""

    mark: Mark = Mark(1, 1)
    path: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file: its value as plain Python, the tree of places, and what is wrong in its form."""

    root: Node
    found: tuple[Found, ...]

    def value(self, path: Sequence[str | int]) -> Any:
        """What stands at ``path``; None where nothing does."""
        node: Node | None = self.root
        for step in path:
            node = node.children.get(step) if node is not None else None
        return node.value if node is not None else None

    def locate(self, path: Sequence[str | int]) -> Mark:
        """Where ``path`` stands: its key, or where it is missing the mapping that lacks it."""
        node, mark = self.root, self.root.mark
        for step in path:
            if step in node.keys:
                mark = node.keys[step]
            elif step in node.children:
                mark = node.children[step].mark
            if step not in node.children:
                return mark
            node = node.children[step]
        return mark


def read(text: str) -> Document:
    """Read one YAML document.

    Raises:
        ConfigError: it is no YAML, or breaks a bound; ``problems`` holds one ``Found``.
    """
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        words, mark = explained(error, text)
        raise _broken(words.template, _mark(mark), **words.values) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _broken("a character that YAML does not allow", Mark(line, 1)) from None


def _broken(template: str, mark: Mark, **values: object) -> ConfigError:
    return ConfigError("this is not YAML", problems=(Found(template, values, mark),))


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is not finished yet. ``key`` waits for its value."""

    node: Node
    anchor: str | None
    key: str | None = None


class _Builder:
    """Builds the tree from parser events with a stack of its own."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.found: list[Found] = []

    def build(self, text: str) -> Document:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            self._take(event, _mark(event.start_mark))
        return Document(self.root or Node(None, Mark(1, 1)), tuple(self.found))

    def _take(self, event: yaml.Event, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._alias(event, mark)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, mark)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise _broken("the file holds more than one YAML document", mark)

    @property
    def _key_is_due(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def _alias(self, event: yaml.AliasEvent, mark: Mark) -> None:
        # An anchor is known once its value is finished, so no value can hold itself.
        node = self.anchors.get(event.anchor or "")
        if node is None:
            raise _broken(_ALIAS, mark)
        if self._key_is_due:
            raise _broken("a key must be a word", mark)
        self._place(node, mark)

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        if event.tag is not None and event.tag not in _STR_TAGS:
            raise _broken(_TAG, mark)
        if self._key_is_due:
            self._key(event.value, mark)
            return
        node = Node(plain(event.value) if event.implicit[0] else event.value, mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        self._place(node, mark)

    def _key(self, key: str, mark: Mark) -> None:
        top = self.stack[-1]
        first = top.node.keys.setdefault(key, mark)
        if first is not mark:
            values = {"key": shown(key), "line": first.line}
            template = "the key {key} stands here for the second time (first on line {line})"
            self.found.append(Found(template, values, mark))
        top.key = key

    def _begin(self, event: yaml.CollectionStartEvent, mark: Mark) -> None:
        if event.tag is not None:
            raise _broken(_TAG, mark)
        if self._key_is_due:
            raise _broken("a key must be a word", mark)
        if len(self.stack) >= _MAX_DEPTH:
            raise _broken("values are nested more than {depth} deep", mark, depth=_MAX_DEPTH)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(Node(value, mark), event.anchor))

    def _end(self) -> None:
        done = self.stack.pop()
        if done.anchor is not None:
            self.anchors[done.anchor] = done.node
        self._place(done.node, done.node.mark)

    def _place(self, node: Node, mark: Mark) -> None:
        """Put a finished value where it belongs: under the waiting key, at the list's end, or as the root."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        step: str | int
        if top.key is not None:
            step, top.key = top.key, None
            top.node.value[step] = node.value
        else:
            step = len(top.node.value)
            top.node.value.append(node.value)
            top.node.keys[step] = mark
        top.node.children[step] = node
        # An alias counts as often as it is used: a few lines could else stand for billions of values.
        top.node.size += node.size
        if top.node.size > _MAX_NODES:
            raise _broken("the file holds more than {count} values", mark, count=_MAX_NODES)


_KEY = re.compile(r"[\w-]{0,40}")


def shown(step: str | int) -> str:
    """A key as it is told. ``{password:x}`` without a blank is one long key: what follows is left out."""
    text = str(step)
    key = _KEY.match(text)
    return text if key is None or key[0] == text else f"{key[0]}…"


def plain(text: str) -> Any:
    """What an unquoted word means in the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OCT_HEX.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text
