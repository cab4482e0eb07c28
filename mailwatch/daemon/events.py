"""Log lines of the daemon: one event, one line; ``log`` in the configuration says how it is written."""

from __future__ import annotations

import logging

from mailwatch.core.logline import keyvalue

log = logging.getLogger("mailwatch.daemon")


def event(
    name: str, *, level: int = logging.INFO, fault: BaseException | None = None, **values: object
) -> None:
    """Log one event. Values that are None are left out; ``fault`` shows where a defect of ours is."""
    if log.isEnabledFor(level):
        pairs = {"event": name, **values}
        log.log(level, "%s", keyvalue(pairs), exc_info=fault, extra={"pairs": pairs})
