"""A look at the certificates of all servers, each night, beside everything else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from mailwatch.config.model import Config
from mailwatch.core.soundness import certificate_is_good, days_left
from mailwatch.daemon.events import event
from mailwatch.ports import Clock
from mailwatch.wiring.certificates import certificates

LOOK_WITHIN = 900.0
"""Seconds for all servers: a resolver that is away lets each of them wait by its own limits, not by ours."""


class CertificateWatch:
    """``until`` holds what the newest look found: the end of each certificate by what it is for."""

    def __init__(self, config: Config, clock: Clock, pulse: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._clock = clock
        self._pulse = pulse
        self._thread: threading.Thread | None = None
        self.until: Mapping[str, datetime] = {}

    def look(self) -> None:
        """Begin a look, unless one is under way. Nobody waits for it, least of all the end of the daemon."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="certificates", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        end = self._pulse() + LOOK_WITHIN
        for name, shown in certificates(self._config, lambda: self._pulse() < end):
            self.until = {**self.until, name: shown.until}
            days = days_left(shown.until, self._clock())
            if certificate_is_good(days) is not True:
                event("certificate", level=logging.WARNING, server=name, days=days, issuer=shown.issuer)
