"""Times as people read them."""

from __future__ import annotations

from datetime import datetime, tzinfo


def day_and_time(moment: datetime | None, zone: tzinfo) -> str:
    """``2026-11-24 09:48`` in the reader's time zone; a dash for never."""
    return "-" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
