"""Where figures are shown, through changes of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailwatch.adapters.exporter import Exporter, Figure
from mailwatch.config.metrics import Listen, MetricsConfig
from mailwatch.errors import ConfigError


class Showing:
    """``collect`` is called with each request, by a thread of its own."""

    def __init__(self, collect: Callable[[], Iterable[Figure]]) -> None:
        self._collect = collect
        self._where: Listen | None = None
        self._exporter: Exporter | None = None

    def adopt(self, config: MetricsConfig | None) -> None:
        """Listen where ``config`` says, or nowhere.

        Raises:
            ConfigError: that cannot be; figures are shown where they were.
        """
        where = config.listen if config is not None else None
        if where == self._where:
            return
        before = self._where
        if before is not None and where is not None and before[1] == where[1]:
            self._move(None)  # One port, another address: the two may shut each other out.
        try:
            self._move(where)
        except ConfigError:
            self._move(before)
            raise

    def _move(self, where: Listen | None) -> None:
        if where == self._where:
            return
        fresh = None if where is None else Exporter(*where, self._collect)
        if self._exporter is not None:
            self._exporter.close()
        self._exporter, self._where = fresh, where
        if fresh is not None:
            fresh.start()
