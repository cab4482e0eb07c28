"""What every log line of this thread says besides: the mailbox, and the poll that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

_NOTHING: Mapping[str, object] = MappingProxyType({})
_bound: ContextVar[Mapping[str, object]] = ContextVar("log", default=_NOTHING)


def bind(**values: object) -> None:
    """Let each line of this thread say ``values`` from now on, and nothing that was bound before."""
    _bound.set(values)


def bound() -> Mapping[str, object]:
    """What is bound in this thread."""
    return _bound.get()
