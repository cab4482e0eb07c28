"""Faults on purpose: the n-th call through any port raises, before or after it took effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class Crash(BaseException):
    """The process dies here. No ``except Exception`` may catch it."""


@dataclass
class Fuse:
    """Counts calls over all doors that share it; blows once, at call number ``at`` (from 0).

    ``after`` is true where the call still takes effect and only its answer is
    lost. ``error`` makes what is raised. ``at`` None never blows and only counts.
    ``visit`` is called with the number of each call before it is made: a person
    who uses the same mailbox meanwhile.
    """

    at: int | None = None
    after: bool = False
    error: Callable[[], BaseException] = Crash
    visit: Callable[[int], None] | None = None
    calls: list[str] = field(default_factory=list)

    def burn(self, name: str, call: Callable[[], Any]) -> Any:
        """Make the call unless the fuse blows here."""
        blows = len(self.calls) == self.at
        if self.visit is not None:
            self.visit(len(self.calls))
        self.calls.append(name)
        if blows and not self.after:
            raise self.error()
        answer = call()
        if blows:
            raise self.error()
        return answer


class Door:
    """Any port behind a fuse. Attributes in ``inner_doors`` are ports themselves (a transaction's rooms)."""

    def __init__(self, port: Any, fuse: Fuse, inner_doors: tuple[str, ...] = ()) -> None:
        self._port, self._fuse, self._inner = port, fuse, inner_doors

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if name in self._inner:
            return Door(value, self._fuse)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._fuse.burn(name, lambda: value(*args, **kwargs))

        return call


_ROOMS = ("ledger", "trees", "desk", "wishes", "plans", "quarantine", "outbox")


class StoreDoor:
    """A store behind a fuse: begin, every call within, and the commit are calls of their own."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    @contextmanager
    def writing(self) -> Iterator[Any]:
        context = self._store.writing()
        transaction = self._fuse.burn("begin", context.__enter__)
        try:
            yield Door(transaction, self._fuse, _ROOMS)
        except BaseException as error:
            if not context.__exit__(type(error), error, error.__traceback__):
                raise
            return
        self._commit(context)

    def _commit(self, context: Any) -> None:
        """A crash before the commit rolls back; one after it finds everything in place."""
        blown = Crash()
        if len(self._fuse.calls) == self._fuse.at and not self._fuse.after:
            self._fuse.calls.append("commit")
            context.__exit__(Crash, blown, None)
            raise self._fuse.error()
        self._fuse.burn("commit", lambda: context.__exit__(None, None, None))

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self._store.reading() as library:
            yield Door(library, self._fuse)
