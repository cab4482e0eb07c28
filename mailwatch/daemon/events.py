"""Log lines: one event, one line, ``key=value`` (logfmt), so that people and programs can read them."""

from __future__ import annotations

import json
import logging
import re

_PLAIN = re.compile(r"[^\s\"=\\\x00-\x1f\x7f]+")

log = logging.getLogger("mailwatch.daemon")


def event(name: str, *, level: int = logging.INFO, **values: object) -> None:
    """Log one event. Values that are None are left out."""
    if log.isEnabledFor(level):
        log.log(level, "%s", line(name, values))


def line(name: str, values: dict[str, object]) -> str:
    """The line: ``event=poll mailbox=support fetched=2``. What could break a line is quoted."""
    told = [f"event={name}", *(f"{k}={_value(v)}" for k, v in values.items() if v is not None)]
    return " ".join(told)


def _value(value: object) -> str:
    if isinstance(value, float):
        value = f"{value:.1f}"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
