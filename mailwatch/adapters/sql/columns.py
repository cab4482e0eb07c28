"""Column types: how our values lie in a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

from mailwatch.core.canonical import from_milliseconds, milliseconds

BIG = BigInteger().with_variant(Integer, "sqlite")
"""64 bits wide; SQLite counts rows up by itself only where the type says INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime as whole milliseconds since 1970: sorts, compares and has no zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """To milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """From milliseconds, in UTC."""
        return None if value is None else from_milliseconds(value)


class Strings(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Dialect) -> str | None:
        """To JSON. Lone surrogates stay escaped: a header may hold anything."""
        if value is None:
            return None
        return json.dumps(list(value)) if value else "[]"

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        """From JSON."""
        if value is None:
            return None
        return () if value == "[]" else tuple(json.loads(value))


LONGEST_KEY = 600
"""Code points. PostgreSQL's B-trees take 2,704 bytes, and a stranger decides how long a Message-ID is."""


class Key(TypeDecorator[str]):
    """Text that a stranger wrote and that rows are found by. A longer one stands for itself by its hash."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text, fit for UTF-8 and for an index."""
        if value is None:
            return None
        clean = fit(value)
        if len(clean) <= LONGEST_KEY:
            return clean
        return f"{clean[:100]}#{hashlib.sha256(clean.encode()).hexdigest()}"


class Free(TypeDecorator[str]):
    """Text that a stranger wrote. What no database takes is replaced: lone surrogates and NUL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text, fit for UTF-8."""
        return None if value is None else fit(value)


def fit(value: str) -> str:
    """``value`` without what no database takes."""
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value.replace("\0", "\ufffd") if "\0" in value else value
