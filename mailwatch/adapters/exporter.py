"""Figures for Prometheus over HTTP: one thread, one request at a time, one page.

The library is imported when figures are asked for, so that nobody else pays for it.
"""

from __future__ import annotations

import importlib
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from mailwatch.core.logline import ODD
from mailwatch.errors import ConfigError, MailwatchError

_log = logging.getLogger(__name__)

_NOT_FOUND = "404 Not Found"
PATH = "/metrics"
REQUEST_LIMIT = 10.0
"""Seconds for one request: whoever connects and says nothing keeps the next one waiting no longer."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric. ``samples`` hold a value for each tuple of values of ``labels``."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    samples: Sequence[tuple[tuple[str, ...], float]] = ()
    counter: bool = False


class Exporter:
    """Listens from ``__init__`` on and answers from ``start`` to ``close``; ``collect`` is asked each time.

    Raises:
        ConfigError: the port is taken, or the address is not ours.
    """

    def __init__(self, host: str, port: int, collect: Callable[[], Iterable[Figure]]) -> None:
        library = importlib.import_module("prometheus_client")
        registry = library.CollectorRegistry(auto_describe=False)
        registry.register(_Collector(collect, importlib.import_module("prometheus_client.core")))
        try:
            self._server = _server_class(host)((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise ConfigError(
                "metrics cannot be shown at {host}:{port}: {reason}",
                mend="choose another port in metrics: {{listen: …}}, or stop the program that has this one",
                host=host,
                port=port,
                reason=getattr(error, "strerror", None) or error,
            ) from error
        self._server.set_app(_only_path(library.make_wsgi_app(registry)))
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(REQUEST_LIMIT)
        self._server.server_close()


class _Collector:
    """What the library asks at each scrape."""

    def __init__(self, collect: Callable[[], Iterable[Figure]], library: Any) -> None:
        self._collect = collect
        self._library = library

    def collect(self) -> Iterable[Any]:
        for figure in self._figures():
            kind = "CounterMetricFamily" if figure.counter else "GaugeMetricFamily"
            family = getattr(self._library, kind)(figure.name, figure.help, labels=figure.labels)
            for values, number in figure.samples:
                family.add_metric([ODD.sub("\N{REPLACEMENT CHARACTER}", value) for value in values], number)
            yield family

    def _figures(self) -> Iterable[Figure]:
        """What can be told: where the database is away, all that does not need it."""
        try:
            yield from self._collect()
        except MailwatchError as error:
            _log.warning("metrics: %s", error)


def _only_path(app: Any) -> Any:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            start(_NOT_FOUND, [("Content-Type", "text/plain")])
            return [b"see /metrics\n"]
        found: Iterable[bytes] = app(environ, start)
        return found

    return answer


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_LIMIT
    server_version = "mailwatch"
    sys_version = ""

    def log_message(self, *_: object) -> None:
        """A request is no event."""

    def address_string(self) -> str:
        """The address, without asking a name server."""
        return str(self.client_address[0])


class _Server(WSGIServer):
    def server_bind(self) -> None:
        """Without the look-up of our own name, which can take half a minute."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, *_: object) -> None:
        """Whoever breaks off is no event."""


class _Server6(_Server):
    address_family = socket.AF_INET6


def _server_class(host: str) -> type[_Server]:
    return _Server6 if ":" in host else _Server
