"""Column types: how our values lie in a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator

from mailwatch.core.canonical import from_milliseconds, milliseconds


class Moment(TypeDecorator[datetime]):
    """An aware datetime as whole milliseconds since 1970: sorts, compares and has no zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy passes it
        """To milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """From milliseconds, in UTC."""
        return None if value is None else from_milliseconds(value)


class Strings(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy passes it
        """To JSON. Lone surrogates stay escaped: a header may hold anything."""
        if value is None:
            return None
        return json.dumps(list(value)) if value else "[]"

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002 - SQLAlchemy passes it
        """From JSON."""
        if value is None:
            return None
        return () if value == "[]" else tuple(json.loads(value))


class Free(TypeDecorator[str]):
    """Text that a stranger wrote. What no database takes is replaced: lone surrogates and NUL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The text, fit for UTF-8."""
        if value is None or value.isascii():
            return value if value is None or "\0" not in value else value.replace("\0", "\ufffd")
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
